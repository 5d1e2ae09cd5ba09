"""The log replays to the same state: another store that reads it holds the same, byte for byte."""

from __future__ import annotations

from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.log_copy import open_log
from tuik8s.scenario.state import State


class LogReplays(Checker):
    """Reads a copy of the log at the end of the run."""

    name = "log-replays"

    def finish(self, state: State) -> None:
        replayed = open_log(state.log_files())
        if replayed.revision != state.revision:
            raise Violation(f"the log ends at {replayed.revision}, the store at {state.revision}")
        there = {entry.key: entry for entry in state.entries()}
        again = {entry.key: entry for entry in replayed.range("").entries}
        for key in sorted(there.keys() | again.keys()):
            if there.get(key) != again.get(key):
                raise Violation(f"{key} is not what the log says", (key,))
        if replayed.digest() != state.digest():
            raise Violation("the log that was read is not the log that was written")
