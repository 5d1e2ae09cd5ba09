"""Who led when: the holders of Leases, those of nodes left out, read from the log.

A Lease is renewed every few seconds; only a change of its holder counts.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from tuik8s.api.types import Key
from tuik8s.ui.logbook import PAGE, Logbook, Page
from tuik8s.ui.past import LoggedChange, Moment

LEASES = "leases.coordination.k8s.io"
NODE_LEASES = "kube-node-lease"
NOBODY = "nobody"
TURN = "╗"
TRIES = 3
"""So often is asked for what is refused; the log may not have it any more."""


class Term(NamedTuple):
    """From when on somebody held a Lease."""

    at_ms: int
    holder: str


class _Turn(NamedTuple):
    at_ms: int
    old: str
    new: str


class _Spec(msgspec.Struct, rename="camel"):
    holder_identity: str | None = None


class _Lease(msgspec.Struct):
    spec: _Spec | None = None


_decode = msgspec.msgpack.Decoder(_Lease).decode

OnTurn = Callable[[Moment, str], None]
"""(when, what happened in words)"""


class Leaders:
    """Collects terms; `saw` is told of pages of changes, in whatever order."""

    def __init__(self, log: Logbook, on_turn: OnTurn) -> None:
        self._turns: dict[Key, list[_Turn]] = {}
        self._holders: dict[Key, str] = {}
        """Of Leases that were seen: who held them then."""
        self._missed: list[tuple[Key, int, int, int]] = []
        """What to ask for again: see `_read`."""
        self._log = log
        self._on_turn = on_turn

    @property
    def terms(self) -> dict[str, list[Term]]:
        """name of the Lease -> who held it, oldest first; the first since before what is known

        Of two that have the same name the namespace is said, too.
        """
        names, found = Counter(key.name for key in self._turns), {}
        for key, turns in self._turns.items():
            first = turns[0].old if turns else self._holders[key]
            later = [Term(turn.at_ms, turn.new or NOBODY) for turn in turns]
            name = key.name if names[key.name] == 1 else f"{key.namespace}/{key.name}"
            found[name] = [*([Term(0, first)] if first else []), *later]
        return found

    def saw(self, changes: Iterable[LoggedChange]) -> None:
        """Have a closer look at the Leases among these changes."""
        seen: dict[Key, list[int]] = {}
        for change in changes:
            if change.key.resource == LEASES and change.key.namespace != NODE_LEASES:
                seen.setdefault(change.key, []).append(change.moment.revision)
        missed, self._missed = self._missed, []
        for each in missed:
            self._read(*each)
        for key, revisions in seen.items():
            self._read(key, min(revisions) - 1, max(revisions), TRIES)

    def _read(self, key: Key, after: int, last: int, tries: int) -> None:
        def read(page: Page) -> None:
            if page.refused and tries > 1:
                self._missed.append((key, after, last, tries - 1))
            for change in page.changes:
                if change.moment.revision <= last:
                    self._take(change)
            newest = page.changes[-1].moment.revision if page.changes else last
            if len(page.changes) == PAGE and newest < last:
                self._read(key, newest, last, TRIES)

        whole = f"{key.resource}/{key.namespace}/{key.name}"
        self._log.page(read, after=after, key=whole)

    def _take(self, change: LoggedChange) -> None:
        old, new = holder_of(change.before), holder_of(change.after)
        self._holders.setdefault(change.key, new)
        turn = _Turn(change.moment.at_ms, old, new)
        turns = self._turns.setdefault(change.key, [])
        if old != new and turn not in turns:
            insort(turns, turn)
            said = f"has a new leader: {new}" if new else "has no leader any more"
            self._on_turn(change.moment, f"{change.key.name} {said}")


def holder_of(lease: bytes | None) -> str:
    """ "" for nobody."""
    spec = _decode(lease).spec if lease is not None else None
    return (spec.holder_identity or "") if spec is not None else ""


def leader_text(terms: list[Term], column: Callable[[int], int], width: int) -> str:
    """The terms as a line: `a ═════╗b ════`. column: the cell of a time."""
    line = [" "] * width
    for index, term in enumerate(terms):
        first = column(term.at_ms) if term.at_ms else 0
        is_last = index + 1 == len(terms)
        end = width if is_last else column(terms[index + 1].at_ms)
        length = max(0, end - first)
        text = f"{term.holder} "[:length].ljust(length, "═")
        line[first:end] = text
        if not is_last and 0 < end <= width and length:
            line[end - 1] = TURN
    return "".join(line)
