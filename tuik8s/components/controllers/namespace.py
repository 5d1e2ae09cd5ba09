"""A namespace that is to be deleted is emptied, then let go.

    deletionTimestamp + 5 s -> pods deleted -> rest deleted -> nothing left -> /finalize
                                 |              |
                                 conditions say what remains and whose finalizers hold it

What is there is read from the cache of all resources, and asked for once more before the end.
Admission lets nothing new into a terminating namespace.

Source: k8s.io/kubernetes pkg/controller/namespace/{namespace_controller.go,
deletion/namespaced_resources_deleter.go,deletion/status_condition_utils.go}, 1.36.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tuik8s.api.meta import copy_value, finalizers_of, is_deleting, set_condition
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    DeleteCollection,
    Outcomes,
    Plan,
    Update,
    View,
    Wake,
    itself,
)
from tuik8s.components.controllers.parts.kinds import EVENTS, all_resources
from tuik8s.components.controllers.parts.workloads import status_of, with_status

GRACE_MS = 5_000
_FINALIZER = "kubernetes"
_FINALIZER_SECONDS = 15
_LET_CACHE_SEE_MS = 200


@dataclass(slots=True)
class _Remains:
    """What is left in a namespace."""

    instances: Counter[str] = field(default_factory=Counter)
    finalizers: Counter[str] = field(default_factory=Counter)
    seconds: int = 0


def _ignore(change: Change, view: View) -> tuple[Key, ...]:
    return ()


class NamespaceReconciler:
    """Empty and release terminating namespaces."""

    name = "namespace"
    account = "namespace-controller"
    component = "namespace-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake("namespaces", itself), Wake("*", _ignore))

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        namespace = view.get("namespaces", "", key.name)
        if namespace is None or not is_deleting(namespace):
            return NOTHING
        finalizers = (namespace.get("spec") or {}).get("finalizers") or []
        if _FINALIZER not in finalizers:
            return NOTHING
        begins_ms = parse_time(namespace["metadata"]["deletionTimestamp"]) + GRACE_MS
        if begins_ms > now_ms:
            return Plan(requeue_after_ms=begins_ms - now_ms)
        content = _content(view, key.name)
        pending = _undeleted(content)
        if pending:
            deletions = tuple(DeleteCollection(resource=r, namespace=key.name) for r in pending)
            return Plan(writes=deletions, requeue_after_ms=_LET_CACHE_SEE_MS)
        return _report(namespace, _remains(content), tuple(content), now_ms)


def _content(view: View, namespace: str) -> dict[str, Sequence[Object]]:
    return {
        served.resource: view.list_(served.resource, namespace)
        for served in all_resources(view)
        if served.namespaced and served.resource != EVENTS
    }


def _undeleted(content: dict[str, Sequence[Object]]) -> list[str]:
    """Resources with objects that nobody has told to go; pods before all others."""
    pods = content.get("pods") or ()
    if pods:
        return ["pods"] if any(not is_deleting(pod) for pod in pods) else []
    return [r for r, objects in content.items() if any(not is_deleting(o) for o in objects)]


def _remains(content: dict[str, Sequence[Object]]) -> _Remains:
    found = _Remains()
    for resource, objects in content.items():
        plural, _, group = resource.partition(".")
        held = Counter(name for obj in objects for name in finalizers_of(obj))
        grace = [o["metadata"].get("deletionGracePeriodSeconds") or 0 for o in objects]
        if resource == "pods" and max(grace, default=0) > 0:
            found.seconds = max(found.seconds, *grace)
        elif objects:
            found.instances[f"{plural}.{group}"] += len(objects)
            found.finalizers.update(held)
            found.seconds = max(found.seconds, _FINALIZER_SECONDS)
    return found


def _report(namespace: Object, remains: _Remains, resources: Sequence[str], now_ms: int) -> Plan:
    """Conditions first; then, when all is gone, the finalizer."""
    changed = with_status(namespace, copy_value(status_of(namespace)))
    changed["status"]["phase"] = "Terminating"
    for kind, status, reason, message in _conditions(remains):
        now = format_time(now_ms)
        set_condition(changed, kind, status, now=now, reason=reason, message=message)
    after_ms = (remains.seconds // 2 + 1) * 1_000 if remains.seconds else None
    if changed["status"] == status_of(namespace):
        return Plan(requeue_after_ms=after_ms) if after_ms else _sweep(namespace, resources)
    write = Update(resource="namespaces", obj=changed, subresource="status")

    def then(outcomes: Outcomes) -> Plan:
        return _sweep(outcomes[0].obj, resources) if outcomes[0].ok else NOTHING

    return Plan(writes=(write,), requeue_after_ms=after_ms, then=None if after_ms else then)


def _sweep(namespace: Object, resources: Sequence[str]) -> Plan:
    """Ask the API server once more to delete everything: the cache may have missed something."""
    name = namespace["metadata"]["name"]
    swept = (*resources, EVENTS)

    def then(outcomes: Outcomes) -> Plan:
        if any(o.ok and _is_list(o.obj) and o.write.resource != EVENTS for o in outcomes):
            return Plan(requeue_after_ms=1_000)
        return _release(namespace)

    return Plan(
        writes=tuple(DeleteCollection(resource=r, namespace=name) for r in swept), then=then
    )


def _is_list(answer: Object) -> bool:
    """Whether the answer to a deletion of a collection shows something that was there."""
    if "items" in answer:
        return bool(answer["items"])
    return bool(answer.get("metadata", {}).get("uid"))


def _release(namespace: Object) -> Plan:
    """Remove our finalizer."""
    spec = dict(namespace.get("spec") or {})
    spec["finalizers"] = [f for f in spec.get("finalizers") or () if f != _FINALIZER]
    changed = {**namespace, "spec": spec}
    finalize = Update(resource="namespaces", obj=changed, subresource="finalize", tolerate=(404,))
    return Plan(writes=(finalize,))


def _conditions(remains: _Remains) -> tuple[tuple[str, str, str, str], ...]:
    """Type, status, reason and message of each condition."""
    return (
        (
            "NamespaceDeletionDiscoveryFailure",
            "False",
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        _remaining(remains),
        _finalizing(remains),
    )


def _remaining(remains: _Remains) -> tuple[str, str, str, str]:
    kind = "NamespaceContentRemaining"
    if not remains.instances:
        return kind, "False", "ContentRemoved", "All content successfully removed"
    parts = [f"{what} has {n} resource instances" for what, n in sorted(remains.instances.items())]
    text = f"Some resources are remaining: {', '.join(parts)}"
    return kind, "True", "SomeResourcesRemain", text


def _finalizing(remains: _Remains) -> tuple[str, str, str, str]:
    kind = "NamespaceFinalizersRemaining"
    if not remains.finalizers:
        return kind, "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished"
    parts = [f"{name} in {n} resource instances" for name, n in sorted(remains.finalizers.items())]
    text = f"Some content in the namespace has finalizers remaining: {', '.join(parts)}"
    return kind, "True", "SomeFinalizersRemain", text
