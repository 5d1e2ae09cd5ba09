"""One pod on its node: init containers in turn, then the others, restarts, readiness, the end.

`step` decides and gives orders to the runtime; `status` renders what is. Both are called by the
kubelet whenever something about the pod may have changed, and both may be called again at any
time.

Source: k8s.io/kubernetes pkg/kubelet (kuberuntime_manager.go computePodActions, kubelet_pods.go
getPhase, status/generate.go).
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.types import Object
from tuik8s.components.kubelet.behaviour import ANNOTATION
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.images.base import short_name
from tuik8s.components.kubelet.images.registry import PORTS
from tuik8s.components.kubelet.runtimes.base import ContainerChange, Runtime, StartContainer

GRACE_S = 30


class PodLife:
    """The life of one pod. new_id makes container ids."""

    def __init__(self, pod: Object, runtime: Runtime, ip: str, new_id: Callable[[], str]) -> None:
        self.pod = pod
        self.ip = ip
        self.started_at_ms = -1
        self.stopping_until_ms = -1
        self.reason = ""
        self.message = ""
        self.failed = False
        self.transitions: dict[str, tuple[str, int]] = {}
        self._runtime = runtime
        self._new_id = new_id
        self.containers = [*_init_containers(pod), *_main_containers(pod)]
        self._by_id: dict[str, Container] = {}

    @property
    def uid(self) -> str:
        return str(self.pod["metadata"]["uid"])

    @property
    def key(self) -> tuple[str, str]:
        meta = self.pod["metadata"]
        return meta["namespace"], meta["name"]

    @property
    def is_deleting(self) -> bool:
        return "deletionTimestamp" in self.pod["metadata"]

    @property
    def is_stopped(self) -> bool:
        """Whether no container runs or is about to."""
        return not any(c.ordered and not c.is_terminated for c in self.containers)

    @property
    def ports(self) -> dict[int, Container]:
        """The TCP ports that running containers listen on."""
        found: dict[int, Container] = {}
        for container in self.containers:
            if container.is_running:
                for port in _ports(container.spec):
                    found.setdefault(port, container)
        return found

    def adopt(self, now_ms: int) -> None:
        """Go on from the status that an earlier kubelet wrote for this pod."""
        status = self.pod.get("status") or {}
        listed = [*(status.get("initContainerStatuses") or ())]
        listed += status.get("containerStatuses") or ()
        by_name = {entry["name"]: entry for entry in listed}
        for container in self.containers:
            entry = by_name.get(container.name)
            if entry is not None:
                resume_at_ms = container.adopt(entry)
                if resume_at_ms >= 0:
                    self._start(container, resume_at_ms)

    def step(self, now_ms: int) -> None:
        """Do what the pod needs now."""
        if self.started_at_ms < 0:
            self.started_at_ms = now_ms
        self._check_deadline(now_ms)
        if self.is_deleting or self.failed:
            self._stop_all(now_ms)
            return
        policy = self.pod["spec"].get("restartPolicy", "Always")
        for container in self.containers:
            if container.is_terminated and container.kind != "ephemeral":
                is_done = container.kind == "init" and container.has_succeeded
                if not is_done and container.will_restart(policy):
                    container.plan_restart()
        for container in self._startable(policy):
            if not container.ordered and now_ms >= container.restart_at_ms:
                self._start(container, now_ms)
        if self._mains_done(policy):
            self._stop_kind("sidecar", now_ms)

    def on_change(self, change: ContainerChange) -> Container | None:
        """Take note of a change of one of this pod's containers."""
        container = self._by_id.get(change.id)
        if container is not None and container.id == change.id:
            container.on_change(change)
            return container
        return None

    def set_pod(self, pod: Object) -> None:
        """Take over a newer version of the pod; a changed image restarts its container."""
        self.pod = pod
        specs = {c["name"]: c for c in (*pod["spec"]["containers"], *_ephemeral(pod))}
        for container in self.containers:
            new = specs.get(container.name)
            if new is not None and new["image"] != container.spec["image"] and container.ordered:
                self._runtime.stop(container.id, GRACE_S * 1000, self.started_at_ms)
            if new is not None:
                container.spec = new
        known = {c.name for c in self.containers}
        self.containers += [
            Container(c, "ephemeral") for c in _ephemeral(pod) if c["name"] not in known
        ]

    def wake_at_ms(self, now_ms: int) -> int | None:
        """The next back-off that ends or deadline that passes."""
        times = [
            c.restart_at_ms for c in self.containers if not c.ordered and c.restart_at_ms > now_ms
        ]
        deadline_s = self.pod["spec"].get("activeDeadlineSeconds")
        if deadline_s is not None and not self.failed and self.started_at_ms >= 0:
            times.append(self.started_at_ms + deadline_s * 1000)
        return min(times, default=None)

    def forget(self) -> None:
        """Remove every container from the runtime."""
        for id_ in self._by_id:
            self._runtime.remove(id_)

    def phase(self) -> str:
        """Pending, Running, Succeeded or Failed, as upstream's getPhase finds it."""
        if self.failed:
            return "Failed"
        mains = [c for c in self.containers if c.kind == "main"]
        inits_done = all(c.has_succeeded for c in self.containers if c.kind == "init")
        if not inits_done and not any(c.is_running for c in mains):
            broken = any(
                c.is_terminated and c.exit_code for c in self.containers if c.kind == "init"
            )
            never = self.pod["spec"].get("restartPolicy") == "Never"
            return "Failed" if broken and never else "Pending"
        if any(not c.is_terminated and not c.is_running and c.last is None for c in mains):
            return "Pending"
        if not all(c.is_terminated for c in mains):
            return "Running"
        policy = self.pod["spec"].get("restartPolicy", "Always")
        if not self.is_deleting and any(c.will_restart(policy) for c in mains):
            return "Running"
        return "Failed" if any(c.exit_code for c in mains) else "Succeeded"

    # --- orders -------------------------------------------------------------------------------

    def _startable(self, policy: str) -> list[Container]:
        """Those whose turn it is: inits one after the other, sidecars stay, then all mains."""
        turn: list[Container] = []
        for container in self.containers:
            if container.kind == "sidecar":
                turn.append(container)
                if not container.is_running:
                    return turn
            elif container.kind == "init" and not container.has_succeeded:
                return [*turn, container]
        mains = [c for c in self.containers if c.kind in ("main", "ephemeral")]
        return turn + [c for c in mains if not c.is_terminated]

    def _mains_done(self, policy: str) -> bool:
        mains = [c for c in self.containers if c.kind == "main"]
        return all(c.is_terminated and not c.will_restart(policy) for c in mains)

    def _start(self, container: Container, at_ms: int) -> None:
        self._by_id.pop(container.id, None)
        container.id = container.id if container.id and not container.last else self._new_id()
        container.ordered, container.is_ready = True, False
        self._by_id[container.id] = container
        spec, meta = container.spec, self.pod["metadata"]
        notes = meta.get("annotations") or {}
        order = StartContainer(
            id=container.id,
            pod=meta["name"],
            container=container.name,
            image=spec["image"],
            command=tuple(spec.get("command") or ()),
            args=tuple(spec.get("args") or ()),
            env=_environment(spec, self.pod, self.ip),
            ports=tuple(_ports(spec)),
            pod_ip=self.ip,
            node=self.pod["spec"].get("nodeName", ""),
            behaviour=notes.get(f"{ANNOTATION}.{container.name}", notes.get(ANNOTATION, "")),
            restarts=container.restarts,
        )
        self._runtime.start(order, at_ms)

    def _stop_all(self, now_ms: int) -> None:
        if self.stopping_until_ms < 0 or self.is_deleting:
            grace_s = self.pod["metadata"].get("deletionGracePeriodSeconds")
            if grace_s is None:
                grace_s = self.pod["spec"].get("terminationGracePeriodSeconds", GRACE_S)
            until_ms = now_ms + grace_s * 1000
            if self.stopping_until_ms < 0 or until_ms < self.stopping_until_ms:
                self.stopping_until_ms = until_ms
        grace_ms = max(0, self.stopping_until_ms - now_ms)
        mains = [c for c in self.containers if c.kind != "sidecar" and c.ordered]
        for container in mains:
            if not container.is_terminated:
                self._runtime.stop(container.id, grace_ms, now_ms)
        if all(c.is_terminated for c in mains):
            self._stop_kind("sidecar", now_ms, grace_ms)

    def _stop_kind(self, kind: str, now_ms: int, grace_ms: int = GRACE_S * 1000) -> None:
        for container in self.containers:
            if container.kind == kind and container.ordered and not container.is_terminated:
                self._runtime.stop(container.id, grace_ms, now_ms)

    def _check_deadline(self, now_ms: int) -> None:
        deadline_s = self.pod["spec"].get("activeDeadlineSeconds")
        if deadline_s is None or self.failed or self.phase() in ("Succeeded", "Failed"):
            return
        if now_ms >= self.started_at_ms + deadline_s * 1000:
            self.failed, self.reason = True, "DeadlineExceeded"
            self.message = "Pod was active on the node longer than the specified deadline"


def _init_containers(pod: Object) -> list[Container]:
    return [
        Container(c, "sidecar" if c.get("restartPolicy") == "Always" else "init")
        for c in pod["spec"].get("initContainers") or ()
    ]


def _main_containers(pod: Object) -> list[Container]:
    mains = [Container(c, "main") for c in pod["spec"]["containers"]]
    return mains + [Container(c, "ephemeral") for c in _ephemeral(pod)]


def _ephemeral(pod: Object) -> list[Object]:
    return list(pod["spec"].get("ephemeralContainers") or ())


def _ports(spec: Object) -> list[int]:
    declared = [
        port["containerPort"]
        for port in spec.get("ports") or ()
        if port.get("protocol", "TCP") == "TCP"
    ]
    return declared or list(PORTS.get(short_name(spec["image"]), ()))


def _environment(spec: Object, pod: Object, ip: str) -> dict[str, str]:
    """The variables whose values the pod itself knows: literals and fields of the pod."""
    meta, found = pod["metadata"], {}
    fields = {
        "metadata.name": meta["name"],
        "metadata.namespace": meta["namespace"],
        "metadata.uid": meta["uid"],
        "spec.nodeName": pod["spec"].get("nodeName", ""),
        "status.podIP": ip,
    }
    for variable in spec.get("env") or ():
        path = ((variable.get("valueFrom") or {}).get("fieldRef") or {}).get("fieldPath")
        found[variable["name"]] = fields.get(path, "") if path else variable.get("value", "")
    return found
