"""link-drop: `percent` of the messages between a party and the API server, or `peer`, are lost.

Symptom: requests are sent again and take seconds; lost events are noticed by their numbers and the
party lists again. Between nodes connections are lost as a whole. At high loss a kubelet's lease
runs out and its node turns NotReady.
Recovery: caught up within a few seconds.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, per_mille
from tuik8s.components.chaos.links import TARGETS, between
from tuik8s.components.chaos.shape import Shape
from tuik8s.world.links import LinkRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return between(spec, shape, LinkRule(drop_per_mille=per_mille(spec)))


ACTION = Action(plan=plan, group="link", targets=TARGETS, needs=("percent",), takes=("peer",))
