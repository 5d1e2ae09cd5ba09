"""A whole world in one process and no time: one heap, virtual clock, parties that can die.

    Simulation --host(party)--> SimulatedHost: world, network, dial, serve
       |- EventHeap         everybody's timers and frames, in one order
       |- MemoryBus         frames between parties, over `links`
       |- NetworkTable      listeners of pods and proxies
       '- disks             by party and name; they outlive their party

Everything random is drawn from streams named after the party and its incarnation, so the same
seed repeats the run event by event. A restart is the caller building a new component on a fresh
`host` after `crash`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from tuik8s.bus.memory import MemoryBus, MemoryClient, MemoryServer
from tuik8s.world.base import Disk, DiskFailed, Log, World
from tuik8s.world.disks import SimulatedDisk
from tuik8s.world.disturbed_disk import DisturbedDisk
from tuik8s.world.heap import EventHeap, Gate, ScheduledCall
from tuik8s.world.links import LinkRules
from tuik8s.world.log_files import LOGS
from tuik8s.world.logs import NOTHING, LineLog, Sink, discard
from tuik8s.world.network import Address, HttpAnswer, HttpRequest, Network
from tuik8s.world.rng import RandomStream, seeded
from tuik8s.world.rules import Rule, Rules
from tuik8s.world.simulated_network import NetworkTable, SimulatedNetwork
from tuik8s.world.skew import Skew

EPOCH_MS: Final = 1_767_225_600_000
"""2026-01-01T00:00:00Z, where simulated time begins."""


class SimulatedWorld:
    """The world of one incarnation of one party (see `world.base.World`)."""

    __slots__ = (
        "_gate",
        "_heap",
        "_last_ms",
        "_name",
        "_rngs",
        "_simulation",
        "log",
        "party",
        "rules",
        "skew",
    )

    def __init__(self, simulation: Simulation, party: str, gate: Gate, incarnation: int) -> None:
        self.party = party
        self.skew = Skew()
        self.rules = Rules()
        self._simulation = simulation
        self._heap = simulation.heap
        self._gate = gate
        self._last_ms = 0
        self._rngs: dict[str, RandomStream] = {}
        self.log: Log = LineLog(party, self.now_ms, simulation.sink, simulation.verbosity)
        self._name = f"{party}#{incarnation}"

    def now_ms(self) -> int:
        now_ms = self._heap.now_ms
        if not self.skew.is_none:
            now_ms = self.skew.shown(now_ms)
        if now_ms > self._last_ms:
            self._last_ms = now_ms
        return self._last_ms

    def true_ms(self) -> int:
        return self._heap.now_ms

    def call_at(self, when_ms: int, call: Callable[[], None]) -> ScheduledCall:
        true_ms = when_ms if self.skew.is_none else self.skew.true(when_ms)
        return self._heap.schedule(true_ms, call, self._gate)

    def call_after(self, delay_ms: int, call: Callable[[], None]) -> ScheduledCall:
        heap = self._heap
        return heap.schedule(heap.now_ms + delay_ms, call, self._gate)

    def call_soon(self, call: Callable[[], None]) -> ScheduledCall:
        heap = self._heap
        return heap.schedule(heap.now_ms, call, self._gate)

    def rng(self, stream: str) -> RandomStream:
        if stream not in self._rngs:
            self._rngs[stream] = seeded(self._simulation.seed, f"{self._name}/{stream}")
        return self._rngs[stream]

    def disk(self, name: str) -> Disk:
        if name == LOGS:
            return self._simulation.logs
        disk = self._simulation.disk(self.party, name)
        return DisturbedDisk(disk, self.party, name, self.rules, self._stall)

    def _stall(self, duration_ms: int) -> None:
        self._gate.stall(self._heap.now_ms, duration_ms)


class SimulatedHost:
    """What a simulated process gives its component (see `components.base.Host`)."""

    __slots__ = ("_gate", "_simulation", "clock", "network", "world")

    def __init__(self, simulation: Simulation, party: str, incarnation: int) -> None:
        self._simulation = simulation
        self._gate = Gate()
        self._gate.on_failure = partial(simulation.fail, party)
        self.clock = SimulatedWorld(simulation, party, self._gate, incarnation)
        self.world: World = self.clock
        self.network: Network = SimulatedNetwork(simulation.network, party, self._gate)

    @property
    def gate(self) -> Gate:
        return self._gate

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replace what faults ask of this process."""
        in_force = self.clock.rules
        in_force.set(rules)
        self._gate.set_pace(in_force.pace_ms(self.world.party))
        self.clock.skew.set(in_force.ahead_ms(self.world.party), self._simulation.heap.now_ms)

    def ready(self, **facts: object) -> None:
        self._simulation.ready[self.world.party] = facts

    def dial(self, identity: str) -> MemoryClient:
        return self._simulation.bus.dial(self.world.party, identity, self._gate)

    def serve(self) -> MemoryServer:
        return self._simulation.bus.serve(self.world.party, self._gate)


class Simulation:
    """See the module's text.

    verbosity defaults to nothing, since formatting lines would cost more than the events do. heap:
    one that the caller drives (start_ms is then its own).
    """

    def __init__(
        self,
        seed: int | str,
        start_ms: int = EPOCH_MS,
        *,
        sink: Sink = discard,
        verbosity: int = NOTHING,
        latency_ms: int = 1,
        heap: EventHeap | None = None,
    ) -> None:
        self.seed = seed
        self.sink = sink
        self.verbosity = verbosity
        self.heap = EventHeap(start_ms) if heap is None else heap
        self.links = LinkRules()
        self.bus = MemoryBus(self.heap, self.links, seeded(seed, "bus/links"), latency_ms)
        self.network = NetworkTable(seeded(seed, "network"), self.links)
        self.ready: dict[str, dict[str, object]] = {}
        """What each party said when it was ready to work."""
        self.on_failed: Callable[[str], None] | None = None
        """Called after a party has ended because its disk failed; None: the failure is raised."""
        self.logs: Disk = SimulatedDisk(LOGS)
        """What parties wrote, if it is kept (`kept_logs.KeptLogs`)."""
        self._rules: tuple[Rule, ...] = ()
        self._hosts: dict[str, SimulatedHost] = {}
        self._incarnations: dict[str, int] = {}
        self._disks: dict[tuple[str, str], SimulatedDisk] = {}

    # -- parties

    def host(self, party: str) -> SimulatedHost:
        """The process of a party: a fresh one at first and after a crash, else the living one."""
        if party not in self._hosts:
            self._incarnations[party] = self._incarnations.get(party, 0) + 1
            host = SimulatedHost(self, party, self._incarnations[party])
            host.set_rules(self._rules)
            self._hosts[party] = host
        return self._hosts[party]

    def alive(self, party: str) -> bool:
        return party in self._hosts

    def parties(self) -> list[str]:
        """Living parties, sorted."""
        return sorted(self._hosts)

    def crash(self, party: str) -> None:
        """Kill a party: timers, listeners and bus ends go, unsynced bytes are dropped or torn."""
        host = self._hosts.pop(party, None)
        if host is None:
            return
        self.ready.pop(party, None)
        host.gate.kill()
        self.bus.drop(party)
        self.network.drop(party)
        rng = seeded(self.seed, f"{party}#{self._incarnations[party]}/crash")
        for (owner, _), disk in sorted(self._disks.items()):
            if owner == party:
                disk.crash(rng)

    def fail(self, party: str, failure: DiskFailed) -> None:
        """The disk of a party failed: its process ends, if somebody sees to what comes then."""
        if self.on_failed is None:
            raise failure
        self.crash(party)
        self.on_failed(party)

    def pause(self, party: str) -> None:
        """Stop a party as SIGSTOP would: what is due for it waits."""
        if party in self._hosts:
            self._hosts[party].gate.closed = True

    def resume(self, party: str) -> None:
        if party in self._hosts:
            self.heap.reopen(self._hosts[party].gate)

    def paused(self, party: str) -> bool:
        return party in self._hosts and self._hosts[party].gate.closed

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replace the rules of every process; each hears of it in a turn of its own."""
        self._rules = tuple(rules)
        for host in self._hosts.values():
            self.heap.schedule(self.heap.now_ms, partial(host.set_rules, self._rules), host.gate)

    def skew(self, party: str, offset_ms: int) -> None:
        """Set a party's clock ahead (it only goes slower, never back, when that is lowered)."""
        if party in self._hosts:
            self._hosts[party].clock.skew.set(offset_ms, self.heap.now_ms)

    def disk(self, party: str, name: str) -> SimulatedDisk:
        key = (party, name)
        if key not in self._disks:
            self._disks[key] = SimulatedDisk(f"{party}/{name}")
        return self._disks[key]

    # -- time

    @property
    def now_ms(self) -> int:
        return self.heap.now_ms

    def run_until(self, when_ms: int) -> None:
        """Run everything due by when_ms; the clock ends there."""
        self.heap.run_until(when_ms)

    def run_ms(self, duration_ms: int) -> None:
        self.heap.run_until(self.heap.now_ms + duration_ms)

    def run_while(self, predicate: Callable[[], bool], limit_ms: int) -> bool:
        """Run events as long as predicate holds, at most for limit_ms; True when it ended.

        predicate is asked before the first event and after each one.
        """
        end_ms = self.heap.now_ms + limit_ms
        while predicate():
            if not self.heap.run_next(end_ms):
                self.heap.run_until(end_ms)
                return not predicate()
        return True

    def step(self) -> bool:
        """Run one event; False when nothing is left."""
        when_ms = self.heap.next_at()
        return when_ms is not None and self.heap.run_next(when_ms)

    # -- outside clients

    def connect(self, client: Address, to: Address, request: HttpRequest) -> HttpAnswer:
        """An HTTP request from outside the cluster's processes. Raises Refused."""
        return self.network.connect(client, to, request)
