"""DefaultTolerationSeconds: pods stay five minutes on a node that fails, unless they say else.

Source: plugin/pkg/admission/defaulttolerationseconds (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.admission.base import Attributes, Member

_SECONDS: Final = 300
_KEYS: Final = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


class DefaultTolerationSeconds(Member):
    """Appends a toleration for each kind of failing that a pod has none for."""

    name = "DefaultTolerationSeconds"
    resources = ("pods",)

    def admit(self, attributes: Attributes) -> None:
        pod = attributes.obj
        if attributes.subresource or pod is None or attributes.operation == "DELETE":
            return
        spec = pod.setdefault("spec", {})
        given = spec.get("tolerations") or []
        covered = {
            toleration.get("key") or ""
            for toleration in given
            if (toleration.get("effect") or "NoExecute") == "NoExecute"
        }
        if "" in covered:
            return
        added = [
            {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _SECONDS}
            for key in _KEYS
            if key not in covered
        ]
        if added:
            spec["tolerations"] = [*given, *added]
