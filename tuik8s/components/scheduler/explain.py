"""A decision as a document that can be stored, sent and shown.

`record` is made right after an attempt, while the columns still stand as they were. Upstream
stops at the first filter that refuses a node and so does `refused` here, since its counts are
those of kubectl's message; for a pod that was not placed all filters are asked once more, so that
`rejects` (all nodes a reason holds for), `sole` (those it alone keeps away), `near` (nodes by how
little is missing) and `remedies` (the smallest change, per set of plugins) can be told as well.

    {"pod": "shop/web", "profile": "default-scheduler", "node": "", "message": "0/3 nodes ...",
     "nodes": 3, "examined": 3, "feasible": 0, "status": {"plugin", "reason"}?,
     "refused": [{"plugin", "reason", "count", "nodes", "rejects"?, "sole"?}],
     "chosen_from": ["a"], "ties": 1, "weights": {"TaintToleration": 3},
     "total": {"a": 475}, "scores": {"NodeResourcesFit": {"a": 75}},
     "near": [{"node", "refused": [{"plugin", "reason"}]}],
     "remedies": [{"node", "plugins", "text", "cost", "nodes"}],
     "preemption": {"nominated", "victims", "messages"}}

Big clusters: names at most 20 per reason, scores of the best 20 nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import Cluster
from tuik8s.components.scheduler.cycle import Outcome
from tuik8s.components.scheduler.framework import Cycle, Ints, Mask, Remedy
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile

NAMES_MAX: Final = 20
_ROWS_PER_REMEDY_MAX: Final = 100
_REMEDIES_MAX: Final = 5


class _Objection(NamedTuple):
    """One reason of one plugin, on all nodes that it holds for."""

    plugin: str
    reason: str
    nodes: Mask


def record(profile: Profile, cluster: Cluster, pod: PodInfo, outcome: Outcome) -> Object:
    """The whole decision; see the module for its shape."""
    names = cluster.columns.names
    found: Object = {
        "pod": pod.key,
        "profile": profile.name,
        "node": outcome.node,
        "message": outcome.message,
        "nodes": len(names),
        "examined": outcome.examined,
        "feasible": len(outcome.rows),
        "refused": _refused(outcome, names),
    }
    if not outcome.status.ok:
        found["status"] = {"plugin": outcome.status.plugin, "reason": outcome.status.reason}
    if outcome.node:
        _add_scores(found, profile, outcome, names)
    elif not outcome.status.ok:
        _add_whole_remedy(found, profile, outcome)
    elif names:
        _add_diagnosis(found, profile, outcome, names)
    return found


def _refused(outcome: Outcome, names: Sequence[str]) -> list[Object]:
    """As kubectl counts: per node the first plugin that refuses it."""
    groups: dict[tuple[str, str], Mask] = {}
    for verdict in outcome.verdicts:
        for part in verdict.parts:
            if part.nodes.any():
                key = (verdict.plugin, part.reason)
                known = groups.get(key)
                groups[key] = part.nodes if known is None else known | part.nodes
    return [
        {
            "plugin": plugin,
            "reason": reason,
            "count": int(np.count_nonzero(nodes)),
            "nodes": [names[row] for row in np.flatnonzero(nodes)[:NAMES_MAX].tolist()],
        }
        for (plugin, reason), nodes in groups.items()
    ]


def _add_scores(found: Object, profile: Profile, outcome: Outcome, names: Sequence[str]) -> None:
    best = outcome.best.tolist()
    found["chosen_from"] = [names[row] for row in best[:NAMES_MAX]]
    found["ties"] = len(best)
    if outcome.total is None:
        return
    rows: Ints = outcome.rows
    order = np.argsort(-outcome.total, kind="stable")[:NAMES_MAX]
    listed = [names[row] for row in rows[order].tolist()]
    if outcome.node not in listed:  # more ties than places
        chosen = int(np.flatnonzero(rows == names.index(outcome.node))[0])
        order[-1] = chosen
        listed[-1] = outcome.node
    found["total"] = dict(zip(listed, outcome.total[order].tolist(), strict=True))
    found["scores"] = {
        plugin: dict(zip(listed, scores[order].tolist(), strict=True))
        for plugin, scores in outcome.scores.items()
    }
    found["weights"] = {plugin: profile.weight(plugin) for plugin in outcome.scores}


def _add_whole_remedy(found: Object, profile: Profile, outcome: Outcome) -> None:
    plugin = profile.plugins.get(outcome.status.plugin)
    if plugin is None or not hasattr(plugin, "remedy_pod"):
        return
    remedy: Remedy | None = plugin.remedy_pod(outcome.cycle)
    if remedy is not None:
        found["remedies"] = [_remedy(outcome.cycle, -1, (plugin.name,), remedy, 0)]


def _add_diagnosis(found: Object, profile: Profile, outcome: Outcome, names: Sequence[str]) -> None:
    cycle = outcome.cycle
    objections = _all_objections(profile, outcome)
    plugins = list(dict.fromkeys(o.plugin for o in objections))
    refusing = {name: np.zeros(len(names), np.bool_) for name in plugins}
    for objection in objections:
        refusing[objection.plugin] |= objection.nodes
    depth = np.zeros(len(names), np.int64)  # how many plugins refuse the node
    for mask in refusing.values():
        depth += mask
    for group in found["refused"]:
        for objection in objections:
            if (objection.plugin, objection.reason) == (group["plugin"], group["reason"]):
                group["rejects"] = int(np.count_nonzero(objection.nodes))
                group["sole"] = int(np.count_nonzero(objection.nodes & (depth == 1)))
    nearest = np.argsort(depth, kind="stable")[:NAMES_MAX].tolist()
    found["near"] = [
        {
            "node": names[row],
            "refused": [
                {"plugin": o.plugin, "reason": o.reason} for o in objections if o.nodes[row]
            ],
        }
        for row in nearest
    ]
    if outcome.nominated or outcome.victims or outcome.post_messages:
        found["preemption"] = {
            "nominated": outcome.nominated or "",
            "victims": [victim.key for victim in outcome.victims],
            "messages": outcome.post_messages,
        }
    if not outcome.nominated:
        found["remedies"] = _remedies(profile, cycle, refusing)


def _all_objections(profile: Profile, outcome: Outcome) -> list[_Objection]:
    """What every filter says about every node, those before which upstream stops included."""
    cycle = outcome.cycle
    merged: dict[tuple[str, str], Mask] = {}

    def add(plugin: str, reason: str, nodes: Mask) -> None:
        if nodes.any():
            known = merged.get((plugin, reason))
            merged[plugin, reason] = nodes if known is None else known | nodes

    for verdict in outcome.verdicts:
        for part in verdict.parts:
            add(verdict.plugin, part.reason, part.nodes)
    for plugin in profile.filter:
        if plugin.name not in cycle.skipped:
            for part in plugin.filter(cycle):
                add(plugin.name, part.reason, part.nodes)
    return [_Objection(plugin, reason, nodes) for (plugin, reason), nodes in merged.items()]


def _remedies(profile: Profile, cycle: Cycle, refusing: dict[str, Mask]) -> list[Object]:
    """For each set of plugins that refuse some node together: the cheapest way past them."""
    codes = np.zeros(len(cycle.columns), np.int64)
    for bit, mask in enumerate(refusing.values()):
        codes |= mask.astype(np.int64) << bit
    found: list[tuple[int, Object]] = []
    for code in np.unique(codes).tolist():
        plugins = tuple(name for bit, name in enumerate(refusing) if code >> bit & 1)
        rows = np.flatnonzero(codes == code)
        best: tuple[int, int, Remedy] | None = None
        for row in rows[:_ROWS_PER_REMEDY_MAX].tolist():
            remedy = _on_node(profile, cycle, row, plugins)
            if remedy is not None and (best is None or remedy.cost < best[0]):
                best = (remedy.cost, row, remedy)
        if best is not None:
            found.append((best[0], _remedy(cycle, best[1], plugins, best[2], len(rows))))
    found.sort(key=lambda item: (item[0], item[1]["node"]))
    return [remedy for _, remedy in found[:_REMEDIES_MAX]]


def _on_node(profile: Profile, cycle: Cycle, row: int, plugins: Iterable[str]) -> Remedy | None:
    """All that has to change for one node; None when some plugin knows no remedy."""
    texts: list[str] = []
    cost = 0
    for name in plugins:
        plugin: Any = profile.plugins[name]
        one: Remedy | None = plugin.remedy(cycle, row) if hasattr(plugin, "remedy") else None
        if one is None:
            return None
        texts.append(one.text)
        cost += one.cost
    return Remedy(" and ".join(texts), cost) if texts else None


def _remedy(cycle: Cycle, row: int, plugins: Sequence[str], remedy: Remedy, count: int) -> Object:
    return {
        "node": cycle.columns.names[row] if row >= 0 else "",
        "plugins": list(plugins),
        "text": remedy.text,
        "cost": remedy.cost,
        "nodes": count,
    }
