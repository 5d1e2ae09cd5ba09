"""node-stop: a node's kubelet and proxy die and stay dead, and its pods with them.

Symptom: NotReady after the node monitor's grace period, then taints, eviction after the pods'
tolerations.
Recovery: Ready within seconds, taints gone within ten; pods that were not evicted start again.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return Effects(hold=shape.node_parties(spec.target))


ACTION = Action(plan=plan, group="node", targets=("node",), downs_pods=True)
