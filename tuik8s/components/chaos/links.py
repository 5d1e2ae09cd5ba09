"""What the link actions share: the rules between a target and its peer, in both directions.

Every component talks to the API server over the bus, and the proxies of nodes to pods of other
nodes; other pairs never talk. Without `peer` the API server is meant.
"""

from __future__ import annotations

from msgspec.structs import replace

from tuik8s.components.chaos.base import APISERVER, CHAOS, Effects, FaultSpec
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.links import LinkRule, both_ways
from tuik8s.world.rules import TrafficRule

TARGETS = ("component", "node")


def between(spec: FaultSpec, shape: Shape, rule: LinkRule) -> Effects:
    """The rule between the target and its peer, whatever its ends are. Raises Refused."""
    if spec.target.startswith("node/") and spec.peer.startswith("node/"):
        return _between_nodes(spec, shape, rule)
    ours = shape.parties_of(spec.target)
    theirs = shape.parties_of(spec.peer) if spec.peer else (APISERVER,)
    if APISERVER in ours and APISERVER in theirs:
        raise Refused("every link has the API server at one end; name the other end")
    if CHAOS in (*ours, *theirs):
        raise Refused("chaos cannot disturb its own link, it would not hear that it is to heal")
    if APISERVER not in (*ours, *theirs):
        raise Refused(
            f"{spec.target} and {spec.peer} never talk; every component talks to "
            f"component/{APISERVER}, and nodes talk to nodes"
        )
    ends = [party for party in (*ours, *theirs) if party != APISERVER]
    return Effects(
        links=tuple(
            one
            for party in ends
            for one in both_ways(replace(rule, sender=party, receiver=APISERVER))
        )
    )


def _between_nodes(spec: FaultSpec, shape: Shape, rule: LinkRule) -> Effects:
    """Between nodes run connections, whose bytes are neither repeated nor reordered."""
    if rule.duplicate_per_mille or rule.reorder:
        raise Refused(
            f"{spec.action} is about messages; between nodes there are connections, "
            "for which there are link-cut, link-drop and link-delay"
        )
    here, there = (target.partition("/")[2] for target in (spec.target, spec.peer))
    for target in (spec.target, spec.peer):
        shape.node_parties(target)
    if here == there:
        raise Refused(f"{spec.target} is at both ends; name two nodes")
    return Effects(
        rules=tuple(
            TrafficRule(
                from_node=one,
                to_node=other,
                drop_per_mille=1000 if rule.cut else rule.drop_per_mille,
                delay_ms=rule.delay_ms,
                jitter_ms=rule.jitter_ms,
            )
            for one, other in ((here, there), (there, here))
        )
    )
