"""clock-skew: the clock of a component or of a node is `ahead` of the others, or behind (-5m).

Symptom: what the party writes is dated in the future (leases, conditions, Events), and what it
waits for by the clock comes early: a controller manager that is ahead takes leases that were just
renewed for old. One that falls behind goes at half speed until it is as far behind as it should:
what it writes is dated in the past, and what it waits for comes late.
Recovery: a clock that is ahead goes at half speed until it is right again, one that is behind is
set right at once; neither ever goes back.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import APISERVER, CHAOS, Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.rules import ClockRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    parties = shape.parties_of(spec.target)
    if APISERVER in parties or CHAOS in parties:
        raise Refused(
            "requests end by the API server's clock, and faults by that of chaos; "
            "skew another component or a node"
        )
    ahead_ms = duration_ms(spec, "ahead", may_be_negative=True)
    if not ahead_ms:
        raise Refused("a clock that is 0s ahead is right")
    return Effects(rules=tuple(ClockRule(party=party, ahead_ms=ahead_ms) for party in parties))


ACTION = Action(plan=plan, group="component", targets=("component", "node"), needs=("ahead",))
