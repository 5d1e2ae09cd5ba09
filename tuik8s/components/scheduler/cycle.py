"""One attempt to place one pod: the order of the extension points, and what came of it.

`try_pod` decides and changes nothing; the caller assumes and binds. The outcome keeps every
verdict, so that `explain` can tell the whole story afterwards.

Source: pkg/scheduler/schedule_one.go (1.36).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from tuik8s.components.scheduler.cluster import Cluster
from tuik8s.components.scheduler.framework import OK, Code, Cycle, Ints, Mask, Refused, Status
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile
from tuik8s.world.base import Rng

NO_NODES: Final = "no nodes available to schedule pods"
_FEASIBLE_MIN: Final = 100
_PERCENTAGE_MIN: Final = 5


class Verdict:
    """What one plugin said about the nodes that were still open to it."""

    __slots__ = ("parts", "plugin")

    def __init__(self, plugin: str, parts: list[Refused]) -> None:
        self.plugin = plugin
        self.parts = parts


class Outcome:
    """What came of an attempt; node is "" when the pod was not placed."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self.node = ""
        self.status: Status = OK  # of PreFilter, when it refused the pod as a whole
        self.verdicts: list[Verdict] = []
        self.rows: Ints = np.zeros(0, np.int64)  # feasible nodes
        self.scores: dict[str, Ints] = {}
        self.total: Ints | None = None
        self.best: Ints = self.rows
        self.examined = 0
        self.nominated: str | None = None  # "" clears an earlier nomination
        self.victims: list[PodInfo] = []
        self.post_messages: list[str] = []
        self.message = ""

    def refusing_plugins(self) -> set[str]:
        if self.status.plugin:
            return {self.status.plugin}
        return {v.plugin for v in self.verdicts if any(part.nodes.any() for part in v.parts)}

    def hopeless(self) -> Mask:
        """Refused nodes where taking pods away cannot help."""
        mask = np.zeros(len(self.cycle.columns), np.bool_)
        for verdict in self.verdicts:
            for part in verdict.parts:
                mask |= part.nodes & part.hopeless
        return mask

    def reasons(self) -> Counter[str]:
        """On how many nodes each reason was given."""
        counts: Counter[str] = Counter()
        for verdict in self.verdicts:
            for part in verdict.parts:
                counts[part.reason] += int(np.count_nonzero(part.nodes))
        return +counts


def try_pod(profile: Profile, cluster: Cluster, pod: PodInfo, rng: Rng, start: int = 0) -> Outcome:
    """Find the node for a pod. start: the row where looking for feasible nodes begins."""
    cluster.columns.settle()
    cycle = Cycle(pod, cluster)
    outcome = Outcome(cycle)
    if not len(cluster.columns):
        outcome.message = NO_NODES
        return outcome
    outcome.status = _pre_filter(profile, cycle)
    if outcome.status.ok:
        _find_feasible(profile, outcome, start)
    if not len(outcome.rows):
        _explain_failure(profile, outcome, rng)
        return outcome
    _score(profile, outcome)
    best = outcome.best
    row = int(best[0]) if len(best) == 1 else int(best[rng.below(len(best))])
    outcome.node = cluster.columns.names[row]
    return outcome


def run_filters(profile: Profile, cycle: Cycle, verdicts: list[Verdict] | None = None) -> Mask:
    """Nodes that all filters accept. A node is refused by the first plugin that refuses it."""
    open_nodes = np.ones(len(cycle.columns), np.bool_)
    if cycle.only is not None:
        open_nodes &= cycle.only
        if verdicts is not None:
            reason = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
            verdicts.append(Verdict("NodeAffinity", [Refused(~cycle.only, reason, True)]))
    for plugin in profile.filter:
        if plugin.name in cycle.skipped:
            continue
        parts: Sequence[Refused] = plugin.filter(cycle)
        if not parts:
            continue
        if verdicts is not None:
            verdicts.append(
                Verdict(
                    plugin.name,
                    [Refused(p.nodes & open_nodes, p.reason, p.hopeless) for p in parts],
                )
            )
        for part in parts:
            open_nodes &= ~part.nodes
        if not open_nodes.any():
            break
    return open_nodes


def filters_with_nominated(
    profile: Profile, cycle: Cycle, verdicts: list[Verdict] | None = None
) -> Mask:
    """As `run_filters`, but the pod must fit beside the nominated pods and also without them."""
    others = cycle.cluster.nominated_before(cycle.pod)
    if not others:
        return run_filters(profile, cycle, verdicts)
    with_them: list[Verdict] = []
    columns = cycle.columns
    for pod, node in others:
        columns.add_pod(pod, node)
    first = run_filters(profile, cycle, with_them)
    for pod, node in reversed(others):
        columns.remove_pod(pod, node)
    without: list[Verdict] = []
    second = run_filters(profile, cycle, without)
    if verdicts is not None:
        verdicts += with_them
        for verdict in without:
            parts = [Refused(p.nodes & first, p.reason, p.hopeless) for p in verdict.parts]
            verdicts.append(Verdict(verdict.plugin, parts))
    return first & second


def _pre_filter(profile: Profile, cycle: Cycle) -> Status:
    for plugin in profile.pre_filter:
        status: Status = plugin.pre_filter(cycle)
        if status.code is Code.SKIP:
            cycle.skipped.add(plugin.name)
        elif not status.ok:
            return status._replace(plugin=plugin.name)
    return OK


def _find_feasible(profile: Profile, outcome: Outcome, start: int) -> None:
    cycle = outcome.cycle
    count = len(cycle.columns)
    feasible = filters_with_nominated(profile, cycle, outcome.verdicts)
    rows = np.flatnonzero(feasible)
    outcome.examined = count
    wanted = nodes_to_find(count, profile.percentage)
    nominated = cycle.pod.nominated_node
    if nominated:
        entry = cycle.columns.entries.get(nominated)
        if entry is not None and entry.row >= 0 and feasible[entry.row]:
            rows = np.array([entry.row], np.int64)
    if len(rows) > wanted:
        turned = np.roll(rows, -int(np.searchsorted(rows, start % count)))[:wanted]
        outcome.examined = int(turned[-1] - start) % count + 1
        rows = np.sort(turned)
    outcome.rows = rows


def nodes_to_find(count: int, percentage: int) -> int:
    """How many feasible nodes are enough: all up to 100, then a share that shrinks with size."""
    if count < _FEASIBLE_MIN:
        return count
    share = percentage or max(50 - count // 125, _PERCENTAGE_MIN)
    return min(count, max(count * share // 100, _FEASIBLE_MIN))


def _score(profile: Profile, outcome: Outcome) -> None:
    cycle, rows = outcome.cycle, outcome.rows
    if len(rows) == 1:
        outcome.best = rows
        return
    for plugin in profile.pre_score:
        if plugin.pre_score(cycle, rows).code is Code.SKIP:
            cycle.skipped_scores.add(plugin.name)
    total = np.zeros(len(rows), np.int64)
    for plugin in profile.score:
        if plugin.name in cycle.skipped_scores:
            continue
        scores = plugin.score(cycle, rows) * profile.weight(plugin.name)
        outcome.scores[plugin.name] = scores
        total += scores
    outcome.total = total
    outcome.best = rows[total == total.max()]


def _explain_failure(profile: Profile, outcome: Outcome, rng: Rng) -> None:
    if outcome.status.ok:
        for plugin in profile.post_filter:
            plugin.post_filter(profile, outcome, rng)
    outcome.message = failure_message(outcome)


def failure_message(outcome: Outcome) -> str:
    """The text of the PodScheduled condition and of the FailedScheduling event."""
    count = len(outcome.cycle.columns)
    if not outcome.status.ok:
        # Upstream's DynamicResources finds no state of a PreFilter that was not reached.
        return f"0/{count} nodes are available: {outcome.status.reason}. not found"
    message = f"0/{count} nodes are available: {counted(outcome.reasons().items())}."
    if outcome.victims or outcome.nominated:
        return message
    tail = ["no new claims to deallocate", *outcome.post_messages]
    return f"{message} {', '.join(tail)}"


def counted(items: Iterable[tuple[str, int]]) -> str:
    """`3 Insufficient cpu, 1 ...`, sorted as text as upstream does."""
    return ", ".join(sorted(f"{count} {reason}" for reason, count in items))
