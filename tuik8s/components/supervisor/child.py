"""The life of a forked process: an event loop, a live host, one component, the supervisor's line.

    fork -> standard output and error become the component's log file
         -> loop, driver, host -> component -> start -> ... until SIGTERM, a surprise, or the line
         breaks

What the supervisor says on the line is a state: link rules, other rules and the clock, each whole.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
import uvloop

from tuik8s.addresses import AddressPlan
from tuik8s.bus.zeromq import ipc_address
from tuik8s.components.base import Component
from tuik8s.components.supervisor.build import build
from tuik8s.components.supervisor.channel import Channel, Message
from tuik8s.components.supervisor.command import ask, processes_of
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.components.supervisor.roles import Role
from tuik8s.config import ClusterConfig
from tuik8s.world.collector import collect_seldom
from tuik8s.world.links import LinkRule, rules_of
from tuik8s.world.live import Clock, LiveDriver, real_time_clock
from tuik8s.world.live_host import LiveHost, LiveProcess
from tuik8s.world.live_log_file import LogFile
from tuik8s.world.rules import Rule, read_rules

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""glibc's: what a burst needed goes back to the system (a fraction of a millisecond)."""

STATISTICS_EVERY_MS = 2_000


class Child:
    """One process. `run` returns when the process shall end."""

    def __init__(
        self, role: Role, config: ClusterConfig, plan: AddressPlan, runtime: Path, data: Path
    ) -> None:
        self.role = role
        self._config = config
        self._plan = plan
        self._runtime = runtime
        self._directory = DataDirectory(data)

    def run(self, line: socket.socket, state: Message) -> None:
        log = LogFile(self._directory.log_file(self.role.name))
        _name_process(self.role.name)
        collect_seldom()
        asyncio.events._set_running_loop(None)
        loop = uvloop.new_event_loop()
        asyncio.set_event_loop(loop)
        log.attach(loop)
        channel = Channel(line)
        driver = LiveDriver(
            loop,
            _clock_of(state.get("clock")),
            sink=log,
            verbosity=self._config.verbosity,
            end_process=partial(_end, log),
        )
        driver.links.set(rules_of(state.get("links")))
        driver.rules.set(read_rules(state.get("rules")))
        process = LiveProcess(
            driver,
            ipc_address(self._runtime / "bus"),
            virtual_directory=self._runtime / "net",
            on_ready=lambda party, facts: channel.send({"ready": dict(facts)}),
        )
        host = process.host(self.role.name, self._directory.path)
        loop.add_reader(channel.fileno(), driver.guarded(self._on_line), channel, driver, loop)
        loop.add_signal_handler(signal.SIGTERM, loop.stop)
        component = self._build(host)
        component.start()
        self._report(host, component, channel)
        gc.collect()
        gc.freeze()
        loop.run_forever()
        process.close()
        log.flush()

    def _build(self, host: LiveHost) -> Component:
        if self.role.kind == "apiserver":
            from tuik8s.components.supervisor.api_process import build_api

            return build_api(host, self._config, self._plan, self._directory)
        ca = (self._directory.pki / "ca.crt").read_text()
        hand = SupervisorHand(str(self._runtime))
        return build(self.role, host, self._config, self._plan, hand, ca)

    def _on_line(
        self, channel: Channel, driver: LiveDriver, loop: asyncio.AbstractEventLoop
    ) -> None:
        for message in channel.receive():
            if "links" in message:
                driver.links.set(rules_of(message["links"]))
            if "rules" in message:
                driver.guarded(driver.rules.set)(read_rules(message["rules"]))
            if "clock" in message:
                driver.set_clock(_clock_of(message["clock"]))
        if channel.closed:
            loop.stop()

    def _report(self, host: LiveHost, component: Component, channel: Channel) -> None:
        channel.send({"statistics": dict(component.statistics())})
        if _trim is not None:
            _trim(0)
        host.world.call_after(STATISTICS_EVERY_MS, lambda: self._report(host, component, channel))


class SupervisorHand:
    """The chaos component's hand on live processes: commands to the supervisor."""

    def __init__(self, runtime: str) -> None:
        self._runtime = runtime

    def parties(self) -> Sequence[str]:
        return [process["name"] for process in processes_of(self._runtime)]

    def kill(self, party: str) -> None:
        self._order("kill", party)

    def hold(self, party: str) -> None:
        self._order("hold", party)

    def release(self, party: str) -> None:
        self._order("release", party)

    def pause(self, party: str) -> None:
        self._order("pause", party)

    def resume(self, party: str) -> None:
        self._order("resume", party)

    def set_links(self, rules: Sequence[LinkRule]) -> None:
        ask(self._runtime, {"command": "links", "value": msgspec.to_builtins(list(rules))})

    def set_rules(self, rules: Sequence[Rule]) -> None:
        ask(self._runtime, {"command": "rules", "value": msgspec.to_builtins(list(rules))})

    def _order(self, command: str, party: str) -> None:
        ask(self._runtime, {"command": command, "process": party})


def runner(
    config: ClusterConfig, plan: AddressPlan, runtime: Path, data: Path
) -> Callable[[Role, socket.socket, Message], None]:
    """What a supervisor calls in each forked process."""

    def run_child(role: Role, line: socket.socket, state: Message) -> None:
        Child(role, config, plan, runtime, data).run(line, state)

    return run_child


def _end(log: LogFile, code: int) -> None:
    """End at once, with everything written that was said."""
    log.flush()
    os._exit(code)


def _clock_of(value: object) -> Clock:
    return real_time_clock() if value is None else msgspec.convert(value, Clock)


def _name_process(name: str) -> None:
    """The name that ps and top show, where the system lets a process set it."""
    try:
        Path("/proc/self/comm").write_text(name)
    except OSError:
        return
