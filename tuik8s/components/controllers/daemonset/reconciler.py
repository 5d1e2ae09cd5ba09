"""One look at a DaemonSet: its revision, missing and surplus pods, the rollout, the status.

Source: k8s.io/kubernetes pkg/controller/daemon/daemon_controller.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuik8s.api.meta import (
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
)
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Create,
    Event,
    Outcomes,
    Plan,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.daemonset import pods as one
from tuik8s.components.controllers.daemonset import rollout
from tuik8s.components.controllers.daemonset.backoff import FailureBackoff
from tuik8s.components.controllers.daemonset.status import compute_status
from tuik8s.components.controllers.parts import history
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.ownership import (
    claim_from,
    spec_selector,
    wake_controller,
    wake_owner,
)
from tuik8s.components.controllers.parts.pod_control import create_pod, delete_pod
from tuik8s.components.controllers.parts.workloads import (
    creation_order,
    min_ready_seconds_of,
    status_of,
    status_update,
)

RESOURCE = "daemonsets.apps"
BURST = 250
_NODES_PER_PACE_MS = 5
_PACE_MS_MAX = 500


def _node_matters(change: Change, view: View) -> list[Key]:
    """DaemonSets for which the change makes a difference on that node."""
    if change.keeps(_face):
        return []
    old, new = change.old, change.new
    if old is None or new is None:
        touched = [d for d in view.list_(RESOURCE) if any(one.wanted_on(d, change.last))]
    else:
        touched = [
            d for d in view.list_(RESOURCE) if one.wanted_on(d, old) != one.wanted_on(d, new)
        ]
    return [Key(RESOURCE, namespace_of(d), name_of(d)) for d in touched]


def _face(node: Object) -> object:
    return (labels_of(node), (node.get("spec") or {}).get("taints"))


class DaemonSetReconciler:
    """Keep one pod of each DaemonSet on every node that it wants."""

    name = "daemonset"
    account = "daemon-set-controller"
    component = "daemonset-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        wake_owner("pods", "DaemonSet", RESOURCE, spec_selector),
        Wake("nodes", _node_matters),
        wake_controller(history.RESOURCE, "DaemonSet", RESOURCE),
    )

    def __init__(self) -> None:
        self._backoff = FailureBackoff()

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        daemonset = view.get(RESOURCE, key.namespace, key.name)
        if daemonset is None or is_deleting(daemonset):
            self._backoff.forget(key.namespace, key.name)
            return NOTHING
        if not daemonset["spec"].get("selector"):
            text = "This daemon set is selecting all pods. A non-empty selector is required."
            return Plan(events=(Event(daemonset, "Warning", "SelectingAll", text),))
        selector = spec_selector(daemonset)
        revisions = claim_from(view, daemonset, selector, history.RESOURCE)
        found = history.history_of(daemonset, revisions.owned, one.HASH_LABEL)
        if found.write is not None:
            return Plan(writes=(*revisions.writes, found.write))
        claimed = claim_from(view, daemonset, selector, "pods")
        look = _Look(daemonset, found, claimed.owned, view.list_("nodes"), now_ms)
        plan = look.plan(self._backoff)
        return replace(plan, writes=(*revisions.writes, *claimed.writes, *plan.writes))


class _Look:
    """One pass over one DaemonSet; its methods only read and compute."""

    def __init__(
        self,
        daemonset: Object,
        found: history.History,
        owned: Sequence[Object],
        nodes: Sequence[Object],
        now_ms: int,
    ) -> None:
        self.daemonset = daemonset
        self.history = found
        self.now_ms = now_ms
        self.owned = owned
        self.hashed = labels_of(found.update).get(one.HASH_LABEL, "")
        self.wanted = {name_of(node): one.wanted_on(daemonset, node) for node in nodes}
        self.by_node: dict[str, list[Object]] = {}
        for pod in sorted(owned, key=creation_order):
            self.by_node.setdefault(one.target_node(pod), []).append(pod)
        self.events: list[Event] = []
        self.deletions: list[Object] = []
        self.after_ms: int | None = None

    def plan(self, backoff: FailureBackoff) -> Plan:
        missing = self._go_through_nodes(backoff)
        desired = sum(should for should, _ in self.wanted.values())
        strategy = self.daemonset["spec"].get("updateStrategy") or {}
        if strategy.get("type") != "OnDelete" and not missing and not self.deletions:
            step = rollout.next_step(
                self._on_wanted_nodes(), self._template(), self.daemonset, desired
            )
            self.deletions += step.delete
            missing += step.create_on
        changes: tuple[Write, ...] = (
            *(delete_pod(self.daemonset, pod) for pod in self.deletions[:BURST]),
            *(self._create(node) for node in missing[:BURST]),
        )
        if not changes:
            return self._finish()

        def then(outcomes: Outcomes) -> Plan:
            return self._finish()

        return Plan(writes=changes, events=tuple(self.events), then=then, slow_start=bool(missing))

    def _template(self) -> rollout.Template:
        return rollout.Template(
            self.hashed,
            one.template_generation(self.daemonset),
            min_ready_seconds_of(self.daemonset),
            self.now_ms,
        )

    def _on_wanted_nodes(self) -> dict[str, list[Object]]:
        wanted = (node for node, (should, _) in self.wanted.items() if should)
        return {node: self.by_node[node] for node in wanted if node in self.by_node}

    def _go_through_nodes(self, backoff: FailureBackoff) -> list[str]:
        """Nodes that lack a pod; pods that must go are noted in `deletions`."""
        missing = []
        for node, (should, may_stay) in self.wanted.items():
            pods = self.by_node.get(node, [])
            if should and not pods:
                missing.append(node)
            elif may_stay:
                self._keep_one(node, pods, backoff)
            else:
                self.deletions += [pod for pod in pods if not is_deleting(pod)]
        for node, pods in self.by_node.items():
            if node not in self.wanted:  # pinned to a node that is gone, and never bound
                self.deletions += [
                    p for p in pods if not podinfo.is_scheduled(p) and not is_deleting(p)
                ]
        return missing

    def _keep_one(self, node: str, pods: Sequence[Object], backoff: FailureBackoff) -> None:
        running = []
        for pod in pods:
            if is_deleting(pod):
                continue
            place = f"{namespace_of(pod)}/{name_of(pod)} on node {node}"
            if podinfo.phase(pod) == "Failed":
                wait_ms = backoff.wait_ms(self.daemonset, node, self.now_ms)
                if wait_ms:
                    self._look_again(wait_ms)
                    continue
                text = f"Found failed daemon pod {place}, will try to kill it"
                self.events.append(Event(self.daemonset, "Warning", "FailedDaemonPod", text))
                self.deletions.append(pod)
            elif podinfo.phase(pod) == "Succeeded":
                text = f"Found succeeded daemon pod {place}, will try to delete it"
                self.events.append(Event(self.daemonset, "Normal", "SucceededDaemonPod", text))
                self.deletions.append(pod)
            else:
                running.append(pod)
        surge, _ = rollout.limits(self.daemonset, len(self.wanted))
        if not surge:
            self.deletions += running[1:]
            return
        new, old = self._template().split(running)
        self.deletions += new[1:] + old[1:]

    def _create(self, node: str) -> Create:
        return create_pod(self.daemonset, one.new_pod(self.daemonset, node, self.hashed))

    def _look_again(self, after_ms: int) -> None:
        self.after_ms = after_ms if self.after_ms is None else min(after_ms, self.after_ms)

    def _finish(self) -> Plan:
        writes: tuple[Write, ...] = ()
        status = compute_status(self.daemonset, self.wanted, self.by_node, self._template())
        if status != status_of(self.daemonset):
            writes = (status_update(RESOURCE, self.daemonset, status),)
        live = {f"{name_of(self.daemonset)}-{labels_of(p).get(one.HASH_LABEL)}" for p in self.owned}
        limit = self.daemonset["spec"].get("revisionHistoryLimit")
        writes = (*writes, *history.truncated(self.history, limit, live))
        min_ready = min_ready_seconds_of(self.daemonset)
        available_ms = podinfo.next_available_ms(self.owned, min_ready, self.now_ms)
        if available_ms is not None:
            self._look_again(available_ms)
        pace_ms = min(len(self.wanted) // _NODES_PER_PACE_MS, _PACE_MS_MAX)
        return Plan(writes=writes, requeue_after_ms=self.after_ms, pace_ms=pace_ms)
