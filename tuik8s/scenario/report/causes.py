"""Why the objects of a failure are as they are: their last changes, and what led to each.

A change names the revision that made its author write; so a chain goes back to a step of the
scenario, a fault, or a component that acted by its own clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tuik8s.bus.client import object_of
from tuik8s.components.store.store import Store
from tuik8s.components.store.types import Change
from tuik8s.scenario.conditions import summary_of
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.report.history import History
from tuik8s.scenario.simulated_cluster import ADMIN

CHAIN_MAX = 12
OBJECTS_MAX = 6
BY_ITSELF = ("leases.coordination.k8s.io/",)
"""Heartbeats explain nothing."""


class Link(NamedTuple):
    """One change of a chain. why: what is known of its beginning, for the last one."""

    change: Change
    why: str


class Story(NamedTuple):
    """One object at the moment of the failure, and how it came to that."""

    key: str
    state: str
    chain: list[Link]
    decision: list[str]


def stories_of(outcome: Outcome, history: History, store: Store) -> list[Story]:
    """Of the objects that the failure is about; newest change first."""
    if outcome.failure is None:
        return []
    revision = outcome.failure.revision
    asked = outcome.failure.objects
    last: dict[str, Change] = {}
    for change in history.changes:
        if change.revision <= revision and _is_asked(change.key, asked):
            last[change.key] = change
    newest = sorted(last.values(), key=lambda change: -change.revision)[:OBJECTS_MAX]
    return [
        Story(
            change.key,
            "deleted" if change.type == "DELETED" else summary_of(object_of(change.value)),
            list(_chain(change, history, outcome)),
            _decision(store, change.key),
        )
        for change in newest
    ]


def _is_asked(key: str, asked: list[str]) -> bool:
    if key.startswith(BY_ITSELF):
        return False
    return any(key == each or (each.endswith("/") and key.startswith(each)) for each in asked)


def _chain(change: Change, history: History, outcome: Outcome) -> Iterator[Link]:
    """From a change back to its beginning."""
    for _ in range(CHAIN_MAX):
        before = history.at(change.cause) if change.cause else None
        if before is None or before.revision >= change.revision:
            yield Link(change, _beginning(change, history, outcome))
            return
        yield Link(change, "")
        change = before


def _beginning(change: Change, history: History, outcome: Outcome) -> str:
    """What is known of a change that no other one caused."""
    if change.author != ADMIN:
        faults = ", ".join(bar.name for bar in history.faults_at(change.at_ms))
        return "by its own clock, or at its start" + (f"; in force: {faults}" if faults else "")
    at_ms = change.at_ms - outcome.begin_ms
    for step in outcome.steps:
        if step.line and step.at_ms < at_ms <= step.at_ms + step.took_ms:
            return f"line {step.line}: {step.title}"
    return "by the scenario"


def _decision(store: Store, key: str) -> list[str]:
    """What the scheduler said of a pod that has no node."""
    if not key.startswith("pods/"):
        return []
    from tuik8s.api.decision import NOTE_KIND, advice, headline

    entry = store.get(key)
    if entry is None or (object_of(entry.value).get("spec") or {}).get("nodeName"):
        return []
    for note in store.notes(key):
        if note.kind == NOTE_KIND:
            found = object_of(note.data)
            return [*headline(found), *(f"it would help: {text}" for text in advice(found))]
    return []
