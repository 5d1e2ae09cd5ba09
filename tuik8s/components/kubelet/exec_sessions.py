"""Commands that run in containers of this process, and clients that are attached to one, by
session; see `api.remote_command`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote

from tuik8s.api.remote_command import IDLE_MS, LOOK_MS, Input, Output, packed, unpacked
from tuik8s.api.types import Object
from tuik8s.components.kubelet.environment import NotYet
from tuik8s.components.kubelet.mounts import Mounted, mounted
from tuik8s.components.kubelet.node_pods import NodePods
from tuik8s.components.kubelet.pod_life import PodLife
from tuik8s.components.kubelet.runtimes.base import CannotExec, ExecOrder, Execution, Runtime
from tuik8s.world.base import Timer, World
from tuik8s.world.network import HttpAnswer

WAKE_MS_MIN: Final = 10
ASK_AGAIN_MS: Final = 20
"""When a volume's source has been asked for and is not there yet."""


@dataclass(slots=True)
class _Session:
    life: PodLife
    execution: Execution
    asked_at_ms: int


class ExecSessions:
    """All sessions of one kubelet."""

    def __init__(self, world: World, runtime: Runtime) -> None:
        self._world = world
        self._runtime = runtime
        self._sessions: dict[str, _Session] = {}
        self._begun_count = 0
        self._looking: Timer | None = None
        """For those whose clients have gone without a word; there while there are sessions."""

    def answer(self, pods: NodePods, parts: list[str], query: str, body: bytes) -> HttpAnswer:
        """Begin a command, or go on with a session."""
        if parts[0] != "execSession" and len(parts) == 4:
            namespace, pod, container = map(unquote, parts[1:])
            asked = parse_qs(query)
            if parts[0] == "exec" and not asked.get("command"):
                return HttpAnswer(400, b"a command is needed")
            return self._begin(pods, namespace, pod, container, asked)
        session = self._sessions.get(parts[1]) if len(parts) == 2 else None
        if session is None:
            return HttpAnswer(404, b"no such session")
        try:
            given: Input = unpacked(body, Input)
        except ValueError as problem:
            return HttpAnswer(400, str(problem).encode())
        if given.is_held:
            session.asked_at_ms = self._world.now_ms()
            return HttpAnswer(200, packed(Output(session=parts[1])))
        self._take(session, given)
        return self._look(pods, parts[1], session)

    def _begin(
        self, pods: NodePods, namespace: str, pod: str, name: str, query: dict[str, list[str]]
    ) -> HttpAnswer:
        life = pods.life(namespace, pod)
        if life is None:
            return HttpAnswer(404, b"pod does not exist")
        container = next((c for c in life.containers if c.name == name), None)
        if container is None or not container.is_running:
            return HttpAnswer(500, f'container not found ("{name}")'.encode())
        try:
            files = self._files(pods, life, container.spec)
        except NotYet:
            return HttpAnswer(200, packed(Output(wake_ms=ASK_AGAIN_MS)))
        order = ExecOrder(
            command=tuple(query.get("command", ())),
            namespace=namespace,
            has_terminal="tty" in query,
            has_input="stdin" in query,
            files=files.files,
            fixed=files.fixed,
            made=files.made,
        )
        now_ms = self._world.now_ms()
        begin = self._runtime.exec if order.command else self._runtime.attach
        try:
            execution = begin(container.id, order, now_ms)
        except CannotExec as why:
            what = "error executing command in container" if order.command else "error attaching"
            return HttpAnswer(500, f"{what}: {why}".encode())
        self._begun_count += 1
        id_ = str(self._begun_count)
        session = self._sessions[id_] = _Session(life, execution, now_ms)
        if self._looking is None:
            self._looking = self._world.call_after(IDLE_MS, self._forget_idle)
        return self._look(pods, id_, session)

    def _files(self, pods: NodePods, life: PodLife, spec: Object) -> Mounted:
        addresses = (life.ip, str((life.pod.get("status") or {}).get("hostIP", "")))
        return mounted(spec, life.pod, addresses, pods.lookup)

    def _take(self, session: _Session, given: Input) -> None:
        execution = session.execution
        if given.width and given.height:
            execution.resize(given.width, given.height)
        if given.stdin:
            execution.write(given.stdin, self._world.now_ms())
        if given.is_end:
            execution.end_input()
        if given.is_gone:
            execution.close()

    def _look(self, pods: NodePods, id_: str, session: _Session) -> HttpAnswer:
        now_ms = session.asked_at_ms = self._world.now_ms()
        found = session.execution.read(now_ms)
        wait_ms = LOOK_MS if found.wake_at_ms is None else found.wake_at_ms - now_ms
        if found.exit_code >= 0 or found.problem:
            del self._sessions[id_]
        pods.look_at(session.life)
        output = Output(
            session=id_,
            stdout=found.stdout,
            stderr=found.stderr,
            exit_code=found.exit_code,
            wake_ms=min(max(wait_ms, WAKE_MS_MIN), LOOK_MS),
            is_full=found.is_full,
            problem=found.problem,
        )
        return HttpAnswer(200, packed(output))

    def _forget_idle(self) -> None:
        """End what nobody has asked about for long: it may hold its container up."""
        limit_ms = self._world.now_ms() - IDLE_MS
        for id_ in [i for i, s in self._sessions.items() if s.asked_at_ms <= limit_ms]:
            self._sessions.pop(id_).execution.close()
        self._looking = None
        if self._sessions:
            self._looking = self._world.call_after(IDLE_MS, self._forget_idle)
