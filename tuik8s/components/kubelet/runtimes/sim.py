"""The `sim` runtime: containers are programs (data), played against the clock; nothing really runs.

    start -> pulling -> pulled -> started -> ready ... -> exited
                     \\-> pull-failed

Probes are answered by the program: a container is ready from the moment its program says (at
once, if it says nothing), whatever `initialDelaySeconds` says, since an image that starts in no
time needs no delay. Liveness probes keep their times: a program that says `unhealthy` is restarted
when as many in a row have failed as the probe allows.

Source: our own; KWOK's stages do the same from outside.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import msgspec

from tuik8s.components.kubelet.behaviour import BadBehaviour, change
from tuik8s.components.kubelet.images.registry import program_of
from tuik8s.components.kubelet.program import Program
from tuik8s.components.kubelet.runtimes.base import (
    CannotExec,
    ContainerChange,
    ExecOrder,
    Kind,
    Log,
    LogLine,
    StartContainer,
    Usage,
)
from tuik8s.components.kubelet.runtimes.sim_attach import Attachment, Own
from tuik8s.components.kubelet.runtimes.sim_exec import SimExecution, shell_of
from tuik8s.components.kubelet.runtimes.sim_usage import Load, usage_of
from tuik8s.components.kubelet.shell.files import Files
from tuik8s.world.network import HttpAnswer, HttpRequest

LOG_LINES_MAX = 10_000
ANSWERS_MAX = 1_000
"""Lines kept of the requests that a container answered."""
KILLED_CODE = 137
TERMINATED_CODE = 143
FIRST_LOOK_MS = 1_000
"""A container that is not ready so long after its start has failed a probe."""


@dataclass(slots=True)
class _Container:
    order: StartContainer
    program: Program
    started_at_ms: int = -1
    ended_at_ms: int = -1
    stopping: bool = False
    is_unready: bool = False
    epoch: int = 0
    answers: list[LogLine] = field(default_factory=list)
    answers_count: int = 0
    load: Load = field(default_factory=Load)
    files: Files | None = None
    """What commands have written; made when the first one runs."""
    own: Own | None = None
    """Its process, where that reads from who attaches to it."""

    def is_running(self, now_ms: int) -> bool:
        return 0 <= self.started_at_ms <= now_ms and not 0 <= self.ended_at_ms <= now_ms


class SimRuntime:
    """Plays programs. Every future change stands in one heap, in the order of its time."""

    version = "sim://1.0"

    def __init__(self) -> None:
        self._containers: dict[str, _Container] = {}
        self._heap: list[tuple[int, int, int, ContainerChange]] = []
        self._sequence = 0
        self._own: dict[str, Own] = {}
        """The processes that run, by container."""

    def start(self, order: StartContainer, now_ms: int) -> None:
        program = program_of(order)
        problem = ""
        try:
            change(program, order.behaviour)
        except BadBehaviour as bad:
            problem = str(bad)
        if order.readiness is not None:  # the program says when it is ready
            order = msgspec.structs.replace(order, readiness=None)
        container = self._containers[order.id] = _Container(order, program)
        self._plan(container, now_ms, "pulling")
        pulled_at_ms = now_ms + program.pull_ms
        if program.pull_error or problem:
            message = problem or f'failed to pull image "{order.image}": {program.pull_error}'
            self._plan(container, pulled_at_ms, "pull-failed", 0, "ErrImagePull", message)
            return
        self._plan(container, pulled_at_ms, "pulled")
        started_at_ms = pulled_at_ms + program.start_ms
        container.started_at_ms = started_at_ms
        self._plan(container, started_at_ms, "started")
        if program.command:
            self._begin_own(container)
        ends_at_ms = None
        if program.exit_after_ms is not None:
            ends_at_ms = started_at_ms + program.exit_after_ms
            reason = program.exit_reason or ("Error" if program.exit_code else "Completed")
            container.ended_at_ms = ends_at_ms
            self._plan(container, ends_at_ms, "exited", program.exit_code, reason)
        self._plan_liveness(container, started_at_ms)
        first_look_ms = started_at_ms + FIRST_LOOK_MS
        is_late = program.ready_after_ms is None or program.ready_after_ms > FIRST_LOOK_MS
        if is_late and (ends_at_ms is None or first_look_ms < ends_at_ms):
            self._plan(container, first_look_ms, "unready")
        if program.ready_after_ms is not None:
            ready_at_ms = started_at_ms + program.ready_after_ms
            if ends_at_ms is None or ready_at_ms < ends_at_ms:
                self._plan(container, ready_at_ms, "ready")

    def _begin_own(self, container: _Container) -> None:
        order, program = container.order, container.program
        files = container.files = Files()
        shell = shell_of(order, "", program, files, container.started_at_ms)
        container.own = Own(
            shell, program.command, has_terminal=order.has_terminal, once=order.input_once
        )
        self._own[order.id] = container.own

    def _plan_liveness(self, container: _Container, started_at_ms: int) -> None:
        """The probes that fail, at the times at which they are asked, up to the one that counts."""
        times, after_ms = container.order.liveness, container.program.unhealthy_after_ms
        if times is None or after_ms is None:
            return
        asked = max(0, -(-(after_ms - times.delay_ms) // times.period_ms))
        first_ms = started_at_ms + times.delay_ms + asked * times.period_ms
        for number in range(times.failures):
            kind: Kind = "dead" if number == times.failures - 1 else "unhealthy"
            at_ms = first_ms + number * times.period_ms
            if container.ended_at_ms < 0 or at_ms < container.ended_at_ms:
                self._plan(container, at_ms, kind)

    def stop(self, container_id: str, grace_ms: int, now_ms: int) -> None:
        container = self._containers.get(container_id)
        if container is None or 0 <= container.ended_at_ms <= now_ms:
            return
        program = container.program
        stops_ms = container.order.pre_stop_ms + program.stop_takes_ms
        takes_ms = grace_ms if program.ignores_stop else stops_ms
        killed = takes_ms >= grace_ms and takes_ms > 0
        code = KILLED_CODE if killed or program.ignores_stop else program.stop_exit_code
        ends_at_ms = now_ms + min(takes_ms, grace_ms)
        if container.stopping and ends_at_ms >= container.ended_at_ms:
            return
        container.stopping = True
        container.epoch += 1
        container.ended_at_ms = ends_at_ms
        self._plan(container, ends_at_ms, "exited", code, "Error" if code else "Completed")

    def end(self, container_id: str, exit_code: int, reason: str, now_ms: int) -> None:
        container = self._containers.get(container_id)
        if container is None or not 0 <= container.started_at_ms <= now_ms:
            return
        if not container.stopping and not 0 <= container.ended_at_ms <= now_ms:
            container.epoch += 1
            container.ended_at_ms = now_ms
            self._plan(container, now_ms, "exited", exit_code, reason)

    def set_unready(self, container_id: str, is_unready: bool, now_ms: int) -> None:
        container = self._containers.get(container_id)
        if container is None or container.is_unready == is_unready:
            return
        container.is_unready = is_unready
        after_ms = container.program.ready_after_ms
        if after_ms is None or container.started_at_ms < 0:
            return
        ready_at_ms = container.started_at_ms + after_ms
        if ready_at_ms <= now_ms and not 0 <= container.ended_at_ms <= now_ms:
            self._plan(container, now_ms, "unready" if is_unready else "ready")

    def remove(self, container_id: str) -> None:
        self._containers.pop(container_id, None)
        self._own.pop(container_id, None)

    def advance(self, now_ms: int) -> tuple[ContainerChange, ...]:
        happened = []
        for id_, own in list(self._own.items()):
            if self._containers[id_].is_running(now_ms):
                own.advance(now_ms)
            if own.exit_code >= 0:
                del self._own[id_]
                self.end(id_, own.exit_code, "Error" if own.exit_code else "Completed", now_ms)
        while self._heap and self._heap[0][0] <= now_ms:
            _, _, epoch, event = heapq.heappop(self._heap)
            container = self._containers.get(event.id)
            if container is None or container.epoch != epoch:
                continue
            if event.kind != "ready" or not container.is_unready:
                happened.append(event)
        return tuple(happened)

    def wake_at_ms(self) -> int | None:
        times = [own.wake_at_ms for own in self._own.values()]
        times += [self._heap[0][0]] if self._heap else []
        return min((at_ms for at_ms in times if at_ms is not None), default=None)

    def logs(self, container_id: str, now_ms: int) -> Log:
        container = self._containers.get(container_id)
        if container is None or container.started_at_ms < 0:
            return Log((), 0)
        until_ms = now_ms if container.ended_at_ms < 0 else min(now_ms, container.ended_at_ms)
        lines: list[LogLine] = []
        gone = container.answers_count - len(container.answers)
        for writes in container.program.writes:
            at_ms = container.started_at_ms + writes.at_ms
            if writes.every_ms:
                oldest = until_ms - LOG_LINES_MAX * writes.every_ms
                skipped = max(0, -(-(oldest - at_ms) // writes.every_ms))
                at_ms += skipped * writes.every_ms
                gone += skipped
            while at_ms <= until_ms:
                lines.append(LogLine(at_ms, writes.text))
                if not writes.every_ms:
                    break
                at_ms += writes.every_ms
        lines.extend(container.answers)
        if container.own is not None:
            lines.extend(container.own.lines)
            gone += container.own.lines_count - len(container.own.lines)
        lines.sort(key=lambda line: line.at_ms)
        return Log(tuple(lines[-LOG_LINES_MAX:]), gone + len(lines))

    def answer(self, container_id: str, request: HttpRequest, now_ms: int) -> HttpAnswer:
        container = self._containers.get(container_id)
        if container is None or container.program.answer is None:
            return HttpAnswer(503, b"the container does not answer HTTP\n")
        reply = container.program.answer(request)
        line = LogLine(now_ms, f'"{request.method} {request.path}" {reply.status}')
        container.answers.append(line)
        del container.answers[:-ANSWERS_MAX]
        container.answers_count += 1
        container.load.count(now_ms)
        return reply

    def usage(self, container_id: str, now_ms: int) -> Usage | None:
        container = self._containers.get(container_id)
        if container is None or not container.is_running(now_ms):
            return None
        started_at_ms, limit_millis = container.started_at_ms, container.order.cpu_millis
        return usage_of(container.program, container.load, started_at_ms, limit_millis, now_ms)

    def exec(self, container_id: str, order: ExecOrder, now_ms: int) -> SimExecution:
        container = self._containers.get(container_id)
        if container is None or not container.is_running(now_ms):
            raise CannotExec("container is not running")
        files = container.files = container.files or Files()
        return SimExecution(
            container.order,
            order,
            container.program,
            files,
            container.started_at_ms,
            lambda at_ms: container_id in self._containers and container.is_running(at_ms),
            lambda code, at_ms: self._die(container_id, code, at_ms),
        )

    def attach(self, container_id: str, order: ExecOrder, now_ms: int) -> Attachment:
        container = self._containers.get(container_id)
        if container is None or not container.is_running(now_ms):
            raise CannotExec("container is not running")
        own = container.own
        if own is not None:
            own.shell.files.mount(order.files, order.fixed, order.made)
        return Attachment(
            own,
            lambda at_ms: self.logs(container_id, at_ms),
            lambda at_ms: container_id in self._containers and container.is_running(at_ms),
            now_ms,
        )

    def _die(self, container_id: str, code: int, now_ms: int) -> None:
        """What a signal to process 1 does: some images end on their own terms."""
        container = self._containers[container_id]
        if code != KILLED_CODE and container.program.ignores_stop:
            return
        gracefully = code == TERMINATED_CODE and not container.program.stop_exit_code
        ends_with = 0 if gracefully else code
        self.end(container_id, ends_with, "Error" if ends_with else "Completed", now_ms)

    def address_of(self, container_id: str) -> str:
        return ""

    def _plan(
        self,
        container: _Container,
        at_ms: int,
        kind: Kind,
        exit_code: int = 0,
        reason: str = "",
        message: str = "",
    ) -> None:
        self._sequence += 1
        event = ContainerChange(
            id=container.order.id,
            kind=kind,
            at_ms=at_ms,
            exit_code=exit_code,
            reason=reason,
            message=message,
            creates=tuple(container.program.creates) if kind == "started" else (),
        )
        heapq.heappush(self._heap, (at_ms, self._sequence, container.epoch, event))
