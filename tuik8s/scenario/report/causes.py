"""Why the objects of a failure are as they are: their state, and the chain of what led to it.

The chain is the one that `tuik8s why` shows (`components.apiserver.causes`), asked of an API server
over a copy of the log; where it ends in a command, that is told as the step that gave it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tuik8s.api.reasons import cells_of
from tuik8s.api.types import Object
from tuik8s.bus.client import object_of
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.apiserver.causes import chain
from tuik8s.components.store.types import Change
from tuik8s.scenario.conditions import summary_of
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.report.history import History
from tuik8s.scenario.simulated_cluster import ADMIN

OBJECTS_MAX = 6
BY_ITSELF = ("leases.coordination.k8s.io/",)
"""Heartbeats explain nothing."""
COLUMNS = ("revision", "time", "object", "change", "by", "because")


class Link(NamedTuple):
    """One step of a chain, under COLUMNS; at_ms from the start of the run."""

    revision: int
    at_ms: int
    object: str
    change: str
    by: str
    because: str


class Story(NamedTuple):
    """One object at the moment of the failure, and how it came to that."""

    key: str
    state: str
    chain: list[Link]
    decision: list[str]


def stories_of(outcome: Outcome, history: History, server: ApiServer) -> list[Story]:
    """Of the objects that the failure is about; the one that changed last comes first."""
    if outcome.failure is None:
        return []
    revision = outcome.failure.revision
    last: dict[str, Change] = {}
    for change in history.changes:
        if change.revision <= revision and _is_asked(change.key, outcome.failure.objects):
            last[change.key] = change
    newest = sorted(last.values(), key=lambda change: -change.revision)[:OBJECTS_MAX]
    return [
        Story(
            change.key,
            "deleted" if change.type == "DELETED" else summary_of(object_of(change.value)),
            list(_links(chain(server.core, change.key, revision + 1), history, outcome)),
            _decision(server, change.key),
        )
        for change in newest
    ]


def _is_asked(key: str, asked: list[str]) -> bool:
    if key.startswith(BY_ITSELF):
        return False
    return any(key == each or (each.endswith("/") and key.startswith(each)) for each in asked)


def _links(steps: list[Object], history: History, outcome: Outcome) -> Iterator[Link]:
    for step in steps:
        revision, _, name, change, by, because = cells_of(step)
        found = history.at(revision)
        at_ms = found.at_ms - outcome.begin_ms if found is not None else 0
        if because == "command" and step["author"] == ADMIN:
            because = _step_at(at_ms, outcome)
        yield Link(revision, at_ms, name, change, by, because)


def _step_at(at_ms: int, outcome: Outcome) -> str:
    """The step that was at work then."""
    for step in outcome.steps:
        if step.line and step.at_ms < at_ms <= step.at_ms + step.took_ms:
            return f"line {step.line}: {step.title}"
    return "command"


def _decision(server: ApiServer, key: str) -> list[str]:
    """What the scheduler said of a pod that has no node."""
    if not key.startswith("pods/"):
        return []
    from tuik8s.api.decision import NOTE_KIND, advice, headline

    entry = server.store.get(key)
    if entry is None or (object_of(entry.value).get("spec") or {}).get("nodeName"):
        return []
    for note in server.store.notes(key):
        if note.kind == NOTE_KIND:
            found = object_of(note.data)
            return [*headline(found), *(f"it would help: {text}" for text in advice(found))]
    return []
