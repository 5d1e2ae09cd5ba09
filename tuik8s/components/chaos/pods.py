"""What the pod actions share: the rule that the kubelets of the pods take up."""

from __future__ import annotations

from typing import Any

from tuik8s.components.chaos.base import DEFAULT_NAMESPACE, Effects, FaultSpec
from tuik8s.world.rules import PodRule

TARGETS = ("pod",)
READS = ("pods",)


def named(spec: FaultSpec) -> tuple[str, str]:
    """Namespace and name of the target `pod/NAMESPACE/NAME`, as it was chosen."""
    _, _, rest = spec.target.partition("/")
    namespace, slash, name = rest.partition("/")
    return (namespace, name) if slash else (spec.namespace or DEFAULT_NAMESPACE, rest)


def pod_rule(spec: FaultSpec, **fields: Any) -> Effects:
    """The rule for one pod, or for all that the selector matches."""
    if spec.target == "pods":
        rule = PodRule(namespace=spec.namespace, selector=spec.selector, **fields)
    else:
        namespace, name = named(spec)
        rule = PodRule(namespace=namespace, name=name, **fields)
    return Effects(rules=(rule,))
