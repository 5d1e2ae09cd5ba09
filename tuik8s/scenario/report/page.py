"""The page of one run: verdict, why it failed, timeline, charts, steps, faults, warnings."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from tuik8s.api.bookmarks import KEY, bookmarks_of
from tuik8s.api.times import format_time
from tuik8s.scenario.document import Scenario
from tuik8s.scenario.log_copy import LogFiles, serve_log
from tuik8s.scenario.outcome import Failure, Outcome
from tuik8s.scenario.report.axis import FULL_WIDTH, LEFT, WIDTH, Axis, clock_of
from tuik8s.scenario.report.causes import COLUMNS, Story, stories_of
from tuik8s.scenario.report.charts import Series, chart, reduced
from tuik8s.scenario.report.history import History, history_of
from tuik8s.scenario.report.markup import Markup, joined, table, tag
from tuik8s.scenario.report.shell import page
from tuik8s.scenario.report.timeline import timeline

WARNINGS_MAX = 100


def render_report(scenario: Scenario, outcome: Outcome, log: LogFiles, directory: str) -> str:
    """The whole document. directory: where page and log are going to be."""
    server = serve_log(log)
    end_ms = outcome.begin_ms + outcome.simulated_ms
    changes = server.store.changes(max(1, server.store.compacted_revision))
    bookmarks = bookmarks_of(server.store.notes(KEY, 1))
    history = history_of(changes, outcome.begin_ms, end_ms, bookmarks.values())
    axis = Axis(history.begin_ms, history.end_ms)
    lines = _lines(history)
    content = [
        *_head(scenario, outcome, directory),
        *_why(outcome, history, stories_of(outcome, history, server), directory),
        tag("h2", "Timeline"),
        tag(
            "div",
            "Move over the timeline or a chart to see a moment.",
            class_="readout",
            id="readout",
        ),
        timeline(outcome, history, axis),
        *_charts(lines, outcome, history, axis),
        tag("h2", "Steps"),
        _steps(outcome),
        *_listed(history),
    ]
    return page(f"{outcome.verdict}: {outcome.name}", *content, data=_data(lines, history, axis))


# --- the top


def _head(scenario: Scenario, outcome: Outcome, directory: str) -> list[Markup]:
    facts = {
        "scenario": outcome.file,
        "seed": outcome.seed,
        **{f"parameter {name}": value for name, value in outcome.parameters.items()},
        "simulated": f"{clock_of(outcome.simulated_ms)}, from {format_time(outcome.begin_ms)}",
        "cluster": f"{scenario.cluster.nodes} nodes",
        "revision": outcome.revision,
        "digest of the log": outcome.digest or "the API server was down at the end",
    }
    listed = [part for name, value in facts.items() for part in (tag("dt", name), tag("dd", value))]
    parts = [
        tag(
            "h1",
            tag("span", outcome.verdict.upper(), class_=f"verdict {outcome.verdict}"),
            outcome.name,
        ),
        tag("p", scenario.about, class_="dim"),
        tag("dl", *listed),
        tag("p", "The same again, byte for byte:"),
        tag("pre", outcome.repeat_command),
    ]
    if outcome.failure is None:
        parts.append(tag("p", "Its log in the dashboard, where it ended:"))
        parts.append(tag("pre", open_command(directory, outcome.revision)))
    return parts


def open_command(directory: str, revision: int) -> str:
    return shlex.join(["tuik8s", "ui", "--log", directory, "--at", str(revision)])


# --- why


def _why(
    outcome: Outcome, history: History, stories: Sequence[Story], directory: str
) -> list[Markup]:
    failure = outcome.failure
    if failure is None:
        return []
    return [
        tag("h2", "What failed, and why"),
        tag("div", outcome.reason, class_="reason"),
        tag("p", _where(failure, history)),
        tag("p", "Open this moment in the dashboard:"),
        tag("pre", open_command(directory, failure.revision)),
        *(part for story in stories for part in _story(story)),
        tag("pre", outcome.traceback) if outcome.traceback else Markup(""),
    ]


def _where(failure: Failure, history: History) -> str:
    place = f"{failure.file}:{failure.line}" if failure.line else f"the end of {failure.file}"
    told = (
        f"In “{failure.step}”, {place}, at {clock_of(failure.at_ms)}, revision {failure.revision}."
    )
    bars = history.faults_at(history.begin_ms + failure.at_ms)
    faults = ", ".join(f"{bar.name} ({bar.text})" for bar in bars)
    return f"{told} In force then: {faults}." if faults else f"{told} No fault was in force."


def _story(story: Story) -> list[Markup]:
    rows = [(link.revision, clock_of(link.at_ms), *link[2:]) for link in story.chain]
    return [
        tag("h3", story.key),
        tag("p", story.state),
        *(tag("p", line) for line in story.decision),
        tag("p", "Its last change, and what led to it, step by step back:", class_="dim"),
        table(COLUMNS, rows, "chain"),
    ]


# --- charts


def _lines(history: History) -> list[Series]:
    return [
        Series("pods ready", history.pods_ready),
        Series("pods pending", history.pods_pending),
        Series("nodes ready", history.nodes_ready),
        Series("endpoints ready", history.endpoints),
        Series("changes per second", history.rate),
    ]


def _charts(
    lines: Sequence[Series], outcome: Outcome, history: History, axis: Axis
) -> list[Markup]:
    failures = [outcome.begin_ms + outcome.failure.at_ms] if outcome.failure else []
    ready, pending, nodes, endpoints, rate = lines
    return [
        chart(title, series, axis, history.faults, failures)
        for title, series in (
            ("Pods", [ready, pending]),
            ("Endpoints ready", [endpoints]),
            ("Nodes ready", [nodes]),
            ("Changes per second", [rate]),
        )
    ]


def _data(lines: Sequence[Series], history: History, axis: Axis) -> Any:
    """What the script reads out; times from the start."""
    begin_ms = history.begin_ms
    return {
        "full": FULL_WIDTH,
        "left": LEFT,
        "width": WIDTH,
        "spent": history.end_ms - begin_ms,
        "series": [
            (line.name, [(at - begin_ms, value) for at, value in reduced(line.points, axis)])
            for line in lines
        ],
        "faults": [
            (bar.text, bar.begin_ms - begin_ms, (bar.end_ms or history.end_ms) - begin_ms)
            for bar in history.faults
        ],
    }


# --- lists


def _steps(outcome: Outcome) -> Markup:
    rows = []
    for step in outcome.steps:
        place = f"line {step.line}" if step.line else "at the end"
        if step.line and step.file != outcome.file:
            place = f"{step.file}:{step.line}"
        mark = tag("span", "✓" if step.verdict == "passed" else "✗", class_=step.verdict)
        took = f"+{step.took_ms / 1000:g}s" if step.took_ms else ""
        what = joined((step.title, tag("div", step.reason, class_="failed") if step.reason else ""))
        rows.append((mark, clock_of(step.at_ms), what, took, place))
    return table(("", "time", "step", "took", "place"), rows, "steps")


def _listed(history: History) -> list[Markup]:
    """Faults, leaders, marks and warnings, as far as there are any."""
    begin_ms = history.begin_ms
    found: list[Markup] = []
    if history.faults:
        rows = [
            (
                bar.name,
                bar.text,
                clock_of(bar.begin_ms - begin_ms),
                clock_of(bar.end_ms - begin_ms) if bar.end_ms else "the end",
            )
            for bar in history.faults
        ]
        found += [tag("h2", "Faults"), table(("fault", "what", "from", "to"), rows)]
    for title, moments in (
        ("Marks", history.marks),
        ("Leaders", history.leaders),
        ("Warnings", history.warnings),
    ):
        if moments:
            shown = [
                (clock_of(m.at_ms - begin_ms), m.revision, m.text) for m in moments[:WARNINGS_MAX]
            ]
            found += [tag("h2", title), table(("time", "revision", "what"), shown)]
            if len(moments) > WARNINGS_MAX:
                found.append(tag("p", f"and {len(moments) - WARNINGS_MAX} more", class_="dim"))
    return found
