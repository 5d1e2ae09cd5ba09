"""The pods of one node: their lives, addresses and listeners.

    pods of the API ---.                         .--> PodReports: status and deletion to the API
                       |--> PodLife, stepped ----+--> PodServers: listeners
    static pods -------'                         '--> NodeEvents

A pod begins when the node has a pod range and all pods that have an address from before are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, refusal_of
from tuik8s.components.kubelet.config import KubeletConfig, KubeletNode
from tuik8s.components.kubelet.event_pace import EventPace
from tuik8s.components.kubelet.events import NodeEvents
from tuik8s.components.kubelet.log import PodLog
from tuik8s.components.kubelet.pod_addresses import PodAddresses
from tuik8s.components.kubelet.pod_faults import NONE, faults_of, take_effect
from tuik8s.components.kubelet.pod_life import Place, PodLife
from tuik8s.components.kubelet.pod_reports import PodReports
from tuik8s.components.kubelet.pod_servers import PodServers
from tuik8s.components.kubelet.runtimes.base import ContainerChange, Runtime
from tuik8s.components.kubelet.sources import Sources
from tuik8s.components.kubelet.static_pods import StaticPods, is_mirror
from tuik8s.world.base import Timer, World
from tuik8s.world.rules import PodRule


class NodePods:
    """Every pod that is bound to one node."""

    def __init__(
        self,
        world: World,
        client: Client,
        node: KubeletNode,
        config: KubeletConfig,
        runtime: Runtime,
        servers: PodServers,
        owners: dict[str, PodLife],
        pace: EventPace,
        work_soon: Callable[[], None],
    ) -> None:
        self._client = client
        self._world = world
        self._node = node
        self._runtime = runtime
        self._runtime_name = config.runtime
        self._servers = servers
        self._work_soon = work_soon
        self._rng = world.rng("kubelet/containers")
        self.events = NodeEvents(world, client, node.name, pace)
        self._log = PodLog(world, node.name)
        self._sources = Sources(world, client, self._on_source)
        self.static = StaticPods(world, client, node.name, config, self._begin, self._end_static)
        self._reports = PodReports(
            world, client, node.address, self.static.mirror_of, self._touch, self._drop
        )
        self._addresses: PodAddresses | None = None
        self._is_synced = False
        self._waiting: dict[str, tuple[Object, bytes]] = {}
        self._lives: dict[str, PodLife] = {}
        self._owners = owners
        self._timers: dict[str, tuple[int, Timer]] = {}
        self._dirty: dict[str, None] = {}
        self._to_publish: dict[str, None] = {}
        world.rules.on_change(self._on_rules)

    def __len__(self) -> int:
        return len(self._lives) + len(self._waiting)

    def set_node(self, node: Object) -> None:
        """Hear of the node: once it has a pod range, the pods that waited for it can start."""
        self.static.set_node(node)
        cidr = node["spec"].get("podCIDR", "")
        if not cidr or (self._addresses is not None and self._addresses.cidr == cidr):
            return
        addresses = PodAddresses(cidr)
        for life in self._lives.values():
            if not life.pod["spec"].get("hostNetwork"):
                addresses.take(life.uid, life.ip)
        self._addresses = addresses
        self._release()

    def on_synced(self) -> None:
        """All pods that there were at the start have been told."""
        self._is_synced = True
        self._release()

    def on_pod(self, pod: Object, packed: bytes = b"", *, gone: bool) -> None:
        """Hear of a pod of this node. packed: its msgpack bytes, where they are at hand."""
        uid = pod["metadata"]["uid"]
        self._log.heard(pod, gone=gone)
        if is_mirror(pod):
            self.static.on_mirror(pod, gone=gone)
            mirrored = self.life(pod["metadata"]["namespace"], pod["metadata"]["name"])
            if mirrored is not None:
                self._touch(mirrored.uid)
        elif gone:
            self._waiting.pop(uid, None)
            self._drop(uid)
        elif uid in self._lives:
            self._lives[uid].set_pod(pod, packed)
            self._set_faults(self._lives[uid])
            self._reports.hear(pod)
            self._touch(uid)
        else:
            self._waiting[uid] = (pod, packed)
            self._release()
            self._work_soon()

    def life(self, namespace: str, name: str) -> PodLife | None:
        """The pod of that name, for logs."""
        return next((x for x in self._lives.values() if x.key == (namespace, name)), None)

    def lives(self) -> Iterable[PodLife]:
        """All pods of the node."""
        return self._lives.values()

    def evict(self, life: PodLife, reason: str, message: str, until_ms: int) -> None:
        """End a pod as failed; its containers have until then to stop."""
        life.stopping_until_ms = until_ms
        life.fail("Warning", reason, message)
        self._touch(life.uid)

    def look_at(self, life: PodLife) -> None:
        """Something was done to a container of this pod: see what became of it."""
        self._touch(life.uid)

    def lookup(self, resource: str, namespace: str, name: str) -> Object | None:
        """See `environment.Lookup`."""
        return self._sources.lookup(resource, namespace, name)

    # --- the turn -----------------------------------------------------------------------------

    def step(self, now_ms: int) -> bool:
        """Step the pods that asked for it; False when there were none."""
        self._log.tell()
        dirty, self._dirty = self._dirty, {}
        for uid in dirty:
            life = self._lives.get(uid)
            if life is None:
                continue
            life.step(now_ms)
            self._record_notes(life)
            self._wake(life, now_ms)
            self._to_publish[uid] = None
        return bool(dirty)

    def on_runtime(self, life: PodLife, change: ContainerChange) -> None:
        """Take note of a change of a container of one of these pods."""
        container = life.on_change(change)
        if container is not None:
            self.events.container(life.pod, container, change)
            self._log.container(life.pod, container, change)
            for obj in change.creates:
                self._create(life, obj)
        self._touch(life.uid)

    def publish(self, now_ms: int) -> None:
        """Open the listeners that are wanted now, and tell the API what changed."""
        uids, self._to_publish = self._to_publish, {}
        for uid in uids:
            life = self._lives.get(uid)
            if life is not None:
                self._servers.sync(life)
                self._reports.tell(life, now_ms)
                life.rest()

    def _create(self, life: PodLife, obj: Object) -> None:
        """Ask the API for what a container creates, under the name of its service account."""
        namespace, name = life.key
        account = life.pod["spec"].get("serviceAccountName", "default")
        wanted = {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}

        def answered(reply: Reply) -> None:
            if not reply.ok and reply.code != 409:
                self._world.log.warning(
                    "Container could not create what it asked for", pod=name, err=refusal_of(reply)
                )

        resource = f"{obj['kind'].lower()}s"
        user = f"system:serviceaccount:{namespace}:{account}"
        self._client.create(resource, wanted, answered, user=user)

    # --- one pod ------------------------------------------------------------------------------

    def _release(self) -> None:
        """Begin the pods that waited, those first that have an address from before."""
        if not self._is_synced:
            return
        waiting, self._waiting = self._waiting, {}
        if self._addresses is not None:
            for uid, (pod, _) in waiting.items():
                known = (pod.get("status") or {}).get("podIP", "")
                if known and not pod["spec"].get("hostNetwork"):
                    self._addresses.take(uid, known)
        for pod, packed in waiting.values():
            self._begin(pod, packed)

    def _begin(self, pod: Object, packed: bytes = b"") -> None:
        """Give the pod an address and a life; without an address it waits."""
        uid = pod["metadata"]["uid"]
        is_host = bool(pod["spec"].get("hostNetwork"))
        if self._addresses is None and not is_host:
            self._waiting[uid] = (pod, packed)
            return
        if is_host or self._addresses is None:
            ip = self._node.address
        else:
            ip = self._addresses.give(uid)
        if not ip:
            self._waiting[uid] = (pod, packed)
            self.events.pod(pod, "Warning", "FailedCreatePodSandBox", _NO_ADDRESS)
            return
        place = Place(ip, self._node.address, self._new_id, self._sources.lookup, self._owners)
        life = self._lives[uid] = PodLife(pod, self._runtime, place, packed)
        if (pod.get("status") or {}).get("startTime"):
            life.adopt()
        self._set_faults(life)
        self._touch(uid)

    def _on_rules(self) -> None:
        for life in self._lives.values():
            self._set_faults(life)
            life.rest()

    def _set_faults(self, life: PodLife) -> None:
        """Tell a pod what faults do to it, if that is news."""
        rules = self._world.rules.of(PodRule)
        faults = faults_of(life.pod, rules) if rules else NONE
        if faults != life.faults:
            had, life.faults = life.faults, faults  # what starts from now on starts with them
            take_effect(had, faults, life.containers, self._runtime, self._world.now_ms())
            self._touch(life.uid)

    def _end_static(self, uid: str) -> None:
        """The manifest of a static pod is gone: end it as a deletion would."""
        self._waiting.pop(uid, None)
        life = self._lives.get(uid)
        if life is not None:
            meta = {**life.pod["metadata"], "deletionTimestamp": ""}
            life.set_pod({**life.pod, "metadata": meta})
            self._touch(uid)

    def _touch(self, uid: str) -> None:
        self._dirty[uid] = None
        self._work_soon()

    def _wake(self, life: PodLife, now_ms: int) -> None:
        """Have one timer for the next instant at which the pod itself has something to do."""
        wake_at_ms = life.wake_at_ms(now_ms)
        known = self._timers.get(life.uid)
        if known is not None:
            if known[0] == wake_at_ms:
                return
            known[1].cancel()
            del self._timers[life.uid]
        if wake_at_ms is not None:
            timer = self._world.call_at(wake_at_ms, partial(self._on_timer, life.uid))
            self._timers[life.uid] = (wake_at_ms, timer)

    def _on_timer(self, uid: str) -> None:
        self._timers.pop(uid, None)
        self._touch(uid)

    def _on_source(self) -> None:
        for uid, life in self._lives.items():
            if life.waits_for_sources:
                self._touch(uid)

    def _new_id(self) -> str:
        return f"{self._runtime_name}://{self._rng.bytes(32).hex()}"

    def _record_notes(self, life: PodLife) -> None:
        notes, life.notes = life.notes, []
        for note in notes:
            self.events.pod(life.pod, note.type, note.reason, note.message, note.container)
            self._log.note(life.pod, note.reason, note.message, note.container)

    def _drop(self, uid: str) -> None:
        life = self._lives.pop(uid, None)
        if life is None:
            return
        life.forget()
        self._servers.close(uid)
        self._reports.forget(uid)
        timer = self._timers.pop(uid, None)
        if timer is not None:
            timer[1].cancel()
        if self._addresses is not None:
            self._addresses.release(uid)
            if self._waiting:
                self._release()


_NO_ADDRESS = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
    "sandbox: failed to allocate for range 0: no IP addresses available in range set"
)
