"""node-overload: a node runs short of memory, disk or process ids (`pressure`).

Symptom: the condition MemoryPressure, DiskPressure or PIDPressure is True with upstream's reason,
an Event tells, and the node gets the taint of that pressure: new pods go elsewhere unless they
tolerate it. Every ten seconds one pod is evicted, at first those that use more memory than they
request, then by priority; it fails with the reason Evicted.
Recovery: the condition is False with the next status, at once; the taint goes with it. What was
evicted has been replaced elsewhere.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.rules import NodeRule


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    pressure = spec.pressure
    if pressure not in ("memory", "disk", "pid"):
        raise Refused(f"pressure {pressure!r} is none of: memory, disk, pid")
    return Effects(rules=(NodeRule(node=shape.node(spec.target), pressure=pressure),))


ACTION = Action(
    plan=plan,
    group="node",
    targets=("node",),
    takes=("pressure",),
    reads=("nodes",),
    downs_pods=True,
)
