"""A scenario while it runs: the cluster, what always holds, what was promised, the checkers.

Time passes only in `advance` and `wait_until`; after every instant at which the log grew, whatever
must hold is looked at, so no state in between is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import NO_ANSWER, decode
from tuik8s.components.store.types import Change
from tuik8s.scenario.assertion import Assertion
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.expressions import BadExpression, Expression, context_of
from tuik8s.scenario.simulated_cluster import SimulatedCluster
from tuik8s.scenario.state import EVERYTHING, HEARTBEATS, NoSuchKind, State
from tuik8s.scenario.watching import Invariant, Promise

REPLY_WITHIN_MS = 30_000
FIRST_REVISION = 1
"""Of an empty store."""


class Failed(Exception):
    """The scenario fails here; the message is the reason. keys: of the objects that it is about."""

    def __init__(self, reason: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.keys = keys


class Refusal(Failed):
    """The API server said no."""


class NoAnswer(Failed):
    """The API server said nothing; what became of the request is unknown."""


class Run:
    """What steps work with."""

    Failed = Failed

    def __init__(self, cluster: SimulatedCluster, checkers: tuple[Checker, ...]) -> None:
        self.cluster = cluster
        self.checkers = checkers
        self.invariants: list[Invariant] = []
        self.promises: list[Promise] = []
        self.faults_count = 0
        self.changed_ms = 0
        self.last_changed = "nothing"
        """When anything but a heartbeat was last seen written, and what."""
        self._state: State | None = None
        self._context: Any = None
        self._clock = _clock_of(cluster)
        self._watched_revision = FIRST_REVISION

    @property
    def now_ms(self) -> int:
        return self.cluster.now_ms

    @property
    def state(self) -> State:
        """The objects as they are now; a new view after a restart of the API server.

        Raises Failed while it is down.
        """
        if not self.is_up:
            raise Failed("the API server is down; advance until it is back")
        api = self.cluster.apiserver
        if self._state is None or not self._state.is_of(api):
            self._state = State(api, self.cluster.simulation.disk("apiserver", "store"))
            self._context = context_of(self._state, self._clock)
        return self._state

    @property
    def is_up(self) -> bool:
        """Whether the API server runs: without it nothing can be asked."""
        return "apiserver" in self.cluster.components

    @property
    def revision(self) -> int:
        """The newest revision that was looked at."""
        return self._watched_revision

    # --- time ---------------------------------------------------------------------------------

    def advance(self, duration_ms: int) -> None:
        """Let time pass, watching what must hold."""
        end_ms = self.now_ms + duration_ms
        self.wait_until(lambda: self.now_ms >= end_ms, duration_ms)
        self.cluster.run_ms(max(0, end_ms - self.now_ms))
        self._watch()

    def wait_until(self, holds: Callable[[], bool], within_ms: int) -> bool:
        """Let time pass until holds() or the deadline; whether it came to hold.

        holds is asked only when the log has grown, or the deadline is reached.
        """
        asked = -1

        def stop() -> bool:
            nonlocal asked
            self._watch()
            if self._watched_revision == asked:
                return False
            asked = self._watched_revision
            return holds()

        return self.cluster.run_until(stop, within_ms) or holds()

    def promise(self, promise: Promise) -> None:
        """Remember it, and look at it when its time is over."""
        self.promises.append(promise)
        self.cluster.simulation.heap.schedule(promise.deadline_ms, lambda: None)

    def _watch(self) -> None:
        """Look at what is new; at nothing while the API server is dead or writes are on the way."""
        if self.is_up and self.state.is_settled and self.state.revision != self._watched_revision:
            before, self._watched_revision = self._watched_revision, self.state.revision
            self._check(before)
        if self.promises:
            self._check_deadlines()

    def _check(self, before: int) -> None:
        state = self.state
        try:
            changes = list(state.changes(before))
            self._note_changes(changes)
            for checker in self.checkers:
                checker.observe(changes, state)
        except Violation as violation:
            raise Failed(f"checker {checker.name}: {violation}", violation.keys) from violation
        for invariant in list(self.invariants):
            if invariant.ends_ms and invariant.ends_ms < self.now_ms:
                self.invariants.remove(invariant)
            elif invariant.may_have_changed(changes) and (broken := invariant.broken(self)):
                raise Failed(broken, self.asked())
        self.promises = [
            promise
            for promise in self.promises
            if not (promise.may_have_changed(changes) and promise.is_kept(self))
        ]

    def _note_changes(self, changes: list[Change]) -> None:
        for change in changes:
            if not change.key.startswith(HEARTBEATS):
                self.changed_ms, self.last_changed = self.now_ms, change.key

    def _check_deadlines(self) -> None:
        for promise in self.promises:
            if promise.deadline_ms <= self.now_ms and self.is_up:
                if promise.is_kept(self):
                    self.promises.remove(promise)
                    return
                raise Failed(promise.broken(self), self.asked())

    # --- questions ----------------------------------------------------------------------------

    def knows(self, word: str) -> bool:
        """Whether a kind goes by that name."""
        try:
            self.state.resource(word)
        except NoSuchKind:
            return False
        return True

    def check(self, assertion: Assertion) -> bool:
        """Whether it holds now; `asked` then tells what that depends on."""
        self.state.forget_asked()
        return assertion.holds(self)

    def depends(self) -> tuple[str, ...]:
        """Keys and prefixes on which the last answer depends."""
        return tuple(self._state.depends) if self._state is not None else (EVERYTHING,)

    def asked(self) -> tuple[str, ...]:
        """Keys and prefixes that the last assertion looked at."""
        return tuple(self._state.asked) if self._state is not None else ()

    def holds(self, expression: Expression, variables: Mapping[str, Any] | None = None) -> bool:
        state, context = self.state, self._context
        if variables:
            context = context_of(state, self._clock, variables)
        try:
            return expression.holds(context)
        except BadExpression as bad:
            raise Failed(str(bad)) from bad

    def left_now(self, expression: Expression) -> str:
        """What the left side of a comparison is now."""
        return expression.left_now(self._context) if self.state else ""

    # --- requests -----------------------------------------------------------------------------

    def ask(self, send: Callable[[Callable[[Reply], None]], None]) -> Object:
        """Send a request with the cluster's client and wait for its answer. Raises Failed."""
        reply = self.reply_to(send)
        if not reply.ok:
            raise Refusal(refusal_of(reply))
        return decode(reply)

    def reply_to(self, send: Callable[[Callable[[Reply], None]], None]) -> Reply:
        """The answer, be it a refusal. Raises Failed when there is none."""
        replies: list[Reply] = []

        def is_answered() -> bool:
            self._watch()
            return bool(replies)

        send(replies.append)
        self.cluster.run_until(is_answered, REPLY_WITHIN_MS)
        if not replies or replies[0].code == 0:
            raise NoAnswer(NO_ANSWER)
        return replies[0]


def _clock_of(cluster: SimulatedCluster) -> Callable[[], int]:
    """The time, without a way back to the run: no collector sees the cycles through a context."""
    return lambda: cluster.now_ms


def refusal_of(reply: Reply) -> str:
    """What a refusal says, with the causes that it names."""
    try:
        status = decode(reply)
    except msgspec.DecodeError:
        return f"code {reply.code}"
    causes = [c.get("message", "") for c in (status.get("details") or {}).get("causes") or ()]
    message = str(status.get("message", f"code {reply.code}"))
    return " ".join([message, *(cause for cause in causes if cause and cause not in message)])
