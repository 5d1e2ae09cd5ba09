"""Lists of completion indexes, as text: `1,3-5,9`.

Source: k8s.io/kubernetes pkg/apis/batch/validation (1.36), validateIndexesFormat.
"""

from __future__ import annotations

from tuik8s.api.numbers import parse_int

Interval = tuple[int, int]


def parse(text: str, completions: int) -> list[Interval]:
    """The intervals of a list; ValueError in upstream's words."""
    found: list[Interval] = []
    for piece in text.split(",") if text else ():
        first, last = _interval(piece, completions)
        if found and found[-1][1] >= first:
            raise ValueError(f"non-increasing order, previous: {found[-1][1]}, current: {first}")
        found.append((first, last))
    return found


def _interval(text: str, completions: int) -> Interval:
    parts = text.split("-")
    if len(parts) > 2:
        raise ValueError(
            f'the fragment "{text}" violates the requirement that an index interval can have at '
            "most two parts separated by '-'"
        )
    numbers = [_index(part, completions) for part in parts]
    if len(numbers) == 2 and numbers[0] >= numbers[1]:
        raise ValueError(f"non-increasing order, previous: {numbers[0]}, current: {numbers[1]}")
    return numbers[0], numbers[-1]


def _index(text: str, completions: int) -> int:
    number = parse_int(text)
    if number is None:
        raise ValueError(f'cannot convert string to integer for index: "{text}"')
    if number >= completions:
        raise ValueError(f'too large index: "{text}"')
    return number


def count(intervals: list[Interval]) -> int:
    return sum(last - first + 1 for first, last in intervals)


def overlap(one: list[Interval], other: list[Interval]) -> int | None:
    """The first index that both lists have."""
    shared = [
        max(first, start)
        for first, last in one
        for start, end in other
        if first <= end and start <= last
    ]
    return min(shared) if shared else None
