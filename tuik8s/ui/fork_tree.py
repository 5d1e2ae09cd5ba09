"""The tree of forks on the axis of time: where each cluster left the one it comes from. Pure.

default     ────────◆b1───────────────────●
└ default-f1            └─────────────────●
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tuik8s.ui.control import Relative
from tuik8s.ui.timeline import Mark, column_of
from tuik8s.ui.widgets.lanes import LABEL, Lane

RUNS, STOPPED = "●", "■"


def fork_lanes(
    family: Sequence[Relative], bookmarks: Iterable[Mark], width: int, start_ms: int, end_ms: int
) -> list[Lane]:
    """A line for each cluster, roots first; none when there is but one and no bookmark."""
    marks = list(bookmarks)
    if len(family) < 2 and not marks:
        return []
    depths: dict[str, int] = {}
    lanes = []
    for each in family:
        depth = depths[each.name] = depths.get(each.parent, -1) + 1
        lanes.append(_lane(each, depth, marks if each.is_here else [], width, start_ms, end_ms))
    return lanes


def _lane(
    each: Relative, depth: int, marks: list[Mark], width: int, start_ms: int, end_ms: int
) -> Lane:
    first = 0
    if each.parent and each.at_ms > start_ms:
        first = column_of(min(each.at_ms, end_ms), width, start_ms, end_ms)
    line = [" "] * first + ["─"] * (width - first)
    if each.parent and each.at_ms > start_ms:
        line[first] = "└"
    for mark in marks:
        if start_ms <= mark.moment.at_ms <= end_ms:
            at = column_of(mark.moment.at_ms, width, start_ms, end_ms)
            text = f"{mark.sign}{mark.text.removeprefix('bookmark ')}"[: width - at]
            line[at : at + len(text)] = text
    line[-1] = RUNS if each.is_running else STOPPED
    label = f"{'  ' * max(0, depth - 1)}{'└ ' if depth else ''}{each.name}"
    here = " here" if each.is_here else "" if each.is_running else " stopped"
    room = LABEL - 2 - len(here)
    return Lane(f"{label[:room]}{here}", "".join(line), "axis")
