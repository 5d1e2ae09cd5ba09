"""One look at a StatefulSet: revisions, then at most one step through its pods, then the status.

    replicas   by ordinal, lowest first: make what is missing, wait for what is not ready
    condemned  ordinals outside the range, highest first: delete one, wait until it is gone
    update     highest ordinal first, down to the partition: delete what has the old revision

With podManagementPolicy Parallel nobody waits in the first two.

Source: k8s.io/kubernetes pkg/controller/statefulset/{stateful_set,stateful_set_control}.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuik8s.api.meta import is_deleting, is_terminal, name_of, namespace_of, uid_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Create,
    Delete,
    Event,
    Plan,
    Update,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.parts import history
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.history import History
from tuik8s.components.controllers.parts.ownership import (
    claim_from,
    spec_selector,
    wake_controller,
    wake_owner,
)
from tuik8s.components.controllers.parts.workloads import (
    count,
    min_ready_seconds_of,
    replicas_of,
    status_of,
    status_update,
)
from tuik8s.components.controllers.statefulset import claims
from tuik8s.components.controllers.statefulset import pods as one
from tuik8s.components.controllers.statefulset.status import compute_status

RESOURCE = "statefulsets.apps"
_PODS_PER_PACE_MS = 10
_PACE_MS_MAX = 500
_HASH_LABEL = "controller.kubernetes.io/hash"


class StatefulSetReconciler:
    """Keep the pods of each StatefulSet, in order."""

    name = "statefulset"
    account = "statefulset-controller"
    component = "statefulset-controller"
    reads: tuple[str, ...] = (claims.CLAIMS,)
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        wake_owner("pods", "StatefulSet", RESOURCE, spec_selector),
        wake_controller(history.RESOURCE, "StatefulSet", RESOURCE),
    )

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        statefulset = view.get(RESOURCE, key.namespace, key.name)
        if statefulset is None:
            return NOTHING
        selector = spec_selector(statefulset)
        revisions = claim_from(view, statefulset, selector, history.RESOURCE)
        found = history.history_of(statefulset, revisions.owned, _HASH_LABEL)
        if found.write is not None and not is_deleting(statefulset):
            return Plan(writes=(*revisions.writes, found.write))
        claimed = claim_from(
            view,
            statefulset,
            selector,
            "pods",
            adoptable=lambda pod: one.ordinal_of(statefulset, pod) >= 0,
        )
        plan = _Look(statefulset, found, claimed.owned, view, now_ms).plan()
        return replace(plan, writes=(*revisions.writes, *claimed.writes, *plan.writes))


class _Look:
    """One pass over one StatefulSet; its methods only read and compute."""

    def __init__(
        self, statefulset: Object, found: History, owned: Sequence[Object], view: View, now_ms: int
    ) -> None:
        self.statefulset = statefulset
        self.history = found
        self.view = view
        self.now_ms = now_ms
        self.min_ready = min_ready_seconds_of(statefulset)
        named = status_of(statefulset).get("currentRevision") or ""
        self.current = found.named(named) or found.update
        self.update = found.update
        self.owned = owned
        self.gone: set[str] = set()
        self.writes: list[Write] = []
        self.is_monotonic: bool = statefulset["spec"].get("podManagementPolicy") != "Parallel"
        start = one.first_ordinal(statefulset)
        self.ordinals = range(start, start + replicas_of(statefulset))
        by_ordinal = {one.ordinal_of(statefulset, pod): pod for pod in owned}
        self.replicas = {n: by_ordinal[n] for n in self.ordinals if n in by_ordinal}
        outside = [n for n in by_ordinal if n >= 0 and n not in self.ordinals]
        self.condemned = [by_ordinal[n] for n in sorted(outside, reverse=True)]

    def plan(self) -> Plan:
        if not is_deleting(self.statefulset):
            self._steps()
        names = (name_of(self.current), name_of(self.update))
        status = compute_status(self.statefulset, self.owned, self.gone, names, self.now_ms)
        if status != status_of(self.statefulset):
            self.writes.append(status_update(RESOURCE, self.statefulset, status))
        if not is_deleting(self.statefulset):
            self.writes += self._old_revisions(status)
        pace_ms = min(len(self.owned) // _PODS_PER_PACE_MS, _PACE_MS_MAX)
        after_ms = podinfo.next_available_ms(self.owned, self.min_ready, self.now_ms)
        return Plan(writes=tuple(self.writes), requeue_after_ms=after_ms, pace_ms=pace_ms)

    def _steps(self) -> None:
        """Go through the pods as far as waiting allows."""
        for ordinal in self.ordinals:
            if self._must_wait_for(ordinal):
                return
        for pod in self.condemned:
            self.writes += claims.owner_corrections(self.statefulset, pod, True, self.view)
        for pod in self.condemned:
            if self._remove_condemned(pod):
                return
        self._roll()

    def _must_wait_for(self, ordinal: int) -> bool:
        """Make or mend the pod with this ordinal; True when those after it must wait."""
        pod = self.replicas.get(ordinal)
        if pod is None:
            self._create(ordinal)
            return self.is_monotonic
        if is_terminal(pod):
            if not is_deleting(pod):
                self._delete(pod)
            return True
        if podinfo.phase(pod) == "Pending":
            self.writes += claims.missing_claims(self.statefulset, name_of(pod), self.view)
        if self.is_monotonic:
            available = one.is_running_and_available(pod, self.min_ready, self.now_ms)
            if is_deleting(pod) or not one.is_running_and_ready(pod) or not available:
                self._mend(pod)
                return True
        self._mend(pod)
        return False

    def _mend(self, pod: Object) -> None:
        self.writes += claims.owner_corrections(self.statefulset, pod, False, self.view)
        changed = one.corrected(self.statefulset, pod)
        if changed is not None:
            said = self._event("SuccessfulUpdate", "Update", name_of(pod))
            self.writes.append(Update(resource="pods", obj=changed, said=said))

    def _remove_condemned(self, pod: Object) -> bool:
        """Delete one pod that is too many; True when the others must wait."""
        if is_deleting(pod):
            return self.is_monotonic
        if self.is_monotonic and not one.is_running_and_ready(pod) and pod is not self._unhealthy():
            return True
        self._delete(pod)
        return self.is_monotonic

    def _unhealthy(self) -> Object | None:
        """The first pod that is not healthy, in ordinal order."""
        ordered = [self.replicas[n] for n in self.ordinals if n in self.replicas]
        ordered += reversed(self.condemned)
        return next((pod for pod in ordered if not one.is_healthy(pod)), None)

    def _roll(self) -> None:
        """Delete the highest pod of an old revision, if all above it are well."""
        strategy = self.statefulset["spec"].get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return
        partition = self._partition()
        for ordinal in reversed(self.ordinals):
            if ordinal - self.ordinals.start < partition:
                return
            pod = self.replicas.get(ordinal)
            if pod is None:
                return
            if one.revision_of_pod(pod) != name_of(self.update) and not is_deleting(pod):
                self._delete(pod)
                return
            if not one.is_healthy(pod):
                return
            if not one.is_running_and_available(pod, self.min_ready, self.now_ms):
                return

    def _partition(self) -> int:
        strategy = self.statefulset["spec"].get("updateStrategy") or {}
        return int((strategy.get("rollingUpdate") or {}).get("partition") or 0)

    def _create(self, ordinal: int) -> None:
        revision = self._revision_for(ordinal)
        template = history.template_in(revision)
        pod = one.new_pod(self.statefulset, template, ordinal, name_of(revision))
        name = name_of(pod)
        self.writes += claims.missing_claims(self.statefulset, name, self.view)
        failed = (
            f"create Pod {name} in StatefulSet {name_of(self.statefulset)} failed error: {{error}}"
        )
        self.writes.append(
            Create(
                resource="pods",
                obj=pod,
                said=self._event("SuccessfulCreate", "Create", name),
                failed=Event(self.statefulset, "Warning", "FailedCreate", failed),
            )
        )

    def _revision_for(self, ordinal: int) -> Object:
        """Below the partition, and where the update has not come yet, the old template holds."""
        strategy = self.statefulset["spec"].get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return self.update
        place = ordinal - self.ordinals.start
        if strategy.get("rollingUpdate") is None:
            is_old = place < count(self.statefulset, "currentReplicas")
        else:
            is_old = place < self._partition()
        return self.current if is_old else self.update

    def _delete(self, pod: Object) -> None:
        self.gone.add(uid_of(pod))
        name = name_of(pod)
        failed = (
            f"delete Pod {name} in StatefulSet {name_of(self.statefulset)} failed error: {{error}}"
        )
        self.writes.append(
            Delete(
                resource="pods",
                namespace=namespace_of(pod),
                name=name,
                uid=uid_of(pod),
                tolerate=(404, 409),
                said=self._event("SuccessfulDelete", "Delete", name),
                failed=Event(self.statefulset, "Warning", "FailedDelete", failed),
            )
        )

    def _event(self, reason: str, verb: str, pod_name: str) -> Event:
        text = f"{verb} Pod {pod_name} in StatefulSet {name_of(self.statefulset)} successful"
        return Event(self.statefulset, "Normal", reason, text)

    def _old_revisions(self, status: Object) -> tuple[Write, ...]:
        live = {one.revision_of_pod(pod) for pod in self.owned}
        live |= {status["currentRevision"], status["updateRevision"], name_of(self.current)}
        limit = self.statefulset["spec"].get("revisionHistoryLimit")
        return history.truncated(self.history, limit, live)
