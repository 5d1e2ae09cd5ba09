"""What objects count for in a quota.

Source: k8s.io/kubernetes pkg/quota/v1/evaluator/core/{pods,services,persistent_volume_claims}.go
and k8s.io/apiserver pkg/quota/v1/generic/evaluator.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuik8s.api import quantity
from tuik8s.api.meta import is_deleting, is_terminal
from tuik8s.api.quantity import Quantity
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object

Usage = dict[str, Quantity]

_CLASS = ".storageclass.storage.k8s.io/"
_COUNTED = frozenset(
    ("configmaps", "secrets", "services", "replicationcontrollers", "resourcequotas")
)
_ONE = quantity.of_value(1)
_PLAIN = frozenset(("cpu", "memory", "ephemeral-storage"))


def add(total: Usage, more: Mapping[str, Quantity]) -> None:
    for name, amount in more.items():
        before = total.get(name)
        total[name] = amount if before is None else before.add(amount)


def is_standard(name: str) -> bool:
    """Resources counted by their plain name."""
    return name in _COUNTED


def pod_counts(pod: Object, now_ms: int) -> bool:
    """Finished pods, and those whose grace period is over, use nothing any more."""
    if is_terminal(pod):
        return False
    if not is_deleting(pod):
        return True
    metadata = pod["metadata"]
    grace_seconds = metadata.get("deletionGracePeriodSeconds")
    return grace_seconds is None or now_ms < parse_time(metadata["deletionTimestamp"])


def pod_usage(pod: Object) -> Usage:
    """`pods`, and requests and limits under all names that a quota may use."""
    spec = pod.get("spec") or {}
    usage: Usage = {"pods": _ONE}
    for name, amount in effective(spec, "requests").items():
        usage[f"requests.{name}"] = amount
        if name in _PLAIN or name.startswith("hugepages-"):
            usage[name] = amount
    for name, amount in effective(spec, "limits").items():
        if name in _PLAIN:
            usage[f"limits.{name}"] = amount
    return usage


def effective(spec: Object, field: str) -> Usage:
    """What a pod asks for: its containers together, or its hungriest init container."""
    total: Usage = {}
    for container in spec.get("containers") or ():
        add(total, _amounts(container, field))
    sidecars: Usage = {}
    peak: Usage = {}
    for container in spec.get("initContainers") or ():
        own = _amounts(container, field)
        if container.get("restartPolicy") == "Always":
            add(total, own)
            add(sidecars, own)
            own = dict(sidecars)
        else:
            own = dict(own)
            add(own, sidecars)
        _raise(peak, own)
    _raise(total, peak)
    _raise(total, _amounts(spec, field))
    overhead = {k: quantity.parse(v) for k, v in (spec.get("overhead") or {}).items()}
    add(total, {k: v for k, v in overhead.items() if field == "requests" or k in total})
    return total


def _amounts(holder: Object, field: str) -> Usage:
    wanted = (holder.get("resources") or {}).get(field) or {}
    return {name: quantity.parse(amount) for name, amount in wanted.items()}


def _raise(total: Usage, other: Mapping[str, Quantity]) -> None:
    for name, amount in other.items():
        before = total.get(name)
        if before is None or before < amount:
            total[name] = amount


def service_usage(service: Object) -> Usage:
    usage: Usage = {"services": _ONE}
    spec = service.get("spec") or {}
    ports = spec.get("ports") or ()
    if spec.get("type") == "NodePort":
        usage["services.nodeports"] = quantity.of_value(len(ports))
    elif spec.get("type") == "LoadBalancer":
        usage["services.loadbalancers"] = _ONE
        allocated = len(ports)
        if spec.get("allocateLoadBalancerNodePorts") is False:
            allocated = sum(1 for port in ports if port.get("nodePort"))
        usage["services.nodeports"] = quantity.of_value(allocated)
    return usage


def claim_usage(claim: Object) -> Usage:
    spec = claim.get("spec") or {}
    annotations = (claim.get("metadata") or {}).get("annotations") or {}
    class_name = annotations.get("volume.beta.kubernetes.io/storage-class") or spec.get(
        "storageClassName"
    )
    usage: Usage = {"persistentvolumeclaims": _ONE}
    asked = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if asked is not None:
        usage["requests.storage"] = quantity.parse(asked)
    if class_name:
        usage[f"{class_name}{_CLASS}persistentvolumeclaims"] = _ONE
        if asked is not None:
            usage[f"{class_name}{_CLASS}requests.storage"] = quantity.parse(asked)
    return usage


def in_scopes(pod: Object, quota: Object) -> bool:
    """Whether a pod is in all of a quota's scopes."""
    spec = quota.get("spec") or {}
    if not all(_in_scope(pod, scope, "Exists", ()) for scope in spec.get("scopes") or ()):
        return False
    expressions = (spec.get("scopeSelector") or {}).get("matchExpressions") or ()
    return all(
        _in_scope(pod, e.get("scopeName") or "", e.get("operator") or "", e.get("values") or ())
        for e in expressions
    )


def _in_scope(pod: Object, scope: str, operator: str, values: Iterable[str]) -> bool:
    spec = pod.get("spec") or {}
    terminating = (spec.get("activeDeadlineSeconds") or -1) >= 0
    match scope:
        case "Terminating":
            return terminating
        case "NotTerminating":
            return not terminating
        case "BestEffort":
            return is_best_effort(spec)
        case "NotBestEffort":
            return not is_best_effort(spec)
        case "CrossNamespacePodAffinity":
            return _reaches_out(spec)
        case "PriorityClass":
            return _has_priority(spec.get("priorityClassName") or "", operator, values)
    return False


def _has_priority(name: str, operator: str, values: Iterable[str]) -> bool:
    match operator:
        case "In":
            return name in values
        case "NotIn":
            return name not in values
        case "DoesNotExist":
            return not name
    return bool(name)


def is_best_effort(spec: Object) -> bool:
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return not any(
        amounts
        for container in (*containers, spec)
        for amounts in (container.get("resources") or {}).values()
        if isinstance(amounts, dict)
    )


def _reaches_out(spec: Object) -> bool:
    """Whether an affinity term looks at pods of other namespaces."""
    affinity = spec.get("affinity") or {}
    for kind in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(kind) or {}
        required = terms.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        preferred = terms.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
        for term in (*required, *(p.get("podAffinityTerm") or {} for p in preferred)):
            if term.get("namespaces") or term.get("namespaceSelector") is not None:
                return True
    return False
