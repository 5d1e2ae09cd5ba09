"""How far and how fast a target may follow its metrics: bounds, stabilization, scaling policies.

    wanted --> stabilized (recent recommendations) --> rate (policies) --> bounds --> size

Source: k8s.io/kubernetes pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas and
what it calls, 1.36).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tuik8s.api.types import Object

DOWN_WINDOW_MS: Final = 300_000
"""How long the highest recommendation counts, where the autoscaler says nothing else."""
_KEPT_MS: Final = 3_600_000
"""The longest window and period that an autoscaler may ask for."""


_Choice = Callable[[Iterable[int]], int]


class Mark(NamedTuple):
    """A recommendation, or by how much a target grew or shrank, at a time."""

    at_ms: int
    replicas: int


@dataclass(slots=True)
class Memory:
    """What an autoscaler recommended and did of late. A restart forgets it, as upstream's does."""

    recommended: list[Mark] = field(default_factory=list)
    grew: list[Mark] = field(default_factory=list)
    shrank: list[Mark] = field(default_factory=list)

    def forget(self, now_ms: int) -> None:
        for marks in (self.recommended, self.grew, self.shrank):
            marks[:] = [mark for mark in marks if mark.at_ms > now_ms - _KEPT_MS]


class Bounds(NamedTuple):
    least: int
    most: int


class Size(NamedTuple):
    """The size to have now; (reason, message) of what held it back, or that nothing did.

    waits: (reason, message) when recent recommendations say otherwise.
    """

    replicas: int
    limited: bool
    reason: str
    message: str
    waits: tuple[str, str] | None = None


_WITHIN: Final = ("DesiredWithinRange", "the desired count is within the acceptable range")
_TOO_MANY: Final = (
    "TooManyReplicas",
    "the desired replica count is more than the maximum replica count",
)
_TOO_FEW: Final = (
    "TooFewReplicas",
    "the desired replica count is less than the minimum replica count",
)
_TOO_FAST: Final = (
    "ScaleUpLimit",
    "the desired replica count is increasing faster than the maximum scale rate",
)
_TOO_FAST_DOWN: Final = (
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
)
_HIGHER: Final = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent "
    "recommendation",
)
_LOWER: Final = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
)


def sized(
    behavior: Object | None,
    memory: Memory,
    current: int,
    wanted: int,
    bounds: Bounds,
    now_ms: int,
) -> Size:
    """The size that a target of `current` replicas may have, and note of the recommendation."""
    memory.forget(now_ms)
    if not memory.recommended:
        memory.recommended.append(Mark(now_ms, current))
    stable = _stabilized(behavior, memory, current, wanted, now_ms)
    memory.recommended.append(Mark(now_ms, wanted))
    waits = None
    if stable != wanted:
        waits = _LOWER if behavior is not None and wanted >= current else _HIGHER
    if behavior is None:
        replicas, why = _plain(current, stable, bounds)
    elif stable > current:
        replicas, why = _up(behavior["scaleUp"], memory, current, stable, bounds, now_ms)
    elif stable < current:
        replicas, why = _down(behavior["scaleDown"], memory, current, stable, bounds, now_ms)
    else:
        replicas, why = stable, _WITHIN
    return Size(replicas, replicas != stable, *why, waits)


def _stabilized(
    behavior: Object | None, memory: Memory, current: int, wanted: int, now_ms: int
) -> int:
    if behavior is None:
        since_ms = now_ms - DOWN_WINDOW_MS
        return max([wanted, *(m.replicas for m in memory.recommended if m.at_ms > since_ms)])
    up_ms = now_ms - _window_ms(behavior["scaleUp"], 0)
    down_ms = now_ms - _window_ms(behavior["scaleDown"], DOWN_WINDOW_MS)
    lowest = min([wanted, *(m.replicas for m in memory.recommended if m.at_ms > up_ms)])
    highest = max([wanted, *(m.replicas for m in memory.recommended if m.at_ms > down_ms)])
    return min(max(current, lowest), highest)


def _window_ms(rules: Object, otherwise_ms: int) -> int:
    seconds = rules.get("stabilizationWindowSeconds")
    return otherwise_ms if seconds is None else int(seconds) * 1000


def _plain(current: int, wanted: int, bounds: Bounds) -> tuple[int, tuple[str, str]]:
    """Without a behavior: at most twice as many, or 4, at once."""
    fastest = max(2 * current, 4)
    most, why = (fastest, _TOO_FAST) if bounds.most > fastest else (bounds.most, _TOO_MANY)
    if wanted < bounds.least:
        return bounds.least, _TOO_FEW
    return (most, why) if wanted > most else (wanted, _WITHIN)


# Percents are taken in floating point, as upstream takes them: 110 % of 100 is rounded up to 111.


def _up(
    rules: Object, memory: Memory, current: int, wanted: int, bounds: Bounds, now_ms: int
) -> tuple[int, tuple[str, str]]:
    limits = []
    for policy in rules["policies"]:
        start = _size_before(policy, memory, current, now_ms)
        value = int(policy["value"])
        is_count = policy["type"] == "Pods"
        limits.append(start + value if is_count else math.ceil(start * (1 + value / 100)))
    fastest = max(_selected(rules, limits, current, min, max), current)
    most, why = (fastest, _TOO_FAST) if bounds.most > fastest else (bounds.most, _TOO_MANY)
    return (most, why) if wanted > most else (wanted, _WITHIN)


def _down(
    rules: Object, memory: Memory, current: int, wanted: int, bounds: Bounds, now_ms: int
) -> tuple[int, tuple[str, str]]:
    limits = []
    for policy in rules["policies"]:
        start = _size_before(policy, memory, current, now_ms)
        value = int(policy["value"])
        is_count = policy["type"] == "Pods"
        limits.append(start - value if is_count else int(start * (1 - value / 100)))
    fastest = min(_selected(rules, limits, current, max, min), current)
    least, why = (fastest, _TOO_FAST_DOWN) if bounds.least < fastest else (bounds.least, _TOO_FEW)
    return (least, why) if wanted < least else (wanted, _WITHIN)


def _selected(
    rules: Object, limits: list[int], current: int, smallest: _Choice, largest: _Choice
) -> int:
    """The limit that counts: of the policy that changes least, or most, or none at all."""
    select = rules.get("selectPolicy") or "Max"
    if select == "Disabled":
        return current
    return smallest(limits) if select == "Min" else largest(limits)


def _size_before(policy: Object, memory: Memory, current: int, now_ms: int) -> int:
    """How many there were when the policy's period began."""
    grew, shrank = (_changed(policy, marks, now_ms) for marks in (memory.grew, memory.shrank))
    return current - grew + shrank


def _changed(policy: Object, marks: list[Mark], now_ms: int) -> int:
    since_ms = now_ms - int(policy["periodSeconds"]) * 1000
    return sum(mark.replicas for mark in marks if mark.at_ms > since_ms)
