"""pod-oom: the main containers of a pod are killed for want of memory, now and `delay` after a
start.

Symptom: exit code 137 with the reason OOMKilled, then restarts and CrashLoopBackOff as for any
container that does not stay up. A pod whose restartPolicy is Never fails.
Recovery: the container that starts when the back-off is over stays up.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.pods import READS, TARGETS, pod_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return pod_rule(spec, do="oom", delay_ms=duration_ms(spec, "delay"))


ACTION = Action(
    plan=plan, group="pod", targets=TARGETS, takes=("delay",), reads=READS, downs_pods=True
)
