"""link-cut: nothing passes between a party and the API server, or between two nodes (`peer`).

Symptom: a kubelet that is cut off becomes NotReady once its lease is too old; a scheduler or
controller manager that is cut off leaves its work undone. Between two nodes, connections that enter
at one of them do not reach pods on the other: another endpoint is tried, else they are refused.
Recovery: what was missed is listed again within a few seconds.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.links import TARGETS, between
from tuik8s.components.chaos.shape import Shape
from tuik8s.world.links import LinkRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return between(spec, shape, LinkRule(cut=True))


ACTION = Action(plan=plan, group="link", targets=TARGETS, takes=("peer",), downs_pods=True)
