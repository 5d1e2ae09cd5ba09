"""A scenario while it runs: the cluster, the assertions that always hold, the checkers, the clock.

Time passes only in `advance` and `wait_until`; after every instant at which the log grew,
whatever must always hold is looked at, so no state in between is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import decode
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.expressions import BadExpression, Expression, context_of
from tuik8s.scenario.simulated_cluster import SimulatedCluster
from tuik8s.scenario.state import State

REPLY_WITHIN_MS = 30_000


class Run:
    """What steps work with."""

    class Failed(Exception):
        """The scenario fails here; the message is the reason."""

    def __init__(
        self, cluster: SimulatedCluster, directory: Path, checkers: tuple[Checker, ...]
    ) -> None:
        self.cluster = cluster
        self.directory = directory
        self.checkers = checkers
        self.always: list[Expression] = []
        self.never: list[Expression] = []
        self.faults: list[str] = []
        self._state: State | None = None
        self._watched_revision = -1

    @property
    def state(self) -> State:
        """The objects as they are now; a new view after a restart of the API server.

        Raises Failed while it is down.
        """
        if not self.is_up:
            raise Run.Failed("the API server is down; advance until it is back")
        api = self.cluster.apiserver
        if self._state is None or not self._state.is_of(api):
            self._state = State(api)
        return self._state

    @property
    def is_up(self) -> bool:
        """Whether the API server runs: without it nothing can be asked."""
        return "apiserver" in self.cluster.components

    # --- time ---------------------------------------------------------------------------------

    def advance(self, duration_ms: int) -> None:
        """Let time pass, watching what must always hold."""
        end_ms = self.cluster.now_ms + duration_ms
        self.wait_until(lambda: self.cluster.now_ms >= end_ms, duration_ms)
        self.cluster.run_ms(max(0, end_ms - self.cluster.now_ms))
        self._watch()

    def wait_until(self, holds: Callable[[], bool], within_ms: int) -> bool:
        """Let time pass until holds() or the deadline; whether it came to hold.

        holds is asked only when the log has grown, or the deadline is reached.
        """
        asked = -1

        def stop() -> bool:
            nonlocal asked
            revision = self._revision()
            if revision == asked:
                return False
            asked = revision
            self._watch()
            return holds()

        return self.cluster.run_until(stop, within_ms) or holds()

    def _revision(self) -> int:
        """The log's revision; the last known one while the API server is dead."""
        if self.is_up:
            return self.cluster.apiserver.store.revision
        return self._watched_revision

    def _watch(self) -> None:
        revision = self._revision()
        if revision == self._watched_revision:
            return
        self._watched_revision = revision
        try:
            for checker in self.checkers:
                checker.observe(self.state, self.cluster.now_ms)
        except Violation as violation:
            raise Run.Failed(f"checker: {violation}") from violation
        if self.always or self.never:
            context = context_of(self.state, self.cluster.now_ms)
            for expression in self.always:
                if not self._holds(expression, context):
                    raise Run.Failed(f"always: {expression.text} is false")
            for expression in self.never:
                if self._holds(expression, context):
                    raise Run.Failed(f"never: {expression.text} is true")

    # --- questions ----------------------------------------------------------------------------

    def holds(self, expression: Expression, variables: Mapping[str, Any] | None = None) -> bool:
        return self._holds(expression, context_of(self.state, self.cluster.now_ms, variables))

    def _holds(self, expression: Expression, context: Any) -> bool:
        try:
            return expression.holds(context)
        except BadExpression as bad:
            raise Run.Failed(str(bad)) from bad

    # --- requests -----------------------------------------------------------------------------

    def ask(self, send: Callable[[Callable[[Reply], None]], None]) -> Object:
        """Send a request with the cluster's client and wait for its answer. Raises Failed."""
        replies: list[Reply] = []
        send(replies.append)
        self.cluster.run_until(lambda: bool(replies), REPLY_WITHIN_MS)
        if not replies or replies[0].code == 0:
            raise Run.Failed("the API server does not answer")
        if not replies[0].ok:
            raise Run.Failed(str(decode(replies[0]).get("message", f"code {replies[0].code}")))
        return decode(replies[0])
