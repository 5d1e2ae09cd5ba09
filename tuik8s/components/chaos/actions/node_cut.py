"""node-cut: nothing passes between a node and the API server; its pods go on running.

Symptom: as for a stopped node, but its pods still answer, also those that were evicted meanwhile.
Recovery: Ready within seconds; the node ends the pods that were evicted.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import APISERVER, Action, Effects, FaultSpec
from tuik8s.components.chaos.shape import Shape
from tuik8s.world.links import LinkRule, both_ways


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    cuts = [
        rule
        for party in shape.node_parties(spec.target)
        for rule in both_ways(LinkRule(sender=party, receiver=APISERVER, cut=True))
    ]
    return Effects(links=tuple(cuts))


ACTION = Action(plan=plan, group="node", targets=("node",), downs_pods=True)
