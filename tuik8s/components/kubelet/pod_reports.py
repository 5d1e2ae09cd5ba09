"""What the API is told of pods: statuses as they change, and that a pod has ended and may go.

One request per pod is under way at a time; what changed meanwhile is told after it. A static pod's
status goes to its mirror.

Source: k8s.io/kubernetes pkg/kubelet/status/status_manager.go (syncPod). There the last status is
always written before the deletion; here only where a finalizer keeps the pod to be read.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode
from tuik8s.bus.frames import encode
from tuik8s.components.kubelet.pod_life import PodLife
from tuik8s.components.kubelet.pod_status import pod_status
from tuik8s.world.base import World

RETRY_MS = 500
_GONE = (404, 409)


class _Told(NamedTuple):
    """The uid in the API, what a status said of readiness, and a digest of all of it."""

    api_uid: str
    readiness: tuple[str, str]
    digest: bytes


class PodReports:
    """Reports of one node's pods, by the uid of their life.

    mirror_of: the uid under which the API knows a pod: its own, for a static pod its mirror's, ""
    while there is none. ended: a static pod has stopped.
    """

    def __init__(
        self,
        world: World,
        client: Client,
        host_ip: str,
        mirror_of: Callable[[Object], str],
        touch: Callable[[str], None],
        ended: Callable[[str], None],
    ) -> None:
        self._world = world
        self._client = client
        self._host_ip = host_ip
        self._mirror_of = mirror_of
        self._touch = touch
        self._ended = ended
        self._told: dict[str, _Told] = {}
        """What the API was last told of each pod."""
        self._under_way: dict[str, None] = {}
        self._stale: dict[str, None] = {}

    def tell(self, life: PodLife, now_ms: int) -> None:
        """Report the pod as it is now, if that is news."""
        uid = life.uid
        api_uid = self._mirror_of(life.pod)
        ends = life.is_deleting and life.is_stopped
        if api_uid != uid and ends:
            self._ended(uid)
            return
        if uid in self._under_way:
            self._stale[uid] = None
            return
        if not api_uid:
            return
        must_tell = not ends or bool(life.pod["metadata"].get("finalizers"))
        status = pod_status(life, self._host_ip, now_ms) if must_tell else {}
        if must_tell and _told(api_uid, status) != self._told.get(uid):
            self._patch(life, api_uid, status)
        elif ends:
            self._delete(life)

    def hear(self, pod: Object) -> None:
        """Forget what was told of a pod if somebody turned it, so that it is told again.

        The node controller does that to the pods of a node that fell silent.
        """
        uid = pod["metadata"]["uid"]
        told = self._told.get(uid)
        if told is None or uid in self._under_way:
            return
        if _readiness(pod.get("status") or {}) != told.readiness:
            del self._told[uid]

    def forget(self, uid: str) -> None:
        self._told.pop(uid, None)
        self._stale.pop(uid, None)

    def _patch(self, life: PodLife, api_uid: str, status: Object) -> None:
        namespace, name = life.key
        uid = life.uid
        self._under_way[uid] = None
        self._client.patch(
            "pods",
            namespace,
            name,
            {"metadata": {"uid": api_uid}, "status": _explicit(status)},
            lambda reply: self._on_told(uid, api_uid, status, reply),
            kind="strategic",
            subresource="status",
            cause=0 if _readiness(status)[1] == "True" else life.faults.cause,
        )

    def _delete(self, life: PodLife) -> None:
        namespace, name = life.key
        uid = life.uid
        self._under_way[uid] = None
        self._client.delete(
            "pods",
            namespace,
            name,
            lambda reply: self._done(uid, reply, ok=reply.ok or reply.code in _GONE),
            {"gracePeriodSeconds": 0, "preconditions": {"uid": uid}},
        )

    def _on_told(self, uid: str, api_uid: str, status: Object, reply: Reply) -> None:
        if reply.ok:
            self._told[uid] = _told(api_uid, status)
            self._stale[uid] = None
        elif reply.code == 422:
            why = decode(reply).get("message", "")
            self._world.log.error("Failed to update status for pod", podUID=uid, err=why)
        self._done(uid, reply, ok=reply.ok or reply.code in (*_GONE, 422))

    def _done(self, uid: str, reply: Reply, *, ok: bool) -> None:
        self._under_way.pop(uid, None)
        if not ok:
            self._world.call_after(RETRY_MS, lambda: self._touch(uid))
        elif self._stale.pop(uid, uid) is None:
            self._touch(uid)


def _explicit(status: Object) -> Object:
    """The status as a patch: a condition that has no reason any more says so, since merging keeps
    what a patch does not name."""
    conditions = [{"reason": None, "message": None, **c} for c in status.get("conditions") or ()]
    return {**status, "conditions": conditions} if conditions else status


def _told(api_uid: str, status: Object) -> _Told:
    digest = blake2b(encode(status), digest_size=16).digest()
    return _Told(api_uid, _readiness(status), digest)


def _readiness(status: Object) -> tuple[str, str]:
    """Phase and Ready, which nobody but the kubelet should say."""
    conditions = status.get("conditions") or ()
    ready = next((c["status"] for c in conditions if c["type"] == "Ready"), "")
    return status.get("phase", ""), ready
