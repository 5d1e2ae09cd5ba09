"""pod-slow-start: containers that start while it lasts become ready `delay` later than they would.

Symptom: new and restarted pods are Running but not ready for so long; rolling updates and scaling
up take that much longer. Pods that are up already notice nothing.
Recovery: containers that start afterwards are as fast as ever; those on their way keep their delay.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.pods import READS, TARGETS, pod_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return pod_rule(spec, do="slow-start", delay_ms=duration_ms(spec, "delay"))


ACTION = Action(plan=plan, group="pod", targets=TARGETS, needs=("delay",), reads=READS)
