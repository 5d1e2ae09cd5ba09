"""How a pod came about, step by step: from the request to Running and into the endpoints. Pure.

    the request -> what it made others create -> the pod -> bound -> kubelet -> ready -> endpoints

Everything is read from the log: each step is a change that somebody wrote, at the time at which
it was durable. Events tell what the kubelet did between two writes of the status.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tuik8s.api.types import Object
from tuik8s.ui.history import LogChange
from tuik8s.ui.refs import singular

WRITE, NOTE = "write", "note"
API = "apiserver"
SAID_BY_A_WRITE = "Scheduled"
"""The reason of the Event that says the same as the binding."""

LATE_EVENT_MS = 1_000
"""Events are written beside the status: one of the start may come this much after Ready."""


class Step(NamedTuple):
    """One step. lane: who took it; wait_ms: since the step before."""

    change: LogChange
    lane: str
    kind: str
    text: str
    style: str
    wait_ms: int

    @property
    def uid(self) -> str:
        return str(self.change.revision)


def steps_of(
    causes: Sequence[LogChange],
    own: Sequence[LogChange],
    events: Iterable[LogChange],
    slices: Iterable[LogChange],
) -> list[Step]:
    """The steps in the order of the log. causes: what led to the pod, the request first; own: the
    pod's changes; events: creations of Events about it; slices: changes of its endpoints."""
    end = ready_change(own)
    made = [(change, WRITE, write_text(change), "") for change in causes]
    made += [
        (change, WRITE, own_text(change), own_style(change))
        for change in own
        if end is None or change.revision <= end.revision
    ]
    made += [
        (change, NOTE, note_text(change.after or {}), note_style(change.after or {}))
        for change in events
        if (change.after or {}).get("reason") != SAID_BY_A_WRITE
        and (end is None or change.at_ms <= end.at_ms + LATE_EVENT_MS)
    ]
    made += [(change, WRITE, write_text(change), "ok") for change in slices]
    made.sort(key=lambda each: each[0].revision)
    steps: list[Step] = []
    for change, kind, text, style in made:
        wait_ms = change.at_ms - steps[-1].change.at_ms if steps else 0
        steps.append(Step(change, lane_of(change), kind, text, style, wait_ms))
    return steps


def last_life(changes: Sequence[LogChange]) -> list[LogChange]:
    """The changes since the object was created last: a name may have been used before."""
    starts = [index for index, change in enumerate(changes) if change.type == "ADDED"]
    return list(changes[starts[-1] :]) if starts else list(changes)


def ready_change(own: Sequence[LogChange]) -> LogChange | None:
    """With which the pod was ready, or had ended, for the first time."""
    for change in own:
        status = (change.after or {}).get("status") or {}
        if is_ready(change.after) or status.get("phase") in ("Succeeded", "Failed"):
            return change
    return None


def note_text(event: Object) -> str:
    return f"{event.get('reason', '')}: {event.get('message') or event.get('note') or ''}"


def note_style(event: Object) -> str:
    return "bad" if event.get("type") == "Warning" else ""


def is_ready(pod: Object | None) -> bool:
    conditions = ((pod or {}).get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def endpoint_changes(history: Sequence[LogChange], pod: str) -> list[LogChange]:
    """The first change of a slice with which the pod was a ready endpoint."""
    for change in history:
        if _serves(change.after, pod) and not _serves(change.before, pod):
            return [change]
    return []


def _serves(slice_: Object | None, pod: str) -> bool:
    return any(
        (endpoint.get("targetRef") or {}).get("name") == pod
        and (endpoint.get("conditions") or {}).get("ready")
        for endpoint in (slice_ or {}).get("endpoints") or ()
    )


def has_endpoint(slice_: Object, pod: str) -> bool:
    """Whether a slice has an endpoint for the pod, ready or not."""
    endpoints: Any = slice_.get("endpoints") or ()
    return any((each.get("targetRef") or {}).get("name") == pod for each in endpoints)


def lane_of(change: LogChange) -> str:
    return change.by.partition("/")[0]


def write_text(change: LogChange) -> str:
    verb = {"ADDED": "POST", "MODIFIED": "PUT", "DELETED": "DELETE"}[change.type]
    return f"{verb} {singular(change.ref.plural)}"


def own_text(change: LogChange) -> str:
    """What a change of the pod is, as a request."""
    if change.type != "MODIFIED":
        return write_text(change)
    before, after = change.before or {}, change.after or {}
    node = (after.get("spec") or {}).get("nodeName", "")
    if node and not (before.get("spec") or {}).get("nodeName"):
        return f"bind to {node}"
    if is_ready(after) and not is_ready(before):
        return "status: Ready"
    was, phase = ((each.get("status") or {}).get("phase") for each in (before, after))
    if was != phase:
        return f"status: {phase}"
    if before.get("status") != after.get("status"):
        return f"status: {_refusal(after)}" if _refusal(after) else "status"
    return f"PUT {change.what}"


def own_style(change: LogChange) -> str:
    if is_ready(change.after) and not is_ready(change.before):
        return "ok"
    return "bad" if change.type == "DELETED" or _refusal(change.after or {}) else ""


def _refusal(pod: Object) -> str:
    """Why the pod has no node, if it has none."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    refused = (c for c in conditions if c["type"] == "PodScheduled" and c["status"] == "False")
    return next((str(c.get("reason") or "") for c in refused), "")


def path_rows(steps: Sequence[Step]) -> list[tuple[str, int]]:
    """(what, how long), the longest first: the time before each step, by who took it."""
    sums: dict[str, int] = {}
    for step in steps[1:]:
        lane = step.lane.removesuffix("-controller")
        what = f"{lane}: {step.text.removeprefix('status: ').partition(':')[0]}"
        sums[what] = sums.get(what, 0) + step.wait_ms
    return sorted(((w, ms) for w, ms in sums.items() if ms), key=lambda row: -row[1])
