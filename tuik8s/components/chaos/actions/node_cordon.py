"""node-cordon: a node takes no new pods; what runs there runs on.

Symptom: SchedulingDisabled, the taint node.kubernetes.io/unschedulable, and pods that would have
gone there go elsewhere or stay Pending.
Recovery: schedulable again at once. A node that was cordoned before stays as it was.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Cordon, Effects, FaultSpec
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return Effects(cordon=(Cordon(shape.node(spec.target)),))


ACTION = Action(plan=plan, group="node", targets=("node",), reads=("nodes",), cordons=True)
