"""From a Fault to what it asks for: the spec is read, its parameters checked, its targets chosen.

All pure; whoever looks at the cluster (chaos, a dry run) hands over what it saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import msgspec

from tuik8s.api.times import parse_duration
from tuik8s.api.types import Object
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import PARAMETERS, Effects, FaultSpec, union
from tuik8s.components.chaos.choosing import again, choose
from tuik8s.components.chaos.schedule import EXAMPLE, parse_schedule
from tuik8s.components.chaos.shape import Refused, Shape, parse_selector


class Planned(msgspec.Struct, frozen=True):
    """What a fault asks for, and the targets that it was planned on."""

    effects: Effects
    targets: tuple[str, ...]


def read_spec(fault: Object) -> FaultSpec:
    """The spec of a Fault whose fields read, whatever there is to break. Raises Refused."""
    try:
        spec = msgspec.convert(fault["spec"], FaultSpec)
    except (KeyError, msgspec.ValidationError) as problem:
        raise Refused(str(problem)) from problem
    action = ACTIONS.get(spec.action)
    if action is None:
        raise Refused(f"no action {spec.action!r}; there are: {', '.join(ACTIONS)}")
    for name in PARAMETERS:
        is_given = name in fault["spec"]
        if is_given and name not in (*action.needs, *action.takes):
            known = ", ".join((*action.needs, *action.takes)) or "none"
            raise Refused(f"{spec.action} takes no {name}; its parameters are: {known}")
        if name in action.needs and not is_given:
            example = PARAMETERS[name].example
            raise Refused(f"{spec.action} needs {name}, such as {name}: {example}")
    _check_times(spec)
    parse_selector(spec.selector)
    return spec


def plan(spec: FaultSpec, shape: Shape, seed: int, earlier: Sequence[str] = ()) -> Planned:
    """What a fault asks for. earlier: targets that were drawn before. Raises Refused."""
    action = ACTIONS[spec.action]
    if earlier and (spec.count != "" or spec.target == "nodes"):
        chosen = again(spec, earlier)
    else:
        chosen = choose(spec, action, shape, seed)
    effects = union([action.plan(one, shape) for one in chosen])
    schedule = parse_schedule(spec.schedule)
    if schedule is not None and not schedule.for_ms and not effects.steps:
        raise Refused(f"{spec.action} lasts; say how long with each turn, such as {EXAMPLE!r}")
    return Planned(effects, tuple(f"{one.target} {one.selector}".strip() for one in chosen))


def seed_of(spec: FaultSpec, fault: Object) -> int:
    """What the fault's draws begin with: its own seed, else one that its uid stands for."""
    if spec.seed is not None:
        return spec.seed
    return crc32(fault["metadata"].get("uid", "").encode())


def _check_times(spec: FaultSpec) -> None:
    try:
        lasts_ms = parse_duration(spec.for_) if spec.for_ else 1
    except ValueError as problem:
        raise Refused(f"for is a duration such as 10m: {problem}") from problem
    if lasts_ms <= 0:
        raise Refused(f"for {spec.for_!r} is over before it begins")
    parse_schedule(spec.schedule)
