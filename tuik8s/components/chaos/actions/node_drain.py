"""node-drain: a node is cordoned and its pods are evicted, as kubectl drain does before
maintenance.

Symptom: its pods end within their grace periods and their controllers make new ones elsewhere;
those of DaemonSets and static pods stay. What a PodDisruptionBudget keeps stays, too, is asked for
again every 5 seconds, and stands in the fault's message; `override: true` deletes it all the same.
Recovery: schedulable again at once; pods come back as the scheduler places new ones.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Drain, Effects, FaultSpec
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return Effects(drain=(Drain(shape.node(spec.target), spec.override),))


ACTION = Action(
    plan=plan, group="node", targets=("node",), reads=("nodes",), cordons=True, downs_pods=True
)
