"""A decision in the shape of recorded ones: what `tuik8s schedule --json` prints.

    placed:      feasible, chosen_from, refused?, scores?, total?
    not placed:  feasible, refused, plugins, condition, event, and where priorities differ also
                 nominated, victims, victim_condition, victim_event, bound_when_victims_are_gone

`refused` has each infeasible node once, with the first plugin that refuses it; several reasons
of that plugin stand sorted as text. `<uid>` stands for the pod's uid.

Source: the words of pkg/scheduler/schedule_one.go and framework/preemption (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import Cluster
from tuik8s.components.scheduler.cycle import Outcome, try_pod
from tuik8s.components.scheduler.framework import Status
from tuik8s.components.scheduler.plugins.default_preemption import VICTIM_MESSAGE
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile
from tuik8s.world.base import Rng


def gate(profile: Profile, pod: PodInfo) -> Status | None:
    """What keeps the pod out of the queue altogether; None: nothing."""
    for plugin in profile.pre_enqueue:
        status: Status = plugin.pre_enqueue(pod)
        if not status.ok:
            return status._replace(plugin=plugin.name)
    return None


def gated(pod: PodInfo, status: Status) -> Object:
    """The decision about a pod that is not tried at all."""
    message = "Scheduling is blocked due to non-empty scheduling gates"
    condition = _condition("PodScheduled", "False", "SchedulingGated", message)
    return {"feasible": [], "plugins": [status.plugin], "condition": condition}


def verdict(profile: Profile, cluster: Cluster, outcome: Outcome, rng: Rng) -> Object:
    """The whole decision; see the module for its shape."""
    names = cluster.columns.names
    rows = outcome.rows.tolist()
    found: Object = {"feasible": sorted(names[row] for row in rows)}
    refused = refused_by_node(outcome)
    if rows:
        found["chosen_from"] = sorted(names[row] for row in outcome.best.tolist())
        if refused:
            found["refused"] = refused
        if outcome.total is not None:
            found["scores"] = {
                plugin: {names[r]: v for r, v in zip(rows, scores.tolist(), strict=True)}
                for plugin, scores in sorted(outcome.scores.items())
            }
            totals = zip(rows, outcome.total.tolist(), strict=True)
            found["total"] = {names[row]: value for row, value in totals}
        return found
    found["condition"] = _condition("PodScheduled", "False", "Unschedulable", outcome.message)
    found["event"] = _event("Warning", "FailedScheduling", outcome.message)
    found["refused"] = refused
    found["plugins"] = sorted(outcome.refusing_plugins())
    if _priorities_differ(cluster, outcome.cycle.pod):
        _add_preemption(found, profile, cluster, outcome, rng)
    return found


def refused_by_node(outcome: Outcome) -> dict[str, Any]:
    """Per infeasible node the plugin that refuses it and its reasons."""
    names = outcome.cycle.columns.names
    if not outcome.status.ok:
        return {
            name: {"reason": outcome.status.reason, "plugin": outcome.status.plugin}
            for name in names
        }
    found: dict[str, tuple[str, list[str]]] = {}
    for given in outcome.verdicts:
        for part in given.parts:
            for row in part.nodes.nonzero()[0].tolist():
                _, reasons = found.setdefault(names[row], (given.plugin, []))
                if part.reason not in reasons:
                    reasons.append(part.reason)
    return {
        name: {"reason": ", ".join(sorted(reasons)), "plugin": plugin}
        for name, (plugin, reasons) in sorted(found.items())
    }


def _priorities_differ(cluster: Cluster, pod: PodInfo) -> bool:
    """Whether preemption is a question here at all."""
    return any(other.priority != pod.priority for other, _ in cluster.placed.values())


def _add_preemption(
    found: Object, profile: Profile, cluster: Cluster, outcome: Outcome, rng: Rng
) -> None:
    found["nominated"] = outcome.nominated or None
    found["victims"] = sorted(victim.name for victim in outcome.victims)
    if not outcome.victims:
        return
    found["victim_condition"] = _condition(
        "DisruptionTarget", "True", "PreemptionByScheduler", VICTIM_MESSAGE.format(profile.name)
    )
    found["victim_event"] = _event(
        "Normal", "Preempted", f"Preempted by pod <uid> on node {outcome.nominated}"
    )
    found["bound_when_victims_are_gone"] = _afterwards(profile, cluster, outcome, rng) or None


def _afterwards(profile: Profile, cluster: Cluster, outcome: Outcome, rng: Rng) -> str:
    """Where the pod goes once its victims are away; the cluster is put back as it was."""
    pod = outcome.cycle.pod
    before = pod.nominated_node
    away = [cluster.placed[victim.key] for victim in outcome.victims]
    for victim, _ in away:
        cluster.forget(victim.key)
    pod.nominated_node = outcome.nominated or ""
    try:
        return try_pod(profile, cluster, pod, rng).node
    finally:
        pod.nominated_node = before
        for victim, node in away:
            cluster.place(victim, node)


def _condition(kind: str, status: str, reason: str, message: str) -> Object:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def _event(kind: str, reason: str, message: str) -> Object:
    return {"type": kind, "reason": reason, "message": message}
