"""component-kill: a process dies and comes back at once, or stays dead as long as `for` says.

Symptom: its work stands still; a dead API server answers nobody, a dead kubelet renews no lease and
its pods end with it, and what was not stored is forgotten.
Recovery: it lists what there is and goes on; back within a tenth of a second, later when it dies
again and again.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.schedule import lasts
from tuik8s.components.chaos.shape import Refused, Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    party = shape.party(spec.target)
    if not lasts(spec):
        return Effects(kill=(party,))
    if party == "chaos":
        raise Refused("chaos cannot keep itself dead, nobody would heal it; leave out `for`")
    return Effects(hold=(party,))


ACTION = Action(plan=plan, group="component", targets=("component",))
