"""disk-full: the disk of the API server's log has no room; it needs `for`.

Symptom: changes are refused with 507 InsufficientStorage and nothing of them is kept; reads and
open watches work. Leases are not renewed, so nodes turn NotReady after a while.
Recovery: changes are taken again within seconds of the end; nothing that was acknowledged is lost.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.disks import ONLY, TARGETS, disk_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    return disk_rule(spec, shape, "full")


ACTION = Action(plan=plan, group="disk", targets=TARGETS, only=ONLY, needs_for=True)
