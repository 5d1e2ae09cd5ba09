"""What the pod actions share: the rule that the kubelets of the pods take up."""

from __future__ import annotations

from typing import Any

from tuik8s.components.chaos.base import Effects, FaultSpec
from tuik8s.components.chaos.targets import namespace_and_name
from tuik8s.world.rules import PodRule

TARGETS = ("pod",)
READS = ("pods",)


def pod_rule(spec: FaultSpec, **fields: Any) -> Effects:
    """The rule for one pod, or for all that the selector matches."""
    if spec.target == "pods":
        rule = PodRule(namespace=spec.namespace, selector=spec.selector, **fields)
    else:
        namespace, name = namespace_and_name(spec)
        rule = PodRule(namespace=namespace, name=name, **fields)
    return Effects(rules=(rule,))
