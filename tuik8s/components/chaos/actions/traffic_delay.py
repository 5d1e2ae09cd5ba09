"""traffic-delay: connections to a Service are made `delay` later at the proxies.

Symptom: every new TCP connection takes so much longer until it is answered (`jitter`: at most so
much more, by chance); clients with a shorter deadline give up. Existing connections and UDP are as
fast as ever.
Recovery: the next connection is made at once.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.shape import Shape
from tuik8s.components.chaos.targets import namespace_and_name
from tuik8s.world.rules import TrafficRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    namespace, name = namespace_and_name(spec)
    delay = TrafficRule(
        namespace=namespace,
        service=name,
        delay_ms=duration_ms(spec, "delay"),
        jitter_ms=duration_ms(spec, "jitter"),
    )
    return Effects(rules=(delay,))


ACTION = Action(
    plan=plan,
    group="traffic",
    targets=("service",),
    needs=("delay",),
    takes=("jitter",),
    reads=("services",),
)
