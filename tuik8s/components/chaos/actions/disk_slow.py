"""disk-slow: every sync of the API server's log takes `delay` longer.

Symptom: each change waits so much longer until it is acknowledged, and the server does nothing else
meanwhile; changes of one turn still share one sync. Beyond the clients' deadlines they try again.
Recovery: as fast as ever with the next sync.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.disks import ONLY, TARGETS, disk_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return disk_rule(spec, shape, "slow", duration_ms(spec, "delay"))


ACTION = Action(plan=plan, group="disk", targets=TARGETS, only=ONLY, needs=("delay",))
