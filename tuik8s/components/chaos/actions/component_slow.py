"""component-slow: every turn of a process takes `delay` longer, as on a machine that is overloaded.

A turn is all that a process does at one moment; what comes meanwhile is done in the next one.
Symptom: everything that passes through the process lags; a kubelet whose turns take longer than its
lease lasts makes its node NotReady.
Recovery: caught up with the first turn afterwards.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import CHAOS, Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.rules import PaceRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    parties = shape.parties_of(spec.target)
    if CHAOS in parties:
        raise Refused("chaos cannot slow itself down, it would heal late")
    delay_ms = duration_ms(spec, "delay")
    return Effects(rules=tuple(PaceRule(party=p, delay_ms=delay_ms) for p in parties))


ACTION = Action(plan=plan, group="component", targets=("component", "node"), needs=("delay",))
