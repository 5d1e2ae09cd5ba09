"""A fault that comes and goes: `every 30s for 5s`, or `every 30s` for what is done in a moment.

begins  0      5s              30s     35s             60s
        |======|---------------|======|---------------|===...
"""

from __future__ import annotations

import re

import msgspec

from tuik8s.api.times import parse_duration
from tuik8s.components.chaos.base import FaultSpec
from tuik8s.components.chaos.shape import Refused

_FORM = re.compile(r"every\s+(\S+)(?:\s+for\s+(\S+))?")
EXAMPLE = "every 30s for 5s"


class Schedule(msgspec.Struct, frozen=True):
    """Turns that begin every every_ms and last for_ms; 0: they are over at once."""

    every_ms: int
    for_ms: int = 0

    def is_on(self, elapsed_ms: int) -> bool:
        """Whether a turn lasts so long after the fault began."""
        return elapsed_ms % self.every_ms < self.for_ms

    def next_ms(self, elapsed_ms: int) -> int:
        """When, after the fault began, a turn next begins or ends."""
        since_ms = elapsed_ms % self.every_ms
        begins_ms = elapsed_ms - since_ms
        return begins_ms + (self.for_ms if since_ms < self.for_ms else self.every_ms)

    def turn(self, elapsed_ms: int) -> int:
        """The number of the turn, from 0."""
        return elapsed_ms // self.every_ms


def parse_schedule(text: str) -> Schedule | None:
    """The schedule of a fault, None when it has none. Raises Refused."""
    if not text:
        return None
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise Refused(f"schedule {text!r} does not read; such as {EXAMPLE!r}")
    try:
        found = Schedule(parse_duration(match[1]), parse_duration(match[2]) if match[2] else 0)
    except ValueError as problem:
        raise Refused(f"schedule {text!r} does not read: {problem}") from problem
    if found.every_ms <= 0 or not 0 <= found.for_ms < found.every_ms:
        raise Refused(f"schedule {text!r}: a turn must be over before the next one begins")
    return found


def lasts(spec: FaultSpec) -> bool:
    """Whether a fault, or each of its turns, is for some time. Raises Refused."""
    schedule = parse_schedule(spec.schedule)
    return bool(spec.for_) if schedule is None else schedule.for_ms > 0
