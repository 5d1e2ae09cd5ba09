"""Finished Jobs are deleted after their ttlSecondsAfterFinished.

Source: k8s.io/kubernetes pkg/controller/ttlafterfinished/ttlafterfinished_controller.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import is_deleting, name_of, namespace_of, uid_of
from tuik8s.api.times import parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import NOTHING, Change, Delete, Plan, View, Wake
from tuik8s.components.controllers.parts.workloads import finish_of

RESOURCE = "jobs.batch"


def _limited(change: Change, view: View) -> tuple[Key, ...]:
    job = change.new
    if job is None or job["spec"].get("ttlSecondsAfterFinished") is None:
        return ()
    return (Key(RESOURCE, namespace_of(job), name_of(job)),)


def _finished_at_ms(job: Object) -> int | None:
    since = (finish_of(job) or {}).get("lastTransitionTime")
    return parse_time(since) if since else None


class TtlAfterFinishedReconciler:
    """Delete finished Jobs when their time is over."""

    name = "ttl-after-finished"
    account = "ttl-after-finished-controller"
    component = "ttl-after-finished-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(RESOURCE, _limited),)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        job = view.get(RESOURCE, key.namespace, key.name)
        if job is None or is_deleting(job):
            return NOTHING
        seconds = job["spec"].get("ttlSecondsAfterFinished")
        finished_ms = _finished_at_ms(job)
        if seconds is None or finished_ms is None:
            return NOTHING
        left_ms = finished_ms + int(seconds) * 1000 - now_ms
        if left_ms > 0:
            return Plan(requeue_after_ms=left_ms)
        delete = Delete(
            resource=RESOURCE,
            namespace=key.namespace,
            name=key.name,
            uid=uid_of(job),
            propagation="Foreground",
            tolerate=(404, 409),
        )
        return Plan(writes=(delete,))
