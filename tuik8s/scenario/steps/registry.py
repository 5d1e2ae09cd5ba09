"""Every step of the scenario language, by the word that begins it."""

from __future__ import annotations

import sys

from tuik8s.scenario.place import Value
from tuik8s.scenario.steps import (
    advance,
    apply,
    assertions,
    change,
    delete,
    fault,
    logs,
    mark,
    node,
    refused,
    request,
    settle,
    wait,
)
from tuik8s.scenario.steps.base import Parse, Step

WRITES: dict[str, Parse] = {
    "apply": apply.parse,
    "delete": delete.parse,
    "scale": change.parse_scale,
    "image": change.parse_image,
    "restart": change.parse_restart,
    "patch": change.parse_patch,
    "label": change.parse_label,
    "annotate": change.parse_annotate,
    "cordon": node.parse_cordon,
    "uncordon": node.parse_uncordon,
    "taint": node.parse_taint_step,
    "drain": node.parse_drain,
}
"""What the API may refuse."""


def _parse_refused(value: Value) -> Step:
    return refused.parse_refused(value, WRITES)


STEPS: dict[str, Parse] = {
    **WRITES,
    "refused": _parse_refused,
    "fault": fault.parse_fault,
    "heal": fault.parse_heal,
    "advance": advance.parse,
    "wait": wait.parse,
    "settle": settle.parse,
    "expect": assertions.parse_expect,
    "always": assertions.parse_always,
    "never": assertions.parse_never,
    "eventually": assertions.parse_eventually,
    "request": request.parse,
    "logs": logs.parse,
    "mark": mark.parse,
}


def text_of(word: str) -> str:
    """How a step is written: what the module that parses it says. Steps may share a module."""
    module = refused if word == "refused" else sys.modules[STEPS[word].__module__]
    return (module.__doc__ or "").strip()
