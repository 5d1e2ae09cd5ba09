"""api-error: `percent` of the requests to the API are answered with the error `code`.

409 stands for a conflict (of writes), 410 for an expired version (of lists and watches), 429 for
too many requests, and 500, 502, 503, 504 as they are. `verbs`, `resources` and `users` say which
requests are meant; requests about faults and those of chaos itself always get through.
Symptom: kubectl shows the error, controllers and kubelets try again with their back-off, and what
they do takes longer or stands still; leases that cannot be renewed make nodes NotReady.
Recovery: the next try succeeds; everything has caught up within the longest back-off.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec
from tuik8s.components.chaos.requests import ONLY, SELECTION, TARGETS, api_rule
from tuik8s.components.chaos.shape import Refused, Shape

CODES = (409, 410, 429, 500, 502, 503, 504)


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    if spec.code not in CODES:
        raise Refused(f"code {spec.code} is none of {', '.join(map(str, CODES))}")
    return api_rule(spec, shape, code=spec.code)


ACTION = Action(
    plan=plan, group="api", targets=TARGETS, only=ONLY, needs=("code",), takes=SELECTION
)
