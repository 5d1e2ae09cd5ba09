"""traffic-drop: `percent` of the connections to a Service are lost at the proxies.

Symptom: clients wait for an answer until they give up, at every node, while pods and endpoints
look well; existing connections go on. UDP datagrams of a lost flow are dropped.
Recovery: the next connection gets through.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, per_mille
from tuik8s.components.chaos.shape import Shape
from tuik8s.components.chaos.targets import namespace_and_name
from tuik8s.world.rules import TrafficRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    namespace, name = namespace_and_name(spec)
    drop = TrafficRule(namespace=namespace, service=name, drop_per_mille=per_mille(spec))
    return Effects(rules=(drop,))


ACTION = Action(
    plan=plan, group="traffic", targets=("service",), takes=("percent",), reads=("services",)
)
