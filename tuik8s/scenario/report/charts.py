"""Charts as SVG: amounts over time, drawn as steps, with faults behind and failures across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tuik8s.scenario.report.axis import FULL_WIDTH, LEFT, WIDTH, Axis, round_up
from tuik8s.scenario.report.history import Bar, Points
from tuik8s.scenario.report.markup import Markup, joined, tag

HEIGHT, TOP, BOTTOM = 90, 8, 18
COLUMNS = 600
"""No more columns of points than pixels that can be told apart."""


class Series(NamedTuple):
    """One line."""

    name: str
    points: Points


def chart(
    title: str, lines: Sequence[Series], axis: Axis, faults: Sequence[Bar], failures: Sequence[int]
) -> Markup:
    """One chart of one or more lines."""
    top = round_up(max((value for line in lines for _, value in line.points), default=0))
    drawn = [
        _line(f"line s{number}", reduced(line.points, axis), axis, top)
        for number, line in enumerate(lines)
    ]
    legend = [
        tag("span", tag("i", class_=f"key s{number}"), line.name, class_="legend")
        for number, line in enumerate(lines)
        if len(lines) > 1
    ]
    svg = tag(
        "svg",
        joined(_shades(axis, faults, HEIGHT)),
        joined(_grid(axis, top)),
        joined(drawn),
        joined(failure_lines(axis, failures, HEIGHT)),
        tag("line", x1=0, x2=0, y1=TOP, y2=HEIGHT, class_="cursor"),
        view_box=f"0 0 {FULL_WIDTH} {HEIGHT + BOTTOM}",
        role="img",
        aria_label=title,
    )
    return tag("figure", tag("figcaption", title, *legend), svg)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - (HEIGHT - TOP) * value / top, 1)


def _line(class_: str, points: Points, axis: Axis, top: float) -> Markup:
    """A line that goes across and then up or down."""
    path, last = "", _y(0, top)
    for at_ms, value in points:
        y = _y(value, top)
        path += f"L{axis.x(at_ms)} {last}L{axis.x(at_ms)} {y}"
        last = y
    start = f"M{axis.x(axis.begin_ms)} {_y(0, top)}"
    return tag("path", d=f"{start}{path}L{axis.x(axis.end_ms)} {last}", class_=class_)


def reduced(points: Points, axis: Axis) -> Points:
    """At most four points a column: its first, lowest, highest and last, so no dip is lost."""
    columns: dict[int, Points] = {}
    for point in points:
        columns.setdefault(int((axis.x(point[0]) - LEFT) * COLUMNS / WIDTH), []).append(point)
    kept: Points = []
    for inside in columns.values():
        extremes = {
            0,
            len(inside) - 1,
            min(range(len(inside)), key=lambda i: inside[i][1]),
            max(range(len(inside)), key=lambda i: inside[i][1]),
        }
        kept += [inside[index] for index in sorted(extremes)]
    return kept


def _grid(axis: Axis, top: float) -> list[Markup]:
    found = [
        tag("text", f"{top:g}", x=LEFT - 6, y=TOP + 4, class_="amount"),
        tag("text", "0", x=LEFT - 6, y=HEIGHT, class_="amount"),
        tag("line", x1=LEFT, x2=LEFT + WIDTH, y1=HEIGHT, y2=HEIGHT, class_="grid"),
        tag("line", x1=LEFT, x2=LEFT + WIDTH, y1=TOP, y2=TOP, class_="grid"),
    ]
    return found + time_ticks(axis, HEIGHT)


def time_ticks(axis: Axis, y: int) -> list[Markup]:
    """Times below, with a mark each."""
    found = []
    for x, text in axis.ticks():
        found.append(tag("line", x1=x, x2=x, y1=y, y2=y + 4, class_="grid"))
        found.append(tag("text", text, x=x, y=y + 15, class_="time"))
    return found


def _shades(axis: Axis, faults: Sequence[Bar], height: int) -> list[Markup]:
    found = []
    for bar in faults:
        x, end = axis.x(bar.begin_ms), axis.x(bar.end_ms or axis.end_ms)
        found.append(
            tag("rect", x=x, y=TOP, width=max(1, end - x), height=height - TOP, class_="shade")
        )
    return found


def failure_lines(axis: Axis, failures: Sequence[int], height: int) -> list[Markup]:
    return [
        tag("line", x1=axis.x(at), x2=axis.x(at), y1=TOP, y2=height, class_="failure")
        for at in failures
    ]
