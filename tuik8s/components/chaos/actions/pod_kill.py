"""pod-kill: pods are gone at once, without a grace period; their controllers make new ones.

Symptom: the pod disappears and its endpoints with it; a replacement is created, scheduled,
started. It goes through the API: a PodDisruptionBudget that allows no disruption keeps the pod,
and the fault is Refused in its words, unless `override: true` says to delete it all the same.
Recovery: nothing to heal; what had a controller is back when its replacement is ready.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, Eviction, FaultSpec
from tuik8s.components.chaos.pods import READS, TARGETS
from tuik8s.components.chaos.shape import Shape
from tuik8s.components.chaos.targets import namespace_and_name


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    if spec.target == "pods":
        places = [(t.namespace, t.name) for t in shape.of("pod", spec.namespace, spec.selector)]
    else:
        places = [namespace_and_name(spec)]
    return Effects(evict=tuple(Eviction(*place, override=spec.override) for place in places))


ACTION = Action(plan=plan, group="pod", targets=TARGETS, reads=READS, downs_pods=True)
