"""The `docker` runtime: containers of a Docker engine; those of a pod share its network namespace.

    kubelet --start--> worker: sandbox, pull, create, start, wait
       ^                  |
       '--advance <--- changes (a queue)

Each container has a worker, a thread that speaks with the engine and waits for it; what it finds
stands in a queue, which `advance` empties. While a container lives the kubelet looks every POLL_MS.
The sandbox of a pod is a pause container that holds its address; a listener on the pod's loopback
address forwards to it. Containers outlive the kubelet, and one that starts again finds them by
their names.

Images are pulled when the engine lacks them. Not done: volumes, liveness and startup probes, usage
(such pods have no metrics); and what runs in a container does not reach the cluster's own loopback
addresses.

Source: k8s.io/kubernetes pkg/kubelet/dockershim of 1.23 (sandbox, names by pod), in outline.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final

import docker
from docker.errors import NotFound

from tuik8s.components.kubelet.probing import probe_until
from tuik8s.components.kubelet.runtimes.base import (
    CannotExec,
    ContainerChange,
    ExecOrder,
    Log,
    StartContainer,
)
from tuik8s.components.kubelet.runtimes.docker_exec import (
    FAILURES,
    DockerExecution,
    attached_to,
    command_in,
    words,
)
from tuik8s.components.kubelet.runtimes.docker_log import FollowedLog
from tuik8s.world.network import HttpAnswer, HttpRequest

POLL_MS: Final = 100
LOG_ENDS_WITHIN_S: Final = 5.0
"""How long the last lines of a container may come after its end."""
PAUSE_IMAGE: Final = "registry.k8s.io/pause:3.10"
_CLUSTER: Final = "dev.tuik8s.cluster"


class _Worker:
    """One container, looked after in a thread of its own."""

    def __init__(self, runtime: DockerRuntime, order: StartContainer) -> None:
        self.order = order
        self.name = f"tuik8s-{order.id.rpartition('/')[2][:32]}"
        self.address = ""
        self.container: Any = None
        self.log = FollowedLog()
        self.is_over = False
        self.is_cancelled = False
        self.is_held_unready = False
        self.is_ready = False
        self._runtime = runtime
        self._ended = threading.Event()

    def tell(self, kind: Any, **more: Any) -> None:
        self._runtime.changes.put(ContainerChange(id=self.order.id, kind=kind, at_ms=0, **more))

    def run(self) -> None:
        """The whole life of the container."""
        image = self.order.image
        try:
            self.address = self._runtime.sandbox(self.order.sandbox)
            self.tell("pulling")
            self._runtime.require_image(image)
        except FAILURES as problem:
            message = f'failed to pull image "{image}": {words(problem)}'
            self.tell("pull-failed", reason="ErrImagePull", message=message)
            self.is_over = True
            return
        self.tell("pulled")
        try:
            self.container = self._runtime.run_container(self.order, self.name)
            if self.is_cancelled:
                self.container.kill()
            followed = threading.Thread(target=self.log.follow, args=(self.container,), daemon=True)
            followed.start()
            self.tell("started")
            self._watch_readiness()
            self.container.wait(timeout=None)
            followed.join(LOG_ENDS_WITHIN_S)
            self.container.reload()
            state = self.container.attrs["State"]
            code = int(state["ExitCode"])
            reason = "OOMKilled" if state.get("OOMKilled") else "Error" if code else "Completed"
            self.tell("exited", exit_code=code, reason=reason, message=state.get("Error", ""))
        except FAILURES as problem:
            message = words(problem)
            self.tell("exited", exit_code=128, reason="ContainerCannotRun", message=message)
        self.is_over = True
        self._ended.set()

    def _watch_readiness(self) -> None:
        probe = self.order.readiness
        if probe is None:
            self.set_ready(True)
            return
        arguments = (probe, self.address, self._execute, self.set_ready, self._ended)
        threading.Thread(target=probe_until, args=arguments, daemon=True).start()

    def _execute(self, command: list[str]) -> bool:
        try:
            return bool(self.container.exec_run(command).exit_code == 0)
        except FAILURES:
            return False

    def set_ready(self, is_ready: bool) -> None:
        self.is_ready = is_ready
        if not self.is_held_unready:
            self.tell("ready" if is_ready else "unready")


class DockerRuntime:
    """Runs containers in the Docker engine that DOCKER_HOST names, or the usual socket."""

    def __init__(self, cluster: str = "") -> None:
        """cluster: what labels the containers. Raises DockerException when no engine answers."""
        self._engine = docker.from_env(timeout=120, max_pool_size=64)
        self.version = f"docker://{self._engine.version()['Version']}"
        self._labels = {_CLUSTER: cluster}
        self._workers: dict[str, _Worker] = {}
        self._lock = threading.Lock()
        self._seen_at_ms = 0
        self.changes: SimpleQueue[ContainerChange] = SimpleQueue()

    # --- what the kubelet asks ----------------------------------------------------------------

    def start(self, order: StartContainer, now_ms: int) -> None:
        worker = self._workers[order.id] = _Worker(self, order)
        _apart(worker.run)

    def stop(self, container_id: str, grace_ms: int, now_ms: int) -> None:
        worker = self._workers.get(container_id)
        if worker is None or worker.is_over:
            return
        worker.is_cancelled = True
        if worker.container is not None:
            grace_s = -(-grace_ms // 1000)
            _apart(lambda: worker.container.stop(timeout=grace_s))

    def end(self, container_id: str, exit_code: int, reason: str, now_ms: int) -> None:
        worker = self._workers.get(container_id)
        if worker is not None and worker.container is not None and not worker.is_over:
            _apart(worker.container.kill)

    def set_unready(self, container_id: str, is_unready: bool, now_ms: int) -> None:
        worker = self._workers.get(container_id)
        if worker is not None and worker.is_held_unready != is_unready:
            worker.is_held_unready = is_unready
            if worker.is_ready:
                worker.tell("unready" if is_unready else "ready")

    def remove(self, container_id: str) -> None:
        worker = self._workers.pop(container_id, None)
        if worker is None:
            return
        sandbox = worker.order.sandbox
        is_last = all(other.order.sandbox != sandbox for other in self._workers.values())

        def remove() -> None:
            self._remove_by_name(worker.name)
            if is_last:
                self._remove_by_name(_sandbox_name(sandbox))

        _apart(remove)

    def advance(self, now_ms: int) -> tuple[ContainerChange, ...]:
        self._seen_at_ms = now_ms
        happened = []
        while not self.changes.empty():
            change = self.changes.get_nowait()
            if change.id in self._workers:
                happened.append(ContainerChange(**{**_fields(change), "at_ms": now_ms}))
        return tuple(happened)

    def wake_at_ms(self) -> int | None:
        is_quiet = self.changes.empty() and all(w.is_over for w in self._workers.values())
        return None if is_quiet else self._seen_at_ms + POLL_MS

    def logs(self, container_id: str, now_ms: int) -> Log:
        worker = self._workers.get(container_id)
        return Log((), 0) if worker is None else worker.log.now()

    def usage(self, container_id: str, now_ms: int) -> None:
        return None

    def answer(self, container_id: str, request: HttpRequest, now_ms: int) -> HttpAnswer:
        return HttpAnswer(503, b"connections are forwarded to the container\n")

    def exec(self, container_id: str, order: ExecOrder, now_ms: int) -> DockerExecution:
        name = self._running(container_id).container.id
        return DockerExecution(
            lambda: command_in(self._engine.api, name, order), has_terminal=order.has_terminal
        )

    def attach(self, container_id: str, order: ExecOrder, now_ms: int) -> DockerExecution:
        worker = self._running(container_id)
        name = worker.container.id
        return DockerExecution(
            lambda: attached_to(self._engine.api, name), has_terminal=worker.order.has_terminal
        )

    def _running(self, container_id: str) -> _Worker:
        worker = self._workers.get(container_id)
        if worker is None or worker.container is None or worker.is_over:
            raise CannotExec("container is not running")
        return worker

    def address_of(self, container_id: str) -> str:
        worker = self._workers.get(container_id)
        return worker.address if worker is not None else ""

    # --- what the workers ask -----------------------------------------------------------------

    def sandbox(self, pod: str) -> str:
        """The address of a pod's sandbox, which is made when it is not there."""
        name = _sandbox_name(pod)
        with self._lock:
            try:
                container = self._engine.containers.get(name)
                container.start()
            except NotFound:
                self.require_image(PAUSE_IMAGE)
                container = self._engine.containers.run(
                    PAUSE_IMAGE, name=name, detach=True, labels=self._labels
                )
            container.reload()
        networks = container.attrs["NetworkSettings"]["Networks"]
        return str(next(iter(networks.values()))["IPAddress"])

    def require_image(self, image: str) -> None:
        """Pull an image that the engine lacks."""
        try:
            self._engine.images.get(image)
        except NotFound:
            name, _, tag = image.partition("@")[0].rpartition(":")
            tagged = bool(name) and "/" not in tag
            self._engine.images.pull(image if tagged or "@" in image else f"{image}:latest")

    def run_container(self, order: StartContainer, name: str) -> Any:
        """The container of an order, running; one that an earlier kubelet started is taken over."""
        try:
            return self._engine.containers.get(name)
        except NotFound:
            pass
        return self._engine.containers.run(
            order.image,
            name=name,
            detach=True,
            entrypoint=list(order.command) or None,
            command=list(order.args) or None,
            environment=dict(order.env),
            stdin_open=order.has_input,
            tty=order.has_terminal,
            network_mode=f"container:{_sandbox_name(order.sandbox)}",
            mem_limit=order.memory_bytes or None,
            nano_cpus=order.cpu_millis * 1_000_000 or None,
            labels=self._labels,
        )

    def _remove_by_name(self, name: str) -> None:
        try:
            self._engine.containers.get(name).remove(force=True)
        except NotFound:
            return


def remove_all(cluster: str) -> int:
    """Remove every container of a cluster; how many there were. Raises DockerException."""
    engine = docker.from_env()
    found = engine.containers.list(all=True, filters={"label": f"{_CLUSTER}={cluster}"})
    for container in found:
        container.remove(force=True)
    return len(found)


def _apart(call: Callable[[], Any]) -> None:
    """In a thread of its own; an engine that fails then shows as a container that does not end."""

    def run() -> None:
        try:
            call()
        except FAILURES:
            return

    threading.Thread(target=run, daemon=True).start()


def _sandbox_name(pod: str) -> str:
    return f"tuik8s-pod-{pod}"


def _fields(change: ContainerChange) -> dict[str, Any]:
    return {name: getattr(change, name) for name in change.__struct_fields__}
