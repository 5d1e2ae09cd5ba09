"""api-delay: `percent` of the requests to the API are handled only after `delay`.

`jitter` adds at most so much more, by chance; `verbs`, `resources` and `users` say which requests
are meant; requests about faults and those of chaos itself are not delayed.
Symptom: kubectl and everything that changes something is that much slower, each step of a chain of
controllers anew; beyond a client's deadline requests fail and are tried again.
Recovery: as fast as ever with the next request.
"""

from __future__ import annotations

from tuik8s.components.chaos.base import Action, Effects, FaultSpec, duration_ms
from tuik8s.components.chaos.requests import ONLY, SELECTION, TARGETS, api_rule
from tuik8s.components.chaos.shape import Shape


def plan(spec: FaultSpec, shape: Shape) -> Effects:
    delay_ms, jitter_ms = duration_ms(spec, "delay"), duration_ms(spec, "jitter")
    return api_rule(spec, shape, delay_ms=delay_ms, jitter_ms=jitter_ms)


ACTION = Action(
    plan=plan,
    group="api",
    targets=TARGETS,
    only=ONLY,
    needs=("delay",),
    takes=("jitter", *SELECTION),
)
