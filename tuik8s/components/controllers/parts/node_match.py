"""Whether a pod may be on a node by its own wishes: selector, required affinity, taints.

Source: k8s.io/component-helpers scheduling/corev1/{helpers.go,nodeaffinity/nodeaffinity.go}, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import labels_of, name_of
from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object


def matches_node(spec: Object, node: Object) -> bool:
    """nodeSelector and the required terms of node affinity."""
    labels = labels_of(node)
    wanted = spec.get("nodeSelector") or {}
    if not wanted.items() <= labels.items():
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return True
    terms = required.get("nodeSelectorTerms") or ()
    return any(_matches_term(term, node) for term in terms)


def _matches_term(term: Object, node: Object) -> bool:
    expressions = term.get("matchExpressions") or ()
    fields = term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    labels = labels_of(node)
    if not all(_holds(e, labels.get(e.get("key") or "")) for e in expressions):
        return False
    return all(
        _holds(f, name_of(node) if f.get("key") == "metadata.name" else None) for f in fields
    )


def _holds(requirement: Object, value: str | None) -> bool:
    values = requirement.get("values") or ()
    match requirement.get("operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt" as operator:
            return _compares(operator, value, values)
    return False


def _compares(operator: str, value: str | None, values: Sequence[str]) -> bool:
    have, limit = parse_int(value or ""), parse_int(values[0]) if len(values) == 1 else None
    if have is None or limit is None:
        return False
    return have > limit if operator == "Gt" else have < limit


def taints_of(node: Object) -> Sequence[Object]:
    return (node.get("spec") or {}).get("taints") or ()


def tolerates(toleration: Object, taint: Object) -> bool:
    """Source: k8s.io/api core/v1 toleration.go `ToleratesTaint`."""
    if toleration.get("effect") and toleration["effect"] != taint.get("effect"):
        return False
    if toleration.get("key") and toleration["key"] != taint.get("key"):
        return False
    if (toleration.get("operator") or "Equal") == "Exists":
        return True
    return (toleration.get("value") or "") == (taint.get("value") or "")


def untolerated(tolerations: Sequence[Object], node: Object) -> set[str]:
    """Effects of the node's taints that keep such a pod away."""
    return {
        taint.get("effect") or ""
        for taint in taints_of(node)
        if taint.get("effect") in ("NoSchedule", "NoExecute")
        and not any(tolerates(toleration, taint) for toleration in tolerations)
    }
