"""api-stale-watch: watches hear of every change `delay` late; gets and lists show what is.

Symptom: controllers and the scheduler act on the past: they try what is done already (conflicts,
AlreadyExists), and everything that waits for an event takes that much longer. Nothing is lost, and
nothing is told out of order. Changes of faults are told at once.
Recovery: everything that was held back is told at once, in order.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.requests import ONLY, TARGETS, require_apiserver
from tuik8s.components.chaos.shape import Shape
from tuik8s.world.rules import StaleRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    require_apiserver(spec, shape)
    return Effects(rules=(StaleRule(delay_ms=duration_ms(spec, "delay")),))


ACTION = Action(plan=plan, group="api", targets=TARGETS, only=ONLY, needs=("delay",))
