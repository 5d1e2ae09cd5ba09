"""What a person at the dashboard may do that no request to the API does: time and forks.

The command line hands over a Control, since the processes of a cluster are its business. Acts are
what was done from this dashboard, so that each can be undone: a cluster that goes on from just
before it takes the place of the one that runs.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tuik8s.ui.past import Moment

REAL_TIME = 1_000
"""The rate of the wall's clock, in thousandths."""


class Unable(Exception):
    """It cannot be done; the text says why, and what can."""


class Act(NamedTuple):
    """Something done from the dashboard: in words, and the moment just before it."""

    what: str
    before: Moment


class Undone(NamedTuple):
    """An act that was undone, and the cluster in which it stands."""

    what: str
    data: str


class Acts:
    """What was done and undone, the newest last; lasts as long as the dashboard's command."""

    def __init__(self) -> None:
        self.done: list[Act] = []
        self.undone: list[Undone] = []

    def did(self, what: str, before: Moment) -> None:
        self.done.append(Act(what, before))
        self.undone.clear()

    def rewound(self, revision: int) -> None:
        """The cluster goes on from a revision: what came after it was not done here."""
        self.done = [act for act in self.done if act.before.revision < revision]


RUNS, STOPPED, ANEW = "runs", "stopped", "anew"
"""What became of a cluster; anew: it was stopped and started, so that all sockets are others."""


class Reopen(NamedTuple):
    """What the dashboard returns when its cluster was started anew."""

    why: str


class Switch(NamedTuple):
    """What the dashboard returns when it goes on with another future. stops: that one takes the
    place of this one, which has the same addresses; else both go on."""

    data: str
    why: str
    stops: bool = True


class Follow(NamedTuple):
    """What the dashboard returns when somebody else had another future take the place of this."""

    data: str


class Relative(NamedTuple):
    """A cluster of the family of forks. parent: the name of the one it comes from, "" for none;
    at_ms: when it left that one."""

    name: str
    parent: str
    at_ms: int
    is_here: bool
    is_running: bool


class Control(Protocol):
    """Raises Unable where something cannot be."""

    @property
    def is_log(self) -> bool:
        """Whether this is a log that nothing is added to."""
        ...

    @property
    def data(self) -> str:
        """The data directory of what is shown."""
        ...

    def fate(self) -> str:
        """RUNS, STOPPED or ANEW."""
        ...

    def heir(self) -> str:
        """The data directory of the running cluster that took the place of this stopped one, ""
        when none has."""
        ...

    def rate(self) -> int:
        """How fast the cluster's clock goes, in thousandths of real time; 0 when it stands."""
        ...

    def set_rate(self, per_mille: int) -> None: ...

    def step(self, duration_ms: int) -> None:
        """Let the clock go on for so long, and then stand."""
        ...

    def fork(self, revision: int, *, same_addresses: bool) -> str:
        """Make a cluster that goes on from a revision, in the place of this one or beside it; its
        data directory."""
        ...

    def family(self) -> list[Relative]:
        """This cluster, those it comes from and all their forks; a parent before its forks."""
        ...


class NoControl:
    """For a dashboard by itself, as in a test: it can only look."""

    is_log = False
    data = ""

    def fate(self) -> str:
        return RUNS

    def heir(self) -> str:
        return ""

    def rate(self) -> int:
        return REAL_TIME

    def set_rate(self, per_mille: int) -> None:
        raise Unable("the clock of this cluster cannot be set from here")

    def step(self, duration_ms: int) -> None:
        raise Unable("the clock of this cluster cannot be set from here")

    def fork(self, revision: int, *, same_addresses: bool) -> str:
        raise Unable("this cluster cannot be forked from here")

    def family(self) -> list[Relative]:
        return []
