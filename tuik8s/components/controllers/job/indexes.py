"""Completion indexes in compressed form: "0-3,7".

Source: k8s.io/kubernetes pkg/controller/job/indexed_job_utils.go (`orderedIntervals`), 1.36. Two
neighbours are written one by one: "0,1".

>>> parse("0-3,7")
[0, 1, 2, 3, 7]
>>> shown([7, 0, 1, 2, 3, 9, 10])
'0-3,7,9,10'
"""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.api.numbers import parse_int


def parse(text: str, below: int | None = None) -> list[int]:
    """The indexes, ascending; those not below the limit are left out."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = parse_int(first), parse_int(last or first)
        if start is not None and end is not None:
            found += range(start, end + 1)
    return found if below is None else [index for index in found if index < below]


def shown(indexes: Iterable[int]) -> str:
    runs: list[list[int]] = []
    for index in sorted(set(indexes)):
        if runs and runs[-1][1] == index - 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return ",".join(_run(first, last) for first, last in runs)


def _run(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first},{last}" if last == first + 1 else f"{first}-{last}"
