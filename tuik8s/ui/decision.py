"""Decisions of the scheduler as the dashboard shows them: notes read from the log, lines, rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from tuik8s.api.decision import (
    NOTE_KIND,
    advice,
    headline,
    near_rows,
    refusal_rows,
    score_columns,
    score_rows,
)
from tuik8s.api.times import format_micro_time, parse_time
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client, refusal_of
from tuik8s.ui.lines import EMPTY, Line, line
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore

BAR_WIDTH = 20


class Attempt(NamedTuple):
    """One attempt of the scheduler to place a pod."""

    revision: int
    at_ms: int
    decision: Object


class Attempts:
    """What the scheduler noted about one pod, oldest first."""

    def __init__(self, client: Client, ref: Ref) -> None:
        self.ref = ref
        self.found: list[Attempt] = []
        self.refused = ""
        self.version = 0
        """Grows with every answer."""
        self._client = client
        self._seen: Any = None
        self._waits = False

    def follow(self, stamp: Any) -> None:
        """Read them again when the stamp differs from that of the last answer."""
        if not self._waits and (self._seen != stamp or not self.version):
            self._waits = True
            request = Request(verb="get", path=f"/notes/{self.ref.key}")
            self._client.call(request, lambda reply: self._answered(stamp, reply))

    def until(self, now_ms: int) -> list[Attempt]:
        """Those that were made by a moment."""
        return [attempt for attempt in self.found if attempt.at_ms <= now_ms]

    def _answered(self, stamp: Any, reply: Reply) -> None:
        self._waits = False
        self.version += 1
        if not reply.ok:
            self.refused = refusal_of(reply)
            return
        self.refused, self._seen = "", stamp
        notes = [msgspec.msgpack.decode(data) for data in reply.objects]
        self.found = [
            Attempt(note["revision"], note["atMs"], note["data"])
            for note in reversed(notes)
            if note["kind"] == NOTE_KIND
        ]


def told(found: Object) -> list[Line]:
    """What came of an attempt, why nodes refuse, and what would help."""
    first, *rest = headline(found)
    lines = [line(first, "ok" if found["node"] else "bad"), *(line(each) for each in rest)]
    lines += _refusals(found)
    changes = advice(found)
    if changes:
        lines += [EMPTY, line("The smallest changes that help", "head")]
        lines += [line(f"{number}. {text}") for number, text in enumerate(changes, 1)]
    return lines


def _refusals(found: Object) -> list[Line]:
    rows = refusal_rows(found)
    if not rows:
        return []
    total = max(found["nodes"], 1)
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    head = f"{'FILTER':<{widths[0]}}  {'REASON':<{widths[1]}}  NODES"
    lines: list[Line] = [EMPTY, line(head, "dim")]
    for plugin, reason, count, sole, which in rows:
        bar = "▇" * max(1, round(int(count) * BAR_WIDTH / total))
        alone = f"  {sole} alone" if sole and sole != count else ""
        lines.append(
            (
                Cell(f"{plugin:<{widths[0]}}  "),
                Cell(f"{reason:<{widths[1]}}  "),
                Cell(f"{count:>5}  "),
                Cell(f"{bar:<{BAR_WIDTH}}", "bad"),
                Cell(f"{alone}  {which}", "dim"),
            )
        )
    return lines


def node_columns(found: Object) -> tuple[ColumnSpec, ...]:
    """Columns of the table of nodes: the points of each plugin, or what keeps the pod away."""
    plugins = [ColumnSpec(_short(name).upper(), "right") for name in score_columns(found)]
    return (
        ColumnSpec("RANK", "right"), ColumnSpec("NODE"), ColumnSpec("TOTAL", "right"), *plugins,
        ColumnSpec("REFUSED BY", wide=True),
    )  # fmt: skip


def node_table(found: Object, at_ms: int) -> RowStore:
    """The nodes of a decision as the rows of a table."""
    store = RowStore(node_columns(found))
    for name, cells, keys, health in node_rows(found):
        store.put(name, cells, keys, health, at_ms)
    return store


def node_rows(found: Object) -> list[tuple[str, tuple[Cell, ...], tuple[Any, ...], str]]:
    """(node, cells, sort keys, health): the best node first, then those that refuse."""
    plugins = len(score_columns(found))
    rows: list[tuple[str, tuple[Cell, ...], tuple[Any, ...], str]] = []
    scored = score_rows(found) or [
        (name, *([""] * plugins), "") for name in found.get("chosen_from") or ()
    ]
    for name, *points, total in scored:
        rank = len(rows) + 1
        style = "ok" if name == found["node"] else ""
        cells = [Cell(str(rank)), Cell(name, style or "accent"), Cell(total, style)]
        cells += [Cell(text) for text in points]
        keys = (rank, name, *(_number(text) for text in (total, *points)), "")
        rows.append((name, (*cells, Cell("")), keys, style))
    for name, reasons in _refused_nodes(found):
        rank = len(rows) + 1
        cells = [Cell("-", "dim"), Cell(name), *(Cell("-", "dim") for _ in range(plugins + 1))]
        keys = (rank, name, *([-1] * (plugins + 1)), reasons)
        rows.append((name, (*cells, Cell(reasons, "bad")), keys, "bad"))
    return rows


def _refused_nodes(found: Object) -> Iterable[tuple[str, str]]:
    """Every named node that refuses, with all that keeps the pod away as far as it is known."""
    known = dict(near_rows(found))
    for group in found["refused"]:
        for name in group["nodes"]:
            known.setdefault(name, f"{group['plugin']}: {group['reason']}")
    return known.items()


def _number(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else -1


def _short(plugin: str) -> str:
    """`NodeResourcesBalancedAllocation` -> `BalancedAllocation`."""
    return plugin.removeprefix("NodeResources").removeprefix("Pod")


def attempt_words(attempt: Attempt) -> str:
    found = attempt.decision
    came = f"to {found['node']}" if found["node"] else f"refused, {found['nodes']} nodes"
    return f"{format_micro_time(attempt.at_ms)[11:23]}  {came}"


class Placement(NamedTuple):
    """How the scheduling of a pod stands, as the pod itself says."""

    ref: Ref
    node: str
    state: str
    style: str
    at_ms: int
    message: str


def placement(pod: Object) -> Placement:
    meta, status = pod["metadata"], pod.get("status") or {}
    node = str(pod["spec"].get("nodeName") or "")
    condition: Object = next(
        (c for c in status.get("conditions") or () if c["type"] == "PodScheduled"), {}
    )
    at = condition.get("lastTransitionTime") or meta.get("creationTimestamp")
    reason = str(condition.get("reason") or "")
    state = "Scheduled" if node else reason or "Waiting"
    style = "ok" if node else "bad" if reason == "Unschedulable" else "warn"
    return Placement(
        Ref("pods", meta.get("namespace", ""), meta["name"]),
        node,
        state,
        style,
        parse_time(str(at)) if at else 0,
        "" if node else str(condition.get("message") or ""),
    )
