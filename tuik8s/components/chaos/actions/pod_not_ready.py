"""pod-not-ready: a pod runs on, but its readiness probes fail.

Symptom: Ready is False and its endpoints are not ready, so Services send it nothing; rolling
updates wait and disruption budgets count it as missing. Nothing restarts.
Recovery: ready at once, unless it would not be by itself.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.pods import READS, TARGETS, pod_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return pod_rule(spec, do="not-ready")


ACTION = Action(plan=plan, group="pod", targets=TARGETS, reads=READS, downs_pods=True)
