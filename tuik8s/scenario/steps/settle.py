"""settle: {quiet: DURATION, within: DURATION} - let time pass until the cluster is at rest.

At rest is: for `quiet` (5s) nothing was written but heartbeats. `- settle:` alone gives it `within`
10m. Containers that go on as they are write nothing.
"""

from __future__ import annotations

from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Run

QUIET_MS, WITHIN_MS = 5_000, 600_000


class Settle:
    """Waits for rest."""

    title = "settle"

    def __init__(self, value: Value) -> None:
        fields = {} if value.raw is None else value.fields("settle", ("quiet", "within"))
        self._quiet_ms, self._within_ms = QUIET_MS, WITHIN_MS
        if "quiet" in fields:
            self._quiet_ms = fields["quiet"].duration_ms("how long nothing changes")
        if "within" in fields:
            self._within_ms = fields["within"].duration_ms("a time to wait at most")

    def run(self, run: Run) -> None:
        begin_ms = run.now_ms
        end_ms = begin_ms + self._within_ms
        while True:
            rests_at_ms = max(begin_ms, run.changed_ms) + self._quiet_ms
            if run.is_up and rests_at_ms <= run.now_ms:
                return
            if run.now_ms >= end_ms:
                told = f"settle: not at rest within {self._within_ms / 1000:g}s"
                raise Failed(f"{told}; last changed: {run.last_changed}", (run.last_changed,))
            left_ms = max(rests_at_ms - run.now_ms, 1) if run.is_up else self._quiet_ms
            run.advance(min(left_ms, end_ms - run.now_ms))


def parse(value: Value) -> Settle:
    return Settle(value)
