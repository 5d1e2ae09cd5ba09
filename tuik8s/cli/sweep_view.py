"""What a sweep over seeds prints: progress, failing seeds at once, and a summary that helps.

On a terminal progress is one line that changes; elsewhere a line is printed now and then.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from tuik8s.cli.run_view import printable
from tuik8s.scenario.outcome import Outcome

PLAIN_LINES = 10
"""So many lines of progress where there is no terminal."""
SEEDS_SHOWN = 20
ALIKE_MAX = 3
REPAINT_S = 0.1


class Progress:
    """Counts outcomes and tells of them."""

    def __init__(self, total: int, out: TextIO) -> None:
        self._total = total
        self._out = out
        self._is_terminal = out.isatty()
        self._began = time.monotonic()
        self._painted = 0.0
        self._done = 0
        self._failed = 0
        self._alike: dict[str, int] = {}

    def take(self, outcome: Outcome) -> None:
        self._done += 1
        if outcome.verdict != "passed":
            self._failed += 1
            self._tell(outcome)
        if self._is_terminal:
            if time.monotonic() - self._painted >= REPAINT_S:
                self._painted = time.monotonic()
                print(f"\r\x1b[K{self.told()}{self._left()}", end="", file=self._out, flush=True)
        elif (
            self._done * PLAIN_LINES // self._total > (self._done - 1) * PLAIN_LINES // self._total
        ):
            print(self.told(), file=self._out, flush=True)

    def _tell(self, outcome: Outcome) -> None:
        """Failures that are alike are told a few times; the summary has them all."""
        kind = kind_of(outcome.reason)
        self._alike[kind] = self._alike.get(kind, 0) + 1
        if self._alike[kind] <= ALIKE_MAX:
            self._clear()
            print(f"✗ seed {outcome.seed}  {printable(outcome.reason)}", file=self._out, flush=True)

    def end(self) -> None:
        self._clear()

    def told(self) -> str:
        return f"{self._done} of {self._total} runs, {self._failed} failed"

    def _left(self) -> str:
        spent_s = time.monotonic() - self._began
        left_s = spent_s / self._done * (self._total - self._done)
        return f", {self._done / max(spent_s, 0.001):.1f}/s, {left_s:.0f} s left"

    def _clear(self) -> None:
        if self._is_terminal:
            print("\r\x1b[K", end="", file=self._out, flush=True)


def print_summary(group: Sequence[Outcome], report: Path | None) -> None:
    """The verdict on one scenario: its failures by reason, and how to repeat one."""
    failed = [outcome for outcome in group if outcome.verdict != "passed"]
    first, last = group[0].seed, group[-1].seed
    if not failed:
        print(f"PASSED  {group[0].name}: seeds {first} to {last}")
        return
    print(f"FAILED  {group[0].name}: {len(failed)} of {len(group)} seeds, {first} to {last}")
    reasons: dict[str, list[Outcome]] = {}
    for outcome in failed:
        reasons.setdefault(kind_of(outcome.reason), []).append(outcome)
    for alike in sorted(reasons.values(), key=len, reverse=True):
        seeds = [str(outcome.seed) for outcome in alike]
        more = f" and {len(seeds) - SEEDS_SHOWN} more" if len(seeds) > SEEDS_SHOWN else ""
        print(f"  {len(alike)} x  {printable(alike[0].reason)}")
        print(f"      seeds {', '.join(seeds[:SEEDS_SHOWN])}{more}")
    print(f"  repeat one: {failed[0].repeat_command}")
    if report is not None:
        print(f"  reports of those that failed: {report / 'index.html'}")


def kind_of(reason: str) -> str:
    """Reasons that differ in names and numbers only are one."""
    return re.sub(r"[a-z0-9-]*\d[a-z0-9-]*", "#", reason)
