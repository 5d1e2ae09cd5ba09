"""One pod on its node: init containers in turn, then the others, restarts, readiness, the end.

`step` decides and gives orders to the runtime; `pod_status` renders what is. Both are called by
the kubelet whenever something about the pod may have changed, and both may be called again at any
time. What users should hear of is left in `notes`, for the kubelet to record as Events.

Source: k8s.io/kubernetes pkg/kubelet (kuberuntime_manager.go computePodActions, kubelet_pods.go
getPhase, status/generate.go, active_deadline.go; 1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import NamedTuple

from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Object
from tuik8s.bus.client import object_of
from tuik8s.bus.frames import encode
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.environment import (
    Lookup,
    Missing,
    NotYet,
    environment,
    find_volume_problem,
)
from tuik8s.components.kubelet.orders import container_ports, start_order
from tuik8s.components.kubelet.pod_faults import NONE, take_effect
from tuik8s.components.kubelet.pod_phase import containers_of, mains_done, phase_of, startable
from tuik8s.components.kubelet.runtimes.base import ContainerChange, Runtime
from tuik8s.world.network import Address

GRACE_S = 30
RETRY_MS_MIN = 500
RETRY_MS_MAX = 8_000
"""What is missing (a ConfigMap, a Secret) is looked for again, twice as late each time."""
PULL_NOTICE_MS = 1_000
"""ErrImagePull is shown this long before it becomes ImagePullBackOff."""


class Place(NamedTuple):
    """Where a pod lives.

    new_id makes container ids; lookup finds ConfigMaps and Secrets; owners: container id -> its
    pod, kept by the pods of a node together.
    """

    ip: str
    host_ip: str
    new_id: Callable[[], str]
    lookup: Lookup
    owners: dict[str, PodLife]


class Note(NamedTuple):
    """Something to record as an Event. container None: it is about the pod."""

    type: str
    reason: str
    message: str
    container: Container | None = None


class PodLife:
    """The life of one pod."""

    __slots__ = (
        "_ids",
        "_is_mounted",
        "_packed",
        "_place",
        "_pod",
        "_retry_at_ms",
        "_retry_ms",
        "_runtime",
        "_was_terminal",
        "containers",
        "failed",
        "faults",
        "ip",
        "key",
        "message",
        "notes",
        "reason",
        "started_at_ms",
        "stopping_until_ms",
        "transitions",
        "uid",
        "waits_for_sources",
    )

    def __init__(self, pod: Object, runtime: Runtime, place: Place, packed: bytes = b"") -> None:
        meta = pod["metadata"]
        self.uid = intern(meta["uid"])
        self.key: tuple[str, str] = (intern(meta["namespace"]), intern(meta["name"]))
        self._pod: Object | None = pod
        self._packed = packed
        self.ip = place.ip
        self.started_at_ms = -1
        self.stopping_until_ms = -1
        self.reason = ""
        self.message = ""
        self.failed = False
        self.transitions: dict[str, tuple[str, int]] = {}
        self.notes: list[Note] = []
        self.waits_for_sources = False
        self.faults = NONE
        self._place = place
        self._runtime = runtime
        self._retry_at_ms = -1
        self._retry_ms = RETRY_MS_MIN
        self._is_mounted = False
        self._was_terminal = ""
        self.containers = containers_of(pod)
        self._ids: dict[str, Container] = {}

    @property
    def pod(self) -> Object:
        """The pod, unpacked when somebody looks: never change it."""
        if self._pod is None:
            self._pod = object_of(self._packed)
        return self._pod

    def rest(self) -> None:
        """Nothing is to be done for now: keep the pod packed, in a fifth of its room."""
        if self._pod is not None:
            self._packed = self._packed or encode(self._pod)
            self._pod = None

    @property
    def shown(self) -> str:
        """`name_namespace(uid)`, upstream's way of naming a pod in messages."""
        meta = self.pod["metadata"]
        return f"{meta['name']}_{meta['namespace']}({meta['uid']})"

    @property
    def _policy(self) -> str:
        return str(self.pod["spec"].get("restartPolicy", "Always"))

    @property
    def is_deleting(self) -> bool:
        return "deletionTimestamp" in self.pod["metadata"]

    @property
    def is_stopped(self) -> bool:
        """Whether no container runs or is about to."""
        return not any(c.ordered and not c.is_terminated for c in self.containers)

    @property
    def listens(self) -> dict[Address, Container]:
        """Where running containers listen: on the pod's address, and on host ports of the node."""
        found: dict[Address, Container] = {}
        for container in self.containers:
            if not container.is_running:
                continue
            for port, host_port in container_ports(container.spec).items():
                if self.ip:
                    found.setdefault(Address(self.ip, port), container)
                if host_port and not self.pod["spec"].get("hostNetwork"):
                    found.setdefault(Address(self._place.host_ip, host_port), container)
        return found

    def adopt(self) -> None:
        """Go on from the status that an earlier kubelet wrote for this pod."""
        status = self.pod.get("status") or {}
        if status.get("startTime"):
            self.started_at_ms = parse_time(status["startTime"])
        for condition in status.get("conditions") or ():
            at_ms = parse_time(condition.get("lastTransitionTime") or format_time(0))
            self.transitions[condition["type"]] = (condition["status"], at_ms)
        if status.get("phase") in ("Succeeded", "Failed"):
            self._was_terminal = status["phase"]
            self.reason, self.message = status.get("reason", ""), status.get("message", "")
            self.failed = self._was_terminal == "Failed" and bool(self.reason)
        fields = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
        by_name = {entry["name"]: entry for field in fields for entry in status.get(field) or ()}
        for container in self.containers:
            entry = by_name.get(container.name)
            if entry is not None:
                resume_at_ms = container.adopt(entry)
                if resume_at_ms >= 0 and not self._was_terminal:
                    self._is_mounted = True
                    self._resume(container, resume_at_ms)

    def step(self, now_ms: int) -> None:
        """Do what the pod needs now."""
        if self.started_at_ms < 0:
            self.started_at_ms = now_ms
        self.waits_for_sources = False
        self._check_deadline(now_ms)
        if self.is_deleting or self.failed:
            self._stop_all(now_ms)
            return
        if self._was_terminal:
            return
        if mains_done(self.containers, self._policy):
            self._stop_kind("sidecar", now_ms)
            return
        for container in self.containers:
            self._consider(container, now_ms)
        if self._mount(now_ms):
            for container in startable(self.containers):
                if not container.ordered and now_ms >= container.restart_at_ms:
                    self._begin(container, now_ms)

    def on_change(self, change: ContainerChange) -> Container | None:
        """Take note of a change of one of this pod's containers."""
        container = self._ids.get(change.id)
        if container is not None and container.id == change.id:
            container.on_change(change)
            return container
        return None

    def set_pod(self, pod: Object, packed: bytes = b"") -> None:
        """Take over a newer version of the pod; a changed image replaces its container.

        packed: its msgpack bytes, where they are at hand.
        """
        self._pod, self._packed = pod, packed
        spec = pod["spec"]
        specs = {c["name"]: c for c in (*spec.get("initContainers", ()), *spec["containers"])}
        for container in self.containers:
            new = specs.get(container.name)
            if new is None:
                continue
            if new["image"] != container.spec["image"] and container.is_running:
                container.stale = True
            container.spec = new
        known = {c.name for c in self.containers}
        self.containers += [c for c in containers_of(pod) if c.name not in known]

    def wake_at_ms(self, now_ms: int) -> int | None:
        """The next back-off that ends, deadline that passes, or look at what was missing."""
        times = [
            c.restart_at_ms for c in self.containers if not c.ordered and c.restart_at_ms > now_ms
        ]
        times += [
            now_ms + PULL_NOTICE_MS
            for c in self.containers
            if not c.ordered and c.waiting == "ErrImagePull"
        ]
        if self._retry_at_ms > now_ms:
            times.append(self._retry_at_ms)
        deadline_s = self.pod["spec"].get("activeDeadlineSeconds")
        if deadline_s is not None and not self.failed and self.started_at_ms >= 0:
            times.append(self.started_at_ms + deadline_s * 1000)
        return min((at_ms for at_ms in times if at_ms > now_ms), default=None)

    def forget(self) -> None:
        """Remove every container from the runtime."""
        for id_ in self._ids:
            self._remove(id_)
        self._ids.clear()

    def phase(self) -> str:
        """Pending, Running, Succeeded or Failed; an end is told when nothing runs any more."""
        if self._was_terminal:
            return self._was_terminal
        phase = phase_of(self.containers, self._policy, is_deleting=self.is_deleting)
        phase = "Failed" if self.failed else phase
        if phase in ("Succeeded", "Failed") and any(c.is_running for c in self.containers):
            return "Running"
        return phase

    # --- starting -----------------------------------------------------------------------------

    def _consider(self, container: Container, now_ms: int) -> None:
        """Replace, restart, or tell that a pull is waited for."""
        if container.why_ended and container.is_running and not container.stopping:
            what = f"Container {container.name} {container.why_ended}, will be restarted"
            grace_s = self.pod["spec"].get("terminationGracePeriodSeconds", GRACE_S)
            self._stop(container, (container.own_grace_s or grace_s) * 1000, now_ms, what)
        if container.is_terminated and container.kind != "ephemeral":
            is_done = container.kind == "init" and container.has_succeeded
            if container.stale or (not is_done and container.will_restart(self._policy)):
                container.plan_restart(self.shown)
                if container.waiting == "CrashLoopBackOff":
                    what = f"Back-off restarting failed container {container.name} in pod"
                    self._note("Warning", "BackOff", f"{what} {self.shown}", container)
        failed_at_ms = container.restart_at_ms - container.pull_backoff_ms
        if container.waiting == "ErrImagePull" and now_ms >= failed_at_ms + PULL_NOTICE_MS:
            image = container.spec["image"]
            if container.pull_backs_off():
                self._note("Normal", "BackOff", f'Back-off pulling image "{image}"', container)
                self._note("Warning", "Failed", "Error: ImagePullBackOff", container)

    def _mount(self, now_ms: int) -> bool:
        """Whether the volumes are mounted; tells what is missing."""
        if self._is_mounted:
            return True
        if now_ms < self._retry_at_ms:
            return False
        try:
            volume, problem = find_volume_problem(self.pod, self._place.lookup)
        except NotYet:
            self.waits_for_sources = True
            return False
        if problem:
            message = f'MountVolume.SetUp failed for volume "{volume}" : {problem}'
            self.notes.append(Note("Warning", "FailedMount", message))
            self._retry_later(now_ms)
            return False
        self._is_mounted, self._retry_ms = True, RETRY_MS_MIN
        return True

    def _begin(self, container: Container, now_ms: int) -> None:
        spec = container.spec
        try:
            env = environment(spec, self.pod, self.ip, self._place.host_ip, self._place.lookup)
        except NotYet:
            self.waits_for_sources = True
            return
        except Missing as missing:
            container.waiting = "CreateContainerConfigError"
            container.waiting_message = str(missing)
            self._note("Warning", "Failed", f"Error: {missing}", container)
            self._retry_later(now_ms)
            container.restart_at_ms = self._retry_at_ms
            return
        self._start(container, now_ms, env, "")

    def _retry_later(self, now_ms: int) -> None:
        self._retry_at_ms = now_ms + self._retry_ms
        self._retry_ms = min(2 * self._retry_ms, RETRY_MS_MAX)

    def _resume(self, container: Container, at_ms: int) -> None:
        """Have the runtime go on with a container that an earlier kubelet started."""
        nothing: Lookup = lambda resource, namespace, name: None  # noqa: E731
        try:
            env = environment(container.spec, self.pod, self.ip, self._place.host_ip, nothing)
        except Missing:
            env = {}
        self._start(container, at_ms, env, container.id)

    def _start(self, container: Container, at_ms: int, env: dict[str, str], id_: str) -> None:
        last_id = (container.last or {}).get("terminated", {}).get("containerID", "")
        for old in [k for k, c in self._ids.items() if c is container and k != last_id]:
            self._remove(old)
            del self._ids[old]
        container.id = id_ or self._place.new_id()
        container.ordered, container.is_ready = True, False
        if container.waiting in ("ErrImagePull", "CreateContainerConfigError"):
            container.waiting, container.waiting_message = container.initial, ""
        self._ids[container.id] = container
        self._place.owners[container.id] = self
        order = start_order(container, self.pod, self.ip, env, self.faults)
        self._runtime.start(order, at_ms)
        take_effect(NONE, self.faults._replace(ends=None), [container], self._runtime, at_ms)

    def _remove(self, id_: str) -> None:
        self._runtime.remove(id_)
        self._place.owners.pop(id_, None)

    # --- stopping -----------------------------------------------------------------------------

    def _stop_all(self, now_ms: int) -> None:
        if self.stopping_until_ms < 0 or self.is_deleting:
            grace_s = self.pod["metadata"].get("deletionGracePeriodSeconds")
            if grace_s is None:
                grace_s = self.pod["spec"].get("terminationGracePeriodSeconds", GRACE_S)
            until_ms = now_ms + grace_s * 1000
            if self.stopping_until_ms < 0 or until_ms < self.stopping_until_ms:
                self.stopping_until_ms = until_ms
        grace_ms = max(0, self.stopping_until_ms - now_ms)
        others = [c for c in self.containers if c.kind != "sidecar" and c.ordered]
        for container in others:
            if not container.is_terminated:
                self._stop(container, grace_ms, now_ms, f"Stopping container {container.name}")
        if all(c.is_terminated for c in others):
            self._stop_kind("sidecar", now_ms, grace_ms)

    def _stop_kind(self, kind: str, now_ms: int, grace_ms: int = GRACE_S * 1000) -> None:
        for container in self.containers:
            if container.kind == kind and container.ordered and not container.is_terminated:
                self._stop(container, grace_ms, now_ms, f"Stopping container {container.name}")

    def _stop(self, container: Container, grace_ms: int, now_ms: int, why: str) -> None:
        if not container.stopping and container.is_running:
            self._note("Normal", "Killing", why, container)
        container.stopping = True
        self._runtime.stop(container.id, grace_ms, now_ms)

    def _check_deadline(self, now_ms: int) -> None:
        deadline_s = self.pod["spec"].get("activeDeadlineSeconds")
        if deadline_s is None or self.failed or self.phase() in ("Succeeded", "Failed"):
            return
        if now_ms >= self.started_at_ms + deadline_s * 1000:
            text = "Pod was active on the node longer than the specified deadline"
            self.fail("Normal", "DeadlineExceeded", text)

    def fail(self, type_: str, reason: str, message: str) -> None:
        """It ends as failed; the next step stops its containers."""
        self.failed, self.reason, self.message = True, reason, message
        self.notes.append(Note(type_, reason, message))

    def _note(self, type_: str, reason: str, message: str, container: Container) -> None:
        self.notes.append(Note(type_, reason, message, container))
