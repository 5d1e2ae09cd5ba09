"""The page that lists several reports."""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.report.axis import clock_of
from tuik8s.scenario.report.markup import table, tag
from tuik8s.scenario.report.shell import page


def render_index(title: str, reports: Sequence[tuple[str, Outcome]]) -> str:
    """reports: where each page is, relative to this one, and the outcome it tells."""
    rows = [
        (
            tag("span", outcome.verdict, class_=outcome.verdict),
            tag("a", outcome.name, href=href),
            outcome.seed,
            clock_of(outcome.simulated_ms),
            outcome.reason,
        )
        for href, outcome in reports
    ]
    head = ("verdict", "scenario", "seed", "simulated", "reason")
    return page(title, tag("h1", title), table(head, rows))
