"""A scheduling decision in words: what the scheduler noted about a pod, as sentences and rows.

The scheduler stores one for each attempt (`components/scheduler/explain.py` has its shape); the
command line, the dashboard and reports read it. Pure text out of plain data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuik8s.api.types import Object

NOTE_KIND: Final = "decision"
"""The kind of note that a decision is stored as, at the pod's key (`/notes/pods/NS/NAME`)."""


def headline(found: Object) -> list[str]:
    """What came of it, in one to three sentences."""
    pod, node = found["pod"], found["node"]
    if not node:
        lines = [f"{pod} fits on no node.", f"kubectl says: {found['message']}"]
        preemption = found.get("preemption") or {}
        if preemption.get("nominated"):
            victims = ", ".join(preemption["victims"]) or "nobody"
            lines.append(f"Preemption makes room on {preemption['nominated']}: {victims} must go.")
        return lines
    if found["feasible"] == 1:
        return [f"{pod} goes to {node}, the only node that fits (1 of {found['nodes']})."]
    total = found.get("total") or {}
    line = f"{pod} goes to {node} with {total.get(node, 0)} points; "
    line += f"{found['feasible']} of {found['nodes']} nodes fit."
    if found["ties"] > 1:
        return [line, f"Drawn by lot among {found['ties']} nodes with as many points."]
    others = [points for name, points in total.items() if name != node]
    return [line, f"The next best has {max(others)}."] if others else [line]


def refusal_rows(found: Object) -> list[tuple[str, ...]]:
    """PLUGIN, REASON, NODES, SOLE, WHICH: one row per reason, the commonest first."""
    if "status" in found:
        whole = found["status"]
        return [(whole["plugin"], whole["reason"], str(found["nodes"]), "", "every node")]
    rows: list[tuple[str, ...]] = []
    for group in sorted(found["refused"], key=lambda g: (-g["count"], g["reason"])):
        names = ", ".join(group["nodes"])
        more = group["count"] - len(group["nodes"])
        which = f"{names} and {more} more" if more else names
        sole = str(group["sole"]) if "sole" in group else ""
        rows.append((group["plugin"], group["reason"], str(group["count"]), sole, which))
    return rows


def score_columns(found: Object) -> list[str]:
    """The plugins that gave points, with their weights."""
    weights = found.get("weights") or {}
    return [
        f"{plugin} x{weights[plugin]}" if weights.get(plugin, 1) != 1 else plugin
        for plugin in found.get("scores") or {}
    ]


def score_rows(found: Object) -> list[tuple[str, ...]]:
    """Per node: its name, the points of each plugin, the total; the best first."""
    scores = found.get("scores") or {}
    total = found.get("total") or {}
    order = sorted(total, key=lambda name: (-total[name], name != found["node"], name))
    return [
        (name, *(str(by_node[name]) for by_node in scores.values()), str(total[name]))
        for name in order
    ]


def near_rows(found: Object) -> list[tuple[str, str]]:
    """Per node: everything that keeps the pod away; none when that is one thing everywhere."""
    near = found.get("near") or ()
    if all(len(entry["refused"]) < 2 for entry in near):
        return []
    return [
        (entry["node"], "; ".join(f"{r['plugin']}: {r['reason']}" for r in entry["refused"]))
        for entry in near
    ]


def advice(found: Object) -> list[str]:
    """The changes after which the pod would fit, the smallest first."""
    lines = []
    for remedy in found.get("remedies") or ():
        text = remedy["text"]
        lines.append(f"{text}, then it fits on {remedy['node']}" if remedy["node"] else text)
    return lines


def render(found: Object) -> list[str]:
    """The decision as plain text."""
    lines = headline(found)
    refusals = refusal_rows(found)
    if refusals:
        lines += ["", *aligned([("PLUGIN", "REASON", "NODES", "SOLE", "WHICH"), *refusals])]
    near = near_rows(found)
    if near:
        lines += ["", *aligned([("NODE", "WHAT KEEPS THE POD AWAY"), *near])]
    scores = score_rows(found)
    if scores:
        lines += ["", *aligned([("NODE", *score_columns(found), "TOTAL"), *scores])]
    changes = advice(found)
    if changes:
        lines += ["", "Smallest changes that help:", *(f"  - {change}" for change in changes)]
    return lines


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "   ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
