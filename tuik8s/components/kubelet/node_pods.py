"""The pods of one node.

Their lives, addresses and listeners, and what is told to the API of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode
from tuik8s.components.kubelet.config import KubeletNode
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.events import NodeEvents
from tuik8s.components.kubelet.pod_addresses import PodAddresses
from tuik8s.components.kubelet.pod_life import PodLife
from tuik8s.components.kubelet.pod_servers import PodServers
from tuik8s.components.kubelet.pod_status import pod_status
from tuik8s.components.kubelet.runtimes.base import ContainerChange, Runtime
from tuik8s.world.base import World

RETRY_MS = 500


class NodePods:
    """Every pod that is bound to one node."""

    def __init__(
        self,
        world: World,
        client: Client,
        node: KubeletNode,
        runtime: Runtime,
        servers: PodServers,
        work_soon: Callable[[], None],
    ) -> None:
        self._world = world
        self._client = client
        self._node = node
        self._runtime = runtime
        self._servers = servers
        self._work_soon = work_soon
        self._rng = world.rng("kubelet/containers")
        self._events = NodeEvents(world, client, node.name)
        self._addresses: PodAddresses | None = None
        self._waiting: dict[str, Object] = {}
        self._lives: dict[str, PodLife] = {}
        self._by_container: dict[str, PodLife] = {}
        self._dirty: dict[str, None] = {}
        self._to_publish: dict[str, None] = {}
        self._told: dict[str, Object] = {}
        self._in_flight: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._lives) + len(self._waiting)

    def set_node(self, node: Object) -> None:
        """Hear of the node: once it has a pod range, the pods that waited for it can start."""
        cidr = node["spec"].get("podCIDR", "")
        if self._addresses is None and cidr:
            self._addresses = PodAddresses(cidr)
            waiting, self._waiting = self._waiting, {}
            for pod in waiting.values():
                self.on_pod(pod, gone=False)

    def on_pod(self, pod: Object, *, gone: bool) -> None:
        """Hear of a pod of this node."""
        uid = pod["metadata"]["uid"]
        if gone:
            self._waiting.pop(uid, None)
            self._drop(uid)
            return
        life = self._lives.get(uid)
        if life is not None:
            life.set_pod(pod)
        elif self._addresses is None and not pod["spec"].get("hostNetwork"):
            self._waiting[uid] = pod
            return
        else:
            life = self._begin(pod)
        self._touch(uid)

    def life(self, namespace: str, name: str) -> PodLife | None:
        """The pod of that name, for logs."""
        return next((x for x in self._lives.values() if x.key == (namespace, name)), None)

    # --- the turn -----------------------------------------------------------------------------

    def step(self, now_ms: int) -> bool:
        """Step the pods that asked for it; False when there were none."""
        dirty, self._dirty = self._dirty, {}
        for uid in dirty:
            life = self._lives.get(uid)
            if life is None:
                continue
            known = {c.id for c in life.containers}
            life.step(now_ms)
            for container in life.containers:
                if container.id and container.id not in known:
                    self._by_container[container.id] = life
            wake_at_ms = life.wake_at_ms(now_ms)
            if wake_at_ms is not None:
                self._world.call_at(max(wake_at_ms, now_ms + 1), partial(self._touch, uid))
            self._to_publish[uid] = None
        return bool(dirty)

    def on_runtime(self, change: ContainerChange, now_ms: int) -> bool:
        """Take note of a change of a container; False when it is of another node."""
        life = self._by_container.get(change.id)
        if life is None:
            return False
        container = life.on_change(change)
        if container is not None:
            self._record(life, container, change)
        self._touch(life.uid)
        return True

    def publish(self, now_ms: int) -> None:
        """Tell the API what changed: statuses, and pods that have ended and may go."""
        uids, self._to_publish = self._to_publish, {}
        for uid in uids:
            life = self._lives.get(uid)
            if life is not None:
                self._servers.sync(life)
                self._publish(life, now_ms)

    # --- one pod ------------------------------------------------------------------------------

    def _begin(self, pod: Object) -> PodLife:
        uid, status = pod["metadata"]["uid"], pod.get("status") or {}
        life = PodLife(pod, self._runtime, self._address_of(pod), self._new_id)
        self._lives[uid] = life
        if status.get("containerStatuses"):
            life.adopt(self._world.now_ms())
            for container in life.containers:
                self._by_container[container.id] = life
        return life

    def _address_of(self, pod: Object) -> str:
        if pod["spec"].get("hostNetwork"):
            return self._node.address
        assert self._addresses is not None, "a pod begins only when the node has a range"
        uid, known = pod["metadata"]["uid"], (pod.get("status") or {}).get("podIP", "")
        if known:
            self._addresses.take(uid, known)
            return str(known)
        return self._addresses.give(uid)

    def _touch(self, uid: str) -> None:
        self._dirty[uid] = None
        self._work_soon()

    def _new_id(self) -> str:
        return f"sim://{self._rng.bytes(32).hex()}"

    def _drop(self, uid: str) -> None:
        life = self._lives.pop(uid, None)
        if life is None:
            return
        life.forget()
        self._servers.close(uid)
        for container in life.containers:
            self._by_container.pop(container.id, None)
        self._told.pop(uid, None)
        if self._addresses is not None:
            self._addresses.release(uid)

    def _record(self, life: PodLife, container: Container, change: ContainerChange) -> None:
        """The Events of a container's life, in upstream's words."""
        image = container.spec["image"]
        normal = {
            "pulled": ("Pulled", f'Container image "{image}" already present on machine'),
            "started": ("Started", "Container started"),
        }
        if change.kind == "started":
            self._events.pod(life.pod, "Normal", "Created", "Container created", container.name)
        if change.kind in normal:
            reason, message = normal[change.kind]
            self._events.pod(life.pod, "Normal", reason, message, container.name)
        elif change.kind == "pull-failed":
            self._events.pod(life.pod, "Warning", "Failed", change.message, container.name)
        elif change.kind == "exited" and container.backoff_ms and not life.is_deleting:
            meta = life.pod["metadata"]
            where = f"{container.name} in pod {meta['name']}_{meta['namespace']}({meta['uid']})"
            message = f"Back-off restarting failed container {where}"
            self._events.pod(life.pod, "Warning", "BackOff", message, container.name)

    # --- telling ------------------------------------------------------------------------------

    def _publish(self, life: PodLife, now_ms: int) -> None:
        uid = life.uid
        if uid in self._in_flight:
            return
        namespace, name = life.key
        status = pod_status(life, self._node.address, now_ms)
        ends = life.is_deleting and life.is_stopped
        must_tell = not ends or bool(life.pod["metadata"].get("finalizers"))
        if must_tell and status != self._told.get(uid):
            self._in_flight[uid] = None
            body = {"metadata": {"uid": uid}, "status": status}
            self._client.patch(
                "pods",
                namespace,
                name,
                body,
                lambda reply: self._on_told(uid, status, reply),
                kind="strategic",
                subresource="status",
            )
        elif ends:
            self._in_flight[uid] = None
            options = {"gracePeriodSeconds": 0, "preconditions": {"uid": uid}}
            self._client.delete(
                "pods",
                namespace,
                name,
                lambda reply: self._on_deleted(uid, reply),
                options,
            )

    def _on_told(self, uid: str, status: Object, reply: Reply) -> None:
        self._in_flight.pop(uid, None)
        if reply.ok:
            self._told[uid] = status
            self._touch(uid)
        elif reply.code not in (404, 409, 422) and uid in self._lives:
            self._world.call_after(RETRY_MS, lambda: self._touch(uid))
        elif reply.code == 422:
            why = decode(reply).get("message", "")
            self._world.log.error("pod status refused", uid=uid, why=why)

    def _on_deleted(self, uid: str, reply: Reply) -> None:
        self._in_flight.pop(uid, None)
        if not reply.ok and reply.code not in (404, 409) and uid in self._lives:
            self._world.call_after(RETRY_MS, lambda: self._touch(uid))
