"""disk-tearing: of the API server's next write only a part gets to the disk; it needs `for`.

Symptom: as if power were lost in the middle of a write: the API server ends at once, and again with
every write while the fault lasts. The torn record was never acknowledged.
Recovery: the start cuts the log at its last whole record and says how many bytes were torn; what
was acknowledged is there.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.disks import ONLY, TARGETS, disk_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return disk_rule(spec, shape, "tearing")


ACTION = Action(plan=plan, group="disk", targets=TARGETS, only=ONLY, needs_for=True)
