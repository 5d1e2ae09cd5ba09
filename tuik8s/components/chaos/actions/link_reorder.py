"""link-reorder: messages between a party and the API server overtake each other within `jitter`.

Symptom: events out of order are noticed by their numbers, so the party lists again and again, which
costs time and requests; nothing is lost or shown out of order.
Recovery: the next list is the last.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.links import TARGETS, between
from tuik8s.components.chaos.shape import Shape
from tuik8s.world.links import LinkRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return between(spec, shape, LinkRule(jitter_ms=duration_ms(spec, "jitter"), reorder=True))


ACTION = Action(plan=plan, group="link", targets=TARGETS, needs=("jitter",))
