"""The monitor of all nodes (one key, every 5 s) and the look at one node after it changed.

One node changed: its NoSchedule taints and its beta labels are brought in line at once.
The monitor: who is silent becomes Unknown; pods of a node that just became so are marked not
ready; who was seen unready gets its NoExecute taint, as fast as its zone allows. While this
process itself hears nothing of the API server it judges nobody (upstream would have lost its
leader's lease and stopped).

Source: k8s.io/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import condition, copy_object, labels_of, name_of, namespace_of, uid_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Event,
    Patch,
    Plan,
    Update,
    View,
    Wake,
    Write,
)
from tuik8s.components.controllers.node_lifecycle import taints, zones
from tuik8s.components.controllers.node_lifecycle.health import Health, silent_conditions
from tuik8s.components.controllers.node_lifecycle.taints import NOT_READY, UNREACHABLE
from tuik8s.components.controllers.node_lifecycle.zones import Rates
from tuik8s.components.controllers.parts.node_match import taints_of
from tuik8s.components.controllers.parts.workloads import status_of, status_update

LEASES = "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
MONITOR = Key("nodes", "", "")
DEAF_MS = 4_000
"""Without a beat of the API server for so long, silence says nothing about nodes."""
_NO_EXECUTE = "NoExecute"
_STABLE_LABELS = (
    ("kubernetes.io/os", "beta.kubernetes.io/os"),
    ("kubernetes.io/arch", "beta.kubernetes.io/arch"),
)


def _face(node: Object) -> object:
    posted = (node.get("status") or {}).get("conditions") or ()
    states = [(c.get("type"), c.get("status")) for c in posted]
    spec = node.get("spec") or {}
    return (states, spec.get("taints"), spec.get("unschedulable"), labels_of(node))


def _changed_nodes(change: Change, view: View) -> tuple[Key, ...]:
    """Heartbeats alone wake nobody: the monitor looks at them."""
    if change.new is None:
        return (MONITOR,)
    if change.old is None:
        return (Key("nodes", "", name_of(change.new)), MONITOR)
    if change.keeps(_face):
        return ()
    return (Key("nodes", "", name_of(change.new)),)


class NodeLifecycleReconciler:
    """Watch over nodes."""

    name = "node-lifecycle"
    account = "node-controller"
    component = "node-controller"
    reads: tuple[str, ...] = ("pods", LEASES)
    starts: tuple[Key, ...] = (MONITOR,)
    wakes: tuple[Wake, ...] = (Wake("nodes", _changed_nodes),)

    def __init__(self, period_ms: int, grace_ms: int, rates: Rates) -> None:
        self._period_ms = period_ms
        self._rates = rates
        self._health = Health(grace_ms)
        self._next_taint_ms: dict[str, int] = {}
        self._is_deaf = False
        self._unmarked: dict[str, str] = {}  # nodes whose pods are not all marked yet -> uid

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        if key == MONITOR:
            return self._monitor(view, now_ms)
        node = view.get("nodes", "", key.name)
        return NOTHING if node is None else _follow_conditions(node, now_ms)

    def _monitor(self, view: View, now_ms: int) -> Plan:
        if now_ms - view.heard_at_ms() > DEAF_MS:
            self._is_deaf = True
            return Plan(requeue_after_ms=self._period_ms)
        if self._is_deaf:
            self._is_deaf = False
            self._health.begin_anew(now_ms)
        nodes = view.list_("nodes")
        events = self._arrivals(nodes)
        writes: list[Write] = []
        ready_by_zone: dict[str, list[bool]] = {}
        unready: dict[str, list[Object]] = {}
        for node in nodes:
            ready = condition(node, "Ready")
            observed = "" if ready is None else str(ready.get("status"))
            lease = view.get(LEASES, LEASE_NAMESPACE, name_of(node))
            silent = self._health.observe(node, ready, lease, now_ms)
            if silent:
                writes += self._silence(node, observed, view, now_ms, events)
            is_ready = observed == "True" and not silent
            zone = zones.zone_of(node)
            ready_by_zone.setdefault(zone, []).append(is_ready)
            if observed == "True":
                writes += _reachable(node, now_ms)
            elif observed in ("False", "Unknown"):
                unready.setdefault(zone, []).append(node)
        after_ms = self._taint_unready(ready_by_zone, unready, len(nodes), writes, now_ms)
        return Plan(writes=tuple(writes), events=tuple(events), requeue_after_ms=after_ms)

    def _arrivals(self, nodes: Sequence[Object]) -> list[Event]:
        """Events for nodes that came and went since the last time."""
        events = []
        names = set()
        for node in nodes:
            name = node["metadata"]["name"]
            names.add(name)
            if self._health.is_new(name, uid_of(node)):
                text = f"Node {name} event: Registered Node {name} in Controller"
                events.append(_node_event(name, uid_of(node), "Normal", "RegisteredNode", text))
        for name, uid in self._health.known():
            if name not in names:
                self._health.forget(name)
                self._unmarked.pop(name, None)
                text = f"Node {name} event: Removing Node {name} from Controller"
                events.append(_node_event(name, uid, "Normal", "RemovingNode", text))
        return events

    def _silence(
        self, node: Object, observed: str, view: View, now_ms: int, events: list[Event]
    ) -> list[Write]:
        """Writes about a node that nobody heard of for too long."""
        writes: list[Write] = []
        conditions = silent_conditions(node, now_ms)
        if conditions is not None:
            status = {**status_of(node), "conditions": conditions}
            writes.append(status_update("nodes", node, status))
        if observed == "True":
            name = name_of(node)
            text = f"Node {name} status is now: NodeNotReady"
            events.append(_node_event(name, uid_of(node), "Normal", "NodeNotReady", text))
            self._unmarked[name] = uid_of(node)
        if self._unmarked.get(name_of(node)) == uid_of(node):
            marks = [_mark_unready(p, now_ms) for p in view.by_index("pods", "node", name_of(node))]
            todo = [mark for mark in marks if mark is not None]
            writes += todo
            if not todo:
                del self._unmarked[name_of(node)]
        return writes

    def _taint_unready(
        self,
        ready_by_zone: dict[str, list[bool]],
        unready: dict[str, list[Object]],
        count: int,
        writes: list[Write],
        now_ms: int,
    ) -> int:
        """Put NoExecute taints on unready nodes; when to look again."""
        found = zones.states(ready_by_zone, self._rates)
        pauses = zones.pauses(found, count, self._rates)
        after_ms = self._period_ms
        all_down = bool(found) and all(state == zones.FULL for state in found.values())
        for zone, nodes in unready.items():
            for node in nodes:
                if all_down:
                    writes += _reachable(node, now_ms)
                    continue
                patch = _unready_taint(node, now_ms)
                if patch is None:
                    continue
                pause_ms = pauses[zone]
                wait_ms = self._next_taint_ms.get(zone, 0) - now_ms
                if _is_swap(node):
                    writes.append(patch)
                elif pause_ms is not None and wait_ms <= 0:
                    writes.append(patch)
                    self._next_taint_ms[zone] = now_ms + pause_ms
                elif pause_ms is not None:
                    after_ms = min(after_ms, wait_ms)
        return after_ms


def _ready_status(node: Object) -> str:
    found = condition(node, "Ready")
    return "" if found is None else str(found.get("status"))


def _follow_conditions(node: Object, now_ms: int) -> Plan:
    writes: list[Write] = []
    patch = taints.correct_no_schedule(node, now_ms)
    if patch is not None:
        writes.append(patch)
    labels = labels_of(node)
    copied = {
        beta: labels[stable]
        for stable, beta in _STABLE_LABELS
        if stable in labels and labels.get(beta) != labels[stable]
    }
    if copied:
        change = {"metadata": {"labels": copied}}
        writes.append(
            Patch(resource="nodes", namespace="", name=name_of(node), patch=change, tolerate=(404,))
        )
    return Plan(writes=tuple(writes))


def _reachable(node: Object, now_ms: int) -> list[Write]:
    if not taints_of(node):
        return []
    both = ((NOT_READY, _NO_EXECUTE), (UNREACHABLE, _NO_EXECUTE))
    if not any(taints.has(node, key, effect) for key, effect in both):
        return []
    patch = taints.swap(node, (), both, now_ms)
    return [] if patch is None else [patch]


def _unready_taint(node: Object, now_ms: int) -> Patch | None:
    """The NoExecute taint that fits how the node is unready, instead of the other one."""
    wanted, other = NOT_READY, UNREACHABLE
    if _ready_status(node) == "Unknown":
        wanted, other = UNREACHABLE, NOT_READY
    return taints.swap(node, ((wanted, _NO_EXECUTE),), ((other, _NO_EXECUTE),), now_ms)


def _is_swap(node: Object) -> bool:
    """Whether the node has one of the two already: no further eviction begins."""
    return any(taints.has(node, key, _NO_EXECUTE) for key in (NOT_READY, UNREACHABLE))


def _node_event(name: str, uid: str, kind: str, reason: str, text: str) -> Event:
    about = {"kind": "Node", "name": name, "apiVersion": "v1"}
    if uid:
        about["uid"] = uid
    return Event(about, kind, reason, text)


def _mark_unready(pod: Object, now_ms: int) -> Update | None:
    """Ready becomes False on a pod whose kubelet is silent: endpoints must not keep it."""
    found = condition(pod, "Ready")
    if found is None or found.get("status") == "False":
        return None
    changed = copy_object(pod)
    ready = condition(changed, "Ready")
    assert ready is not None, f"Ready of {namespace_of(pod)}/{name_of(pod)} was there"
    ready.update(status="False", lastTransitionTime=format_time(now_ms))
    return Update(
        resource="pods",
        obj=changed,
        subresource="status",
        said=Event(pod, "Warning", "NodeNotReady", "Node is not ready"),
        tolerate=(404,),
    )
