"""component-kill: a process dies and comes back at once, or stays dead as long as `for` says."""

from __future__ import annotations

from tuik8s.components.chaos.base import Effects, FaultSpec, Refused, Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    party = shape.party(spec.target)
    if not spec.for_:
        return Effects(kill=(party,))
    if party == "chaos":
        raise Refused("chaos cannot keep itself dead, nobody would heal it; leave out `for`")
    return Effects(hold=(party,))
