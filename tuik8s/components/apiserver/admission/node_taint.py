"""TaintNodesByCondition: a new node takes no pods until the node lifecycle controller has seen it.

Source: plugin/pkg/admission/nodetaint (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.admission.base import Attributes, Member

_NOT_READY: Final = "node.kubernetes.io/not-ready"


class TaintNodesByCondition(Member):
    """Taints new nodes as not ready."""

    name = "TaintNodesByCondition"
    resources = ("nodes",)

    def admit(self, attributes: Attributes) -> None:
        node = attributes.obj
        if attributes.operation != "CREATE" or attributes.subresource or node is None:
            return
        spec = node.setdefault("spec", {})
        taints = spec.get("taints") or []
        for taint in taints:
            if taint.get("key") == _NOT_READY and taint.get("effect") == "NoSchedule":
                return
        spec["taints"] = [*taints, {"key": _NOT_READY, "effect": "NoSchedule"}]
