"""ResourceQuota: what a namespace may hold; counts a creation in status.used before it is stored.

    usage of the new object - usage of the old one -> each quota that matches: used + delta <= hard

Only what stands in status.hard is limited, so a quota begins to bind when the controller has seen
it. Nothing is counted down here; that is the controller's work. The last plugin of all: what it
counts is stored in the same step as the object.

Source: k8s.io/apiserver pkg/admission/plugin/resourcequota/controller.go and k8s.io/kubernetes
pkg/quota/v1/evaluator/core (1.36).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from tuik8s.api import quantity, quota_usage
from tuik8s.api.kinds.base import Kind
from tuik8s.api.quantity import Quantity
from tuik8s.api.quota_usage import Usage
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.allocators import IDENTITY
from tuik8s.components.store.types import Entry

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_QUOTAS: Final = "resourcequotas"
_IGNORED: Final = frozenset({"events", "events.events.k8s.io", "bindings"})
_UPDATED: Final = frozenset({"services", "persistentvolumeclaims"})
_MUST_SPECIFY: Final = frozenset(
    {"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}
)
_ONE: Final = quantity.of_value(1)
_EVALUATORS: Final[dict[str, Callable[[Object], Usage]]] = {
    "pods": quota_usage.pod_usage,
    "services": quota_usage.service_usage,
    "persistentvolumeclaims": quota_usage.claim_usage,
}


class ResourceQuota(Member):
    """Refuses what exceeds a quota, and counts what does not."""

    name = "ResourceQuota"

    def __init__(self, core: Core) -> None:
        self._core = core
        self._limited: frozenset[str] = frozenset()
        self._limited_of = -1

    def validate(self, attributes: Attributes) -> None:
        if not _is_counted(attributes) or attributes.namespace not in self._namespaces():
            return
        assert attributes.obj is not None, "what is counted is an object"
        delta = _delta(attributes)
        counted: list[tuple[Entry, Object]] = []
        quotas = self._quotas(attributes.namespace)
        matching = [(e, q) for e, q in quotas if _matches(attributes, q, delta)]
        for _, quota in matching:
            _check_complete(attributes, quota)
        for entry, quota in matching:
            asked = {k: v for k, v in delta.items() if k in _hard(quota) and not v.is_zero()}
            if asked:
                _count(attributes, quota, asked)
                counted.append((entry, quota))
        if not attributes.dry_run:
            for entry, quota in counted:
                self._core.objects.replace(self._kind(), quota, entry, IDENTITY, 0)

    def _kind(self) -> Kind:
        kind = self._core.kinds.by_resource(_QUOTAS)
        assert kind is not None, "quotas are built in"
        return kind

    def _namespaces(self) -> frozenset[str]:
        """The namespaces that have quotas, as of the last commit."""
        reader = self._core.reader
        generation = reader.generation(_QUOTAS)
        if generation != self._limited_of:
            quotas = reader.list_(_QUOTAS)
            self._limited = frozenset(quota["metadata"]["namespace"] for quota in quotas)
            self._limited_of = generation
        return self._limited

    def _quotas(self, namespace: str) -> list[tuple[Entry, Object]]:
        kind, objects = self._kind(), self._core.objects
        page = objects.store.range(f"{_QUOTAS}/{namespace}/")
        return [(entry, objects.read(kind, entry.value)) for entry in page.entries]


def _is_counted(attributes: Attributes) -> bool:
    resource = attributes.resource
    if not attributes.namespace or resource in _IGNORED or resource == "namespaces":
        return False
    if attributes.subresource:
        return (resource, attributes.subresource) == ("pods", "resize")
    if attributes.operation == "CREATE":
        return True
    return attributes.operation == "UPDATE" and resource in _UPDATED


def _delta(attributes: Attributes) -> Usage:
    delta = _usage(attributes, attributes.obj)
    if attributes.old is not None:
        for name, amount in _usage(attributes, attributes.old).items():
            if name in delta:
                rest = delta[name].sub(amount)
                delta[name] = rest if rest.sign() > 0 else quantity.of_value(0)
    return delta


def _usage(attributes: Attributes, obj: Object | None) -> Usage:
    if obj is None:
        return {}
    resource = attributes.resource
    evaluate = _EVALUATORS.get(resource)
    if evaluate is None:
        usage: Usage = {}
        if quota_usage.is_standard(resource):
            usage[resource] = _ONE
    elif resource == "pods" and not quota_usage.pod_counts(obj, attributes.now_ms):
        return {}
    else:
        usage = evaluate(obj)
    usage[f"count/{resource}"] = _ONE
    return usage


def _hard(quota: Object) -> dict[str, str]:
    hard: dict[str, str] = (quota.get("status") or {}).get("hard") or {}
    return hard


def _matches(attributes: Attributes, quota: Object, delta: Mapping[str, Quantity]) -> bool:
    """Whether a quota limits anything of this resource, and the object is in its scopes."""
    hard, spec = _hard(quota), quota.get("spec") or {}
    obj = attributes.obj
    assert obj is not None, "what is counted is an object"
    if attributes.resource == "pods":
        if hard.keys().isdisjoint(delta) and hard.keys().isdisjoint(_MUST_SPECIFY):
            return False
        return quota_usage.in_scopes(obj, quota)
    if spec.get("scopes") or spec.get("scopeSelector"):
        return False
    return not hard.keys().isdisjoint(delta)


def _check_complete(attributes: Attributes, quota: Object) -> None:
    """Under a quota of compute resources, every container says what it needs."""
    hard, obj = _hard(quota), attributes.obj or {}
    required = sorted(_MUST_SPECIFY & hard.keys())
    if attributes.resource == "pods" and required:
        missing = _missing(obj.get("spec") or {}, required)
        if missing:
            words = "; ".join(f"{k} for: {','.join(sorted(v))}" for k, v in missing.items())
            name = quota["metadata"]["name"]
            raise attributes.forbidden(f"failed quota: {name}: must specify {words}")


def _missing(spec: Object, required: list[str]) -> dict[str, list[str]]:
    """By resource, the containers that do not say; none when the pod says it as a whole."""
    missing: dict[str, list[str]] = {}
    if spec.get("resources"):
        return missing
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        resources = container.get("resources") or {}
        for name in required:
            part, _, plain = name.rpartition(".")
            if plain not in (resources.get(part or "requests") or {}):
                missing.setdefault(name, []).append(container.get("name") or "")
    return {name: missing[name] for name in sorted(missing)}


def _count(attributes: Attributes, quota: Object, asked: Usage) -> None:
    """Add to the quota's status.used. Raises ApiError (403) when that would exceed it."""
    hard, name = _hard(quota), quota["metadata"]["name"]
    used: dict[str, str] = {**(quota["status"].get("used") or {})}
    unknown = sorted(asked.keys() - used.keys())
    if unknown:
        raise attributes.forbidden(
            f"status unknown for quota: {name}, resources: {','.join(unknown)}"
        )
    total = {k: quantity.parse(used[k]).add(amount) for k, amount in asked.items()}
    exceeded = [k for k in sorted(asked) if quantity.parse(hard[k]) < total[k]]
    if exceeded:
        requested = ",".join(f"{k}={asked[k]}" for k in exceeded)
        was = ",".join(f"{k}={used[k]}" for k in exceeded)
        limit = ",".join(f"{k}={hard[k]}" for k in exceeded)
        raise attributes.forbidden(
            f"exceeded quota: {name}, requested: {requested}, used: {was}, limited: {limit}"
        )
    used.update({k: str(amount) for k, amount in total.items()})
    quota["status"]["used"] = used
