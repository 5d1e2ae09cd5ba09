"""What the link actions share: the rules between a target and its peer, in both directions."""

from __future__ import annotations

from typing import Any

from tuik8s.components.chaos.base import APISERVER, Effects, FaultSpec
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.links import LinkRule, both_ways

TARGETS = ("component", "node")


def between(spec: FaultSpec, shape: Shape, **fields: Any) -> Effects:
    """The rules between the parties of the target and the API server. Raises Refused."""
    ours = shape.link_parties(spec.target)
    if APISERVER in ours:
        raise Refused("every link has the API server at one end; name the other end")
    pairs = [LinkRule(sender=party, receiver=APISERVER, **fields) for party in ours]
    return Effects(links=tuple(rule for pair in pairs for rule in both_ways(pair)))
