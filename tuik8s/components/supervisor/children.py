"""The supervisor's book of children: who runs, who died, when it comes back. No process is touched.

A child that ends is started again after a back-off that doubles from 100 ms to 10 s and is forgiven
after it has run for 30 s; unless a fault says that it stays dead (`held`).

    absent --started--> running --ended--> waiting --due--> (start it) --started--> running
                                     \\--(held)--> held --released--> waiting

Source: our own; the back-off is shorter than the kubelet's of static pods, since a start costs
milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tuik8s.components.chaos.base import APISERVER
from tuik8s.components.supervisor.roles import RUNNING, Role
from tuik8s.world.links import LinkRules
from tuik8s.world.rules import Rules

BACKOFF_MS_MIN = 100
BACKOFF_MS_MAX = 10_000
FORGIVEN_AFTER_MS = 30_000


@dataclass(slots=True)
class Child:
    """One process of the cluster, alive or not. Times are monotonic milliseconds."""

    role: Role
    pid: int = 0
    started_at_ms: int = 0
    restarts: int = 0
    backoff_ms: int = BACKOFF_MS_MIN
    start_at_ms: int | None = 0
    held: bool = False
    paused: bool = False
    ready: bool = False
    last_exit: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def stopped(self) -> bool:
        """Whether a fault keeps it from running."""
        return self.held or self.paused

    def state(self, links: LinkRules) -> str:
        """In words. What a fault does to it comes first, even while its process still ends."""
        if self.held:
            return "stopped by a fault"
        if not self.pid:
            return "waiting to restart"
        if self.paused:
            return "paused"
        if self.is_cut(links):
            return "cut off by a fault"
        return RUNNING if self.ready else "starting"

    def is_cut(self, links: LinkRules) -> bool:
        """Whether a fault keeps it from hearing the API server, or the other way round."""
        ways = (self.role.name, APISERVER), (APISERVER, self.role.name)
        effects = [links.effect(*way) for way in ways]
        return any(effect is not None and effect.cut for effect in effects)


class Children:
    """Every child by name, in the order of their start."""

    def __init__(self, roles: tuple[Role, ...]) -> None:
        self.by_name = {role.name: Child(role) for role in roles}

    def due(self, now_ms: int) -> list[Child]:
        """Those to start now."""
        return [
            child
            for child in self.by_name.values()
            if not child.pid and child.start_at_ms is not None and child.start_at_ms <= now_ms
        ]

    def next_due_ms(self) -> int | None:
        times = [c.start_at_ms for c in self.by_name.values() if c.start_at_ms is not None]
        return min(times, default=None)

    def started(self, child: Child, pid: int, now_ms: int) -> None:
        child.pid, child.started_at_ms, child.start_at_ms = pid, now_ms, None
        child.paused = child.ready = False

    def ended(self, pid: int, how: str, now_ms: int) -> Child | None:
        """Note that a process is gone; the child it was, None when it was none of ours."""
        child = next((c for c in self.by_name.values() if c.pid == pid), None)
        if child is None:
            return None
        if now_ms - child.started_at_ms >= FORGIVEN_AFTER_MS:
            child.backoff_ms = BACKOFF_MS_MIN
        child.pid, child.ready, child.paused, child.last_exit = 0, False, False, how
        child.restarts += 1
        if not child.held:
            child.start_at_ms = now_ms + child.backoff_ms
            child.backoff_ms = min(2 * child.backoff_ms, BACKOFF_MS_MAX)
        return child

    def hold(self, child: Child) -> None:
        """Let it stay dead until released."""
        child.held, child.start_at_ms = True, None

    def release(self, child: Child, now_ms: int) -> None:
        child.held = False
        if not child.pid:
            child.start_at_ms, child.backoff_ms = now_ms, BACKOFF_MS_MIN

    def find(self, name: str) -> Child | None:
        """A child by its name, or the one that hosts the node of `kind/node`."""
        exact = self.by_name.get(name)
        if exact is not None:
            return exact
        kind, _, node = name.partition("/")
        return next(
            (c for c in self.by_name.values() if c.role.kind == kind and node in c.role.nodes), None
        )

    def awaited(self, links: LinkRules, rules: Rules) -> list[Child]:
        """Those that are not ready, though no fault keeps them from it.

        Faults outlive a restart, and what they hold back may not hold up the start.
        """
        if rules.hinder_starts:
            return []
        api = self.by_name.get(APISERVER)
        if api is not None and api.stopped:
            return []
        if api is not None and not api.ready:
            return [api]
        return [
            child
            for child in self.by_name.values()
            if not (child.ready or child.stopped or child.is_cut(links))
        ]


def describe_exit(code: int) -> str:
    """How a process ended, in words, from what os.waitstatus_to_exitcode says."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"
