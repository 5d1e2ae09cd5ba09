"""component-pause.

A process stops where it is (SIGSTOP) and later goes on as if nothing had been.

Symptom: connections to it are taken and never answered; its leases run out.
Recovery: it does what had come due at once, and lists again what it missed.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import APISERVER, Action, Effects, FaultSpec
from tuik8s.components.chaos.shape import Refused, Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    party = shape.party(spec.target)
    if party == "chaos":
        raise Refused("chaos cannot pause itself, nobody would wake it")
    if party == APISERVER and not spec.for_:
        raise Refused("a paused API server cannot be told to heal; give `for`")
    return Effects(pause=(party,))


ACTION = Action(plan=plan, group="component", targets=("component",))
