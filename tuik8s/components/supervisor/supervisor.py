"""The process that forks all others, brings back what dies, and is the operator's hand on them.

    command line --control socket--> supervisor --socketpair--> each child
                                        | fork, SIGKILL, SIGSTOP, SIGCONT

The code is imported once, before the first fork; a child costs a few milliseconds and the memory
that it changes. There is no event loop here: one `select` over children, commands and the next
restart, so that forking is safe at any time. A child whose socketpair closes knows that its
supervisor is gone and ends.

Commands (one JSON object a line, answered by one): status, down, kill, hold, release, pause,
resume, links, rules, clock, time. Links, rules and the clock are states, kept here and sent to
every child at its start and on change: they do not travel on the bus, so a node that is cut off
from the API server still hears that it is healed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tuik8s.components.supervisor.channel import Channel, Message
from tuik8s.components.supervisor.children import Child, Children, describe_exit
from tuik8s.components.supervisor.roles import Role
from tuik8s.components.supervisor.usage import usage
from tuik8s.world.links import LinkRules, rules_of
from tuik8s.world.live import Clock, real_time_clock
from tuik8s.world.logs import LineLog, Sink
from tuik8s.world.rules import Rules, read_rules

STOP_WITHIN_MS = 2_000
"""How long children may take to end after SIGTERM before they are killed."""

EXIT_REFUSED = 69
"""EX_UNAVAILABLE: a child that cannot start and says why on the last line of its log."""

STARTS_MAX = 5
"""A child that ends so often while the cluster starts will not become ready."""

_STATES = {"links": "a list of rules", "rules": "a list of rules", "clock": "a clock"}
"""The commands that set a state, and what each takes."""

_prctl = getattr(ctypes.CDLL(None), "prctl", None)
_PR_SET_PDEATHSIG = 1
"""Linux's: a signal for this process when its parent dies."""

RunChild = Callable[[Role, socket.socket, Message], None]
"""Lives the child's life in the forked process; gets its end of the pair and the state."""


def monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _freeze() -> None:
    """Leave what there is alone from now on, so that children share its memory."""
    gc.collect()
    gc.freeze()


class Supervisor:
    """Runs until told to go down. `on_ready` is called once, when every child is ready."""

    def __init__(
        self,
        roles: tuple[Role, ...],
        run_child: RunChild,
        control_path: Path,
        sink: Sink,
        on_ready: Callable[[Children], None],
        on_refused: Callable[[Child], None],
        state: Message,
    ) -> None:
        self.children = Children(roles)
        self._run_child = run_child
        self._log = LineLog("supervisor", self._now_ms, sink)
        self._on_ready: Callable[[Children], None] | None = on_ready
        self._selector = selectors.DefaultSelector()
        self._channels: dict[str, Channel] = {}
        self._on_refused = on_refused
        self._state = state
        self._links = LinkRules(rules_of(state.get("links")))
        self._rules = Rules(read_rules(state.get("rules")))
        self._going_down = False
        self._wake_read, self._wake_write = os.pipe()
        self._control = self._listen(control_path)

    def run(self, prepare: Callable[[], None] = lambda: None) -> None:
        """Start everything; return when everything has ended after `down`.

        prepare: imports what the others need, while the first child (the API server, for which
        they all wait) starts already.
        """
        self._catch_signals()
        _freeze()
        for child in self.children.due(monotonic_ms())[:1]:
            self._fork(child)
        prepare()
        _freeze()
        while not self._going_down:
            self._start_due()
            self._wait(self.children.next_due_ms())
        self._end_all()

    def _now_ms(self) -> int:
        """The cluster's time."""
        clock = self._state.get("clock")
        known = real_time_clock() if clock is None else msgspec.convert(clock, Clock)
        return known.at(time.monotonic_ns())

    # --- children -----------------------------------------------------------------------------

    def _start_due(self) -> None:
        for child in self.children.due(monotonic_ms()):
            self._fork(child)

    def _fork(self, child: Child) -> None:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            self._become(child.role, ours, theirs)
        theirs.close()
        self.children.started(child, pid, monotonic_ms())
        self._log.info("Component started", component=child.role.name, pid=pid)
        channel = Channel(ours)
        self._channels[child.role.name] = channel
        self._watch(channel, lambda: self._on_child(child, channel))

    def _become(self, role: Role, ours: socket.socket, theirs: socket.socket) -> None:
        """In the child: let go of everything of the supervisor's, then live the role."""
        code = 1
        try:
            if _prctl is not None:  # a stopped child must hear that its supervisor is gone
                _prctl(_PR_SET_PDEATHSIG, signal.SIGCONT)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            ours.close()
            self._selector.close()
            self._control.close()
            for channel in self._channels.values():
                channel.sock.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._run_child(role, theirs, dict(self._state))
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except Exception:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _on_child(self, child: Child, channel: Channel) -> None:
        for message in channel.receive():
            if "ready" in message:
                child.ready = True
                child.facts.update(message["ready"])
                self._announce_when_ready()
            elif "statistics" in message:
                child.facts["statistics"] = message["statistics"]

    def _announce_when_ready(self) -> None:
        if self._on_ready is not None and not self.children.awaited(self._links, self._rules):
            announce, self._on_ready = self._on_ready, None
            self._log.info("All components are ready")
            announce(self.children)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            how = describe_exit(code)
            child = self.children.ended(pid, how, monotonic_ms())
            if child is None or self._going_down:
                continue
            self._log.warning("Component ended", component=child.role.name, exit=how)
            hopeless = self._on_ready is not None and child.restarts >= STARTS_MAX
            if hopeless or code == EXIT_REFUSED:
                self._on_refused(child)
                self._go_down()

    def _end_all(self) -> None:
        """SIGTERM to all, SIGKILL to those that take too long; nobody is left behind."""
        pids = {child.pid for child in self.children.by_name.values() if child.pid}
        for pid in pids:
            _signal(pid, signal.SIGCONT)
            _signal(pid, signal.SIGTERM)
        deadline = monotonic_ms() + STOP_WITHIN_MS
        while any(child.pid for child in self.children.by_name.values()):
            if monotonic_ms() >= deadline:
                for child in self.children.by_name.values():
                    if child.pid:
                        _signal(child.pid, signal.SIGKILL)
            self._wait(monotonic_ms() + 50)
        self._control.close()

    # --- waiting ------------------------------------------------------------------------------

    def _wait(self, until_ms: int | None) -> None:
        timeout = None if until_ms is None else max(0, until_ms - monotonic_ms()) / 1000
        for key, events in self._selector.select(timeout):
            if isinstance(key.fileobj, Channel) and events & selectors.EVENT_WRITE:
                key.fileobj.flush()
            key.data()
        self._forget_closed()
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, Channel):
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE * key.fileobj.wants_write)
                self._selector.modify(key.fileobj, wanted, key.data)

    def _watch(self, channel: Channel, call: Callable[[], None]) -> None:
        self._forget_closed()
        self._selector.register(channel, selectors.EVENT_READ, call)

    def _forget_closed(self) -> None:
        """Let go of channels that were closed, also by a `send`: their numbers come again."""
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, Channel) and key.fileobj.closed:
                self._selector.unregister(key.fd)

    def _catch_signals(self) -> None:
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._go_down())
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._on_signal)

    def _on_signal(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 512)
        self._reap()

    def _go_down(self) -> None:
        self._going_down = True

    # --- commands -----------------------------------------------------------------------------

    def _listen(self, path: Path) -> socket.socket:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.bind(str(path))
        control.listen(16)
        control.setblocking(False)
        self._selector.register(control, selectors.EVENT_READ, self._accept)
        return control

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            channel = Channel(self._control.accept()[0])
            self._watch(channel, lambda: self._on_command(channel))

    def _on_command(self, channel: Channel) -> None:
        for message in channel.receive():
            channel.send(self._obey(message))

    def _obey(self, message: Message) -> Message:
        """Carry out one command; the answer has `error` when it could not be done."""
        command = message.get("command")
        if command == "status":
            return {"processes": [self._shown(c) for c in self.children.by_name.values()]}
        if command == "down":
            self._go_down()
            return {"ok": True}
        if command == "time":
            return {"clock": self._state.get("clock")}
        if command in _STATES:
            return self._take_state(str(command), message.get("value"))
        return self._obey_process(str(command), str(message.get("process", "")))

    def _take_state(self, name: str, value: object) -> Message:
        """Keep a state and tell every child; not one that they could not read."""
        try:
            if name == "links":
                self._links.set(rules_of(value))
            elif name == "rules":
                self._rules.set(read_rules(value))
            else:
                msgspec.convert(value, Clock)
        except msgspec.ValidationError as problem:
            return {"error": f"{name} takes {_STATES[name]}: {problem}"}
        self._state[name] = value
        for other in self._channels.values():
            other.send({name: value})
        self._announce_when_ready()
        return {"ok": True}

    def _obey_process(self, command: str, name: str) -> Message:
        child = self.children.find(name)
        if child is None:
            return {"error": f"no process {name!r}; there are: {', '.join(self.children.by_name)}"}
        if child.stopped or command not in ("release", "resume"):
            self._log.info("Command for a component", command=command, component=child.role.name)
        if command in ("hold", "kill"):
            if command == "hold":
                self.children.hold(child)
            if child.pid:
                _signal(child.pid, signal.SIGKILL)
        elif command == "release":
            self.children.release(child, monotonic_ms())
        elif command in ("pause", "resume"):
            child.paused = command == "pause"
            if child.pid:
                _signal(child.pid, signal.SIGSTOP if child.paused else signal.SIGCONT)
        else:
            return {"error": f"unknown command {command!r}"}
        self._announce_when_ready()
        return {"ok": True, "process": child.role.name}

    def _shown(self, child: Child) -> dict[str, Any]:
        return {
            "name": child.role.name,
            "hosts": child.role.nodes,
            "pid": child.pid,
            "state": child.state(self._links),
            "restarts": child.restarts,
            "up_ms": monotonic_ms() - child.started_at_ms if child.pid else 0,
            "last_exit": child.last_exit,
            **child.facts,
            **(usage(child.pid) if child.pid else {}),
        }


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
