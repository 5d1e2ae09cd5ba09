"""The status of PodDisruptionBudgets: how many pods may be evicted now.

Source: k8s.io/kubernetes pkg/controller/disruption/disruption.go, 1.36. Pods of custom
controllers count by their number, since scale subresources of custom kinds are not asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import (
    controller_of,
    generation_of,
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
)
from tuik8s.api.selectors import LabelSelector
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Event,
    Plan,
    View,
    Wake,
    itself,
)
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.ownership import spec_selector
from tuik8s.components.controllers.parts.workloads import (
    drop_condition,
    find_condition,
    int_or_percent,
    kept_transition,
    replicas_of,
    status_of,
    status_update,
)

RESOURCE = "poddisruptionbudgets.policy"
_EVICTION_TIMEOUT_MS = 120_000
_PODS_PER_PACE_MS = 6
_SCALED = {
    "ReplicationController": "replicationcontrollers",
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
    "Deployment": "deployments.apps",
}


def _budgets_of_pod(change: Change, view: View) -> list[Key]:
    budgets = view.by_index(RESOURCE, "namespace", namespace_of(change.last))
    if not budgets:
        return []
    if change.keeps(_face):
        return []
    found = [b for b in budgets if any(spec_selector(b).matches(labels_of(p)) for p in change.seen)]
    return [Key(RESOURCE, namespace_of(b), name_of(b)) for b in found]


def _face(pod: Object) -> object:
    owner = controller_of(pod)
    state = (podinfo.phase(pod), podinfo.is_ready(pod), is_deleting(pod))
    return (labels_of(pod), owner.get("uid") if owner else "", state)


def _budgets_around(change: Change, view: View) -> list[Key]:
    """A controller whose size changed: all budgets of its namespace look again."""
    seen = change.seen
    if len(seen) == 2 and replicas_of(seen[0]) == replicas_of(seen[1]):
        return []
    namespace = namespace_of(change.last)
    return [
        Key(RESOURCE, namespace, name_of(b))
        for b in view.by_index(RESOURCE, "namespace", namespace)
    ]


class DisruptionReconciler:
    """Keep the status of disruption budgets."""

    name = "disruption"
    account = "disruption-controller"
    component = "controllermanager"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        Wake("pods", _budgets_of_pod),
        *(Wake(resource, _budgets_around) for resource in _SCALED.values()),
    )

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        budget = view.get(RESOURCE, key.namespace, key.name)
        if budget is None:
            return NOTHING
        selector = spec_selector(budget)
        pods = [p for p in view.list_("pods", key.namespace) if selector.matches(labels_of(p))]
        events = () if pods else (Event(budget, "Normal", "NoPods", "No matching pods found"),)
        unmanaged = [pod for pod in pods if controller_of(pod) is None]
        if unmanaged and not isinstance(budget["spec"].get("minAvailable"), int):
            events = (*events, _unmanaged_event(budget, selector))
        expected, desired = _expected(budget, pods, view)
        disrupted, wake_ms = _disrupted(budget, pods, now_ms)
        healthy = sum(
            1
            for pod in pods
            if name_of(pod) not in disrupted and not is_deleting(pod) and podinfo.is_ready(pod)
        )
        allowed = max(0, healthy - desired) if expected > 0 else 0
        status = _status(budget, disrupted, (allowed, healthy, desired, expected), now_ms)
        pace_ms = min(len(pods) // _PODS_PER_PACE_MS, 500)
        if status == status_of(budget):
            return Plan(requeue_after_ms=wake_ms, pace_ms=pace_ms)
        write = status_update(RESOURCE, budget, status)
        return Plan(writes=(write,), events=events, requeue_after_ms=wake_ms, pace_ms=pace_ms)


def _unmanaged_event(budget: Object, selector: LabelSelector) -> Event:
    text = (
        f"Pods selected by this PodDisruptionBudget (selector: {selector}) were found to be "
        "unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may "
        "result in undefined behavior. To account for these pods please set "
        '".spec.minAvailable" field of the PDB to an integer value.'
    )
    return Event(budget, "Warning", "UnmanagedPods", text)


def _expected(budget: Object, pods: Sequence[Object], view: View) -> tuple[int, int]:
    """(expected pods, pods that must stay healthy)."""
    spec = budget["spec"]
    if spec.get("maxUnavailable") is not None:
        expected = _scale(pods, view)
        down = int_or_percent(spec["maxUnavailable"], expected, round_up=True)
        return expected, max(0, expected - down)
    wanted = spec.get("minAvailable")
    if isinstance(wanted, str):
        expected = _scale(pods, view)
        return expected, int_or_percent(wanted, expected, round_up=True)
    return len(pods), int(wanted or 0)


def _scale(pods: Sequence[Object], view: View) -> int:
    """How many pods the controllers of these pods want in all."""
    sizes: dict[str, int] = {}
    for pod in pods:
        reference = controller_of(pod)
        if reference is None:
            continue
        found = _scaled_owner(namespace_of(pod), reference, view)
        if found is None:
            sizes.setdefault(reference["uid"], 0)
            if reference.get("kind") not in _SCALED:
                sizes[reference["uid"]] += 1
        else:
            sizes[found["metadata"]["uid"]] = replicas_of(found)
    return sum(sizes.values())


def _scaled_owner(namespace: str, reference: Object, view: View) -> Object | None:
    """The object that says how many pods there should be: a ReplicaSet's Deployment if any."""
    resource = _SCALED.get(reference.get("kind") or "")
    found = view.get(resource, namespace, reference["name"]) if resource else None
    if found is None or found["metadata"].get("uid") != reference.get("uid"):
        return None
    above = controller_of(found)
    if above is not None and above.get("kind") == "Deployment":
        return view.get("deployments.apps", namespace, above["name"]) or found
    return found


def _disrupted(
    budget: Object, pods: Sequence[Object], now_ms: int
) -> tuple[dict[str, str], int | None]:
    """Pods whose eviction was granted and is not seen yet, and when that is given up."""
    known = status_of(budget).get("disruptedPods") or {}
    kept: dict[str, str] = {}
    wake_ms: int | None = None
    for pod in pods:
        at = known.get(name_of(pod))
        if at is None or is_deleting(pod):
            continue
        left_ms = parse_time(at) + _EVICTION_TIMEOUT_MS - now_ms
        if left_ms > 0:
            kept[name_of(pod)] = at
            wake_ms = left_ms if wake_ms is None else min(wake_ms, left_ms)
    return kept, wake_ms


def _status(
    budget: Object, disrupted: dict[str, str], counts: tuple[int, int, int, int], now_ms: int
) -> Object:
    allowed, healthy, desired, expected = counts
    status: Object = {"observedGeneration": generation_of(budget)}
    if disrupted:
        status["disruptedPods"] = disrupted
    status.update(
        disruptionsAllowed=allowed,
        currentHealthy=healthy,
        desiredHealthy=desired,
        expectedPods=expected,
    )
    made: Object = {
        "type": "DisruptionAllowed",
        "status": "True" if allowed > 0 else "False",
        "observedGeneration": generation_of(budget),
        "lastTransitionTime": format_time(now_ms),
        "reason": "SufficientPods" if allowed > 0 else "InsufficientPods",
        "message": "",
    }
    present = status_of(budget)
    made = kept_transition(made, find_condition(present, made["type"]))
    others = drop_condition(present.get("conditions") or [], made["type"])
    status["conditions"] = [*others, made]
    return status
