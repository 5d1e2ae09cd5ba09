"""link-delay.

Every message between a party and the API server takes `delay` longer, give or take `jitter`.
"""

from __future__ import annotations

from tuik8s.api.times import parse_duration
from tuik8s.components.chaos.base import APISERVER, Effects, FaultSpec, Refused, Shape
from tuik8s.world.links import LinkRule, both_ways


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    if not spec.delay:
        raise Refused("link-delay needs a delay, such as delay: 200ms")
    try:
        delay_ms = parse_duration(spec.delay)
        jitter_ms = parse_duration(spec.jitter) if spec.jitter else 0
    except ValueError as problem:
        raise Refused(f"delay and jitter are durations such as 200ms: {problem}") from problem
    rules = [
        rule
        for party in shape.link_parties(spec.target)
        for rule in both_ways(
            LinkRule(sender=party, receiver=APISERVER, delay_ms=delay_ms, jitter_ms=jitter_ms)
        )
    ]
    return Effects(links=tuple(rules))
