"""disk-failing: every sync of the API server's log fails; it needs `for`.

Symptom: after a failed sync nobody knows what is on the disk, so the API server ends at once and
acknowledges nothing; it comes back with a growing back-off, and ends again with its next write.
Recovery: it starts from its log; what was acknowledged is there, and clients list again.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.disks import ONLY, TARGETS, disk_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return disk_rule(spec, shape, "failing")


ACTION = Action(plan=plan, group="disk", targets=TARGETS, only=ONLY, needs_for=True)
