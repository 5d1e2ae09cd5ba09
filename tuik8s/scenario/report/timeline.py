"""The timeline as SVG: one lane each for steps, faults, lost nodes, leaders, warnings, marks."""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.report.axis import FULL_WIDTH, LEFT, WIDTH, Axis
from tuik8s.scenario.report.charts import failure_lines, time_ticks
from tuik8s.scenario.report.history import Bar, History, Moment
from tuik8s.scenario.report.markup import Markup, joined, tag

LANE, BAR = 22, 14
NAME_MAX = 24
TEXT_FITS = 0.75
"""Of a bar that begins further right, the text stands before it."""
MOMENTS_MAX = 500
"""Ticks in one lane; more could not be told apart."""


def timeline(outcome: Outcome, history: History, axis: Axis) -> Markup:
    """All lanes that have something in them, over one axis."""
    lanes: list[tuple[str, list[Markup]]] = [("steps", _steps(outcome, axis))]
    lanes += [(f"fault {bar.name}", [_bar(bar, axis, "fault")]) for bar in history.faults]
    by_node: dict[str, list[Markup]] = {}
    for bar in history.nodes_lost:
        by_node.setdefault(f"{bar.name} lost", []).append(_bar(bar, axis, "lost"))
    lanes += list(by_node.items())
    lanes += [
        (name, _moments(moments, axis, name))
        for name, moments in (
            ("leaders", history.leaders),
            ("warnings", history.warnings),
            ("marks", history.marks),
        )
        if moments
    ]
    failures = [outcome.begin_ms + outcome.failure.at_ms] if outcome.failure else []
    height = LANE * len(lanes) + 8
    drawn = [
        tag(
            "g",
            tag("text", _short(name), x=LEFT - 8, y=BAR - 1, class_="lane"),
            joined(inside),
            transform=f"translate(0 {8 + index * LANE})",
        )
        for index, (name, inside) in enumerate(lanes)
    ]
    return tag(
        "svg",
        joined(drawn),
        joined(time_ticks(axis, height)),
        joined(failure_lines(axis, failures, height)),
        tag("line", x1=0, x2=0, y1=4, y2=height, class_="cursor"),
        view_box=f"0 0 {FULL_WIDTH} {height + 20}",
        role="img",
        aria_label="timeline",
    )


def _steps(outcome: Outcome, axis: Axis) -> list[Markup]:
    found = []
    for step in outcome.steps:
        x = axis.x(outcome.begin_ms + step.at_ms)
        end = axis.x(outcome.begin_ms + step.at_ms + step.took_ms)
        where = f"line {step.line}: " if step.line else ""
        told = tag("title", f"{where}{step.title}" + (f"\n{step.reason}" if step.reason else ""))
        found.append(
            tag(
                "rect",
                told,
                x=x,
                y=0,
                width=max(2, end - x),
                height=BAR,
                class_=f"step {step.verdict}",
            )
        )
    return found


def _bar(bar: Bar, axis: Axis, class_: str) -> Markup:
    x, end = axis.x(bar.begin_ms), axis.x(bar.end_ms or axis.end_ms)
    told = tag("title", bar.text)
    box = tag("rect", told, x=x, y=0, width=max(3, end - x), height=BAR, rx=2, class_=class_)
    if x > LEFT + WIDTH * TEXT_FITS:
        return joined((box, tag("text", bar.text, x=x - 4, y=BAR - 3, class_="within before")))
    return joined((box, tag("text", bar.text, x=x + 4, y=BAR - 3, class_="within")))


def _moments(moments: Sequence[Moment], axis: Axis, class_: str) -> list[Markup]:
    return [
        tag(
            "line",
            tag("title", f"revision {moment.revision}: {moment.text}"),
            x1=axis.x(moment.at_ms),
            x2=axis.x(moment.at_ms),
            y1=0,
            y2=BAR,
            class_=f"moment {class_}",
        )
        for moment in moments[:MOMENTS_MAX]
    ]


def _short(name: str) -> str:
    return name if len(name) <= NAME_MAX else name[: NAME_MAX - 1] + "…"
