"""link-duplicate: `percent` of the messages between a party and the API server arrive twice.

Symptom: none that users see: repeated requests are answered from memory, repeated events are
dropped.
Recovery: nothing to recover.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, per_mille
from tuik8s.components.chaos.links import TARGETS, between
from tuik8s.components.chaos.shape import Shape
from tuik8s.world.links import LinkRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return between(spec, shape, LinkRule(duplicate_per_mille=per_mille(spec)))


ACTION = Action(plan=plan, group="link", targets=TARGETS, needs=("percent",))
