"""link-duplicate: `percent` of the messages between a party and the API server arrive twice."""

from __future__ import annotations

from tuik8s.components.chaos.base import APISERVER, Effects, FaultSpec, Shape, per_mille
from tuik8s.world.links import LinkRule, both_ways


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    ratio = per_mille(spec)
    rules = [
        rule
        for party in shape.link_parties(spec.target)
        for rule in both_ways(LinkRule(sender=party, receiver=APISERVER, duplicate_per_mille=ratio))
    ]
    return Effects(links=tuple(rules))
