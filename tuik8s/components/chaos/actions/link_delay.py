"""link-delay: every message between a party and the API server, or `peer`, takes `delay` longer.

Symptom: what the party does lags behind by twice the delay and more (`jitter`: at most so much
more, by chance); nothing is lost and nothing is overtaken. Delays beyond a request's deadline make
it be asked again.
Recovery: as fast as ever with the next message.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.links import TARGETS, between
from tuik8s.components.chaos.shape import Shape
from tuik8s.world.links import LinkRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    delay_ms, jitter_ms = duration_ms(spec, "delay"), duration_ms(spec, "jitter")
    return between(spec, shape, LinkRule(delay_ms=delay_ms, jitter_ms=jitter_ms))


ACTION = Action(
    plan=plan, group="link", targets=TARGETS, needs=("delay",), takes=("jitter", "peer")
)
