"""pod-crash-loop: the main containers of a pod exit with code 1, now and `delay` after each start.

Symptom: restarts count up, and from the second on the pod waits in CrashLoopBackOff, 10 seconds at
first and twice as long each time, up to 5 minutes; it is not ready and gets no traffic.
Recovery: the container that starts when the back-off is over stays up; the back-off is forgotten
after ten good minutes.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.pods import READS, TARGETS, pod_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return pod_rule(spec, do="crash-loop", delay_ms=duration_ms(spec, "delay"))


ACTION = Action(
    plan=plan, group="pod", targets=TARGETS, takes=("delay",), reads=READS, downs_pods=True
)
