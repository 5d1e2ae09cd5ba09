"""Every step of the scenario language, by the word that begins it."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.scenario.place import Value
from tuik8s.scenario.steps import advance, apply, assertions, change, fault, request, wait
from tuik8s.scenario.steps.base import Step

STEPS: dict[str, Callable[[Value], Step]] = {
    "apply": apply.parse,
    "delete": change.parse_delete,
    "scale": change.parse_scale,
    "patch": change.parse_patch,
    "wait": wait.parse,
    "advance": advance.parse,
    "expect": assertions.parse_expect,
    "always": assertions.parse_always,
    "never": assertions.parse_never,
    "fault": fault.parse_fault,
    "heal": fault.parse_heal,
    "request": request.parse,
}
