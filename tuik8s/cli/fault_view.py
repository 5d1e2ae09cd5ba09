"""How `tuik8s chaos` shows actions and faults: text from data, nothing else."""

from __future__ import annotations

import json

from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import PARAMETERS
from tuik8s.components.chaos.blast import Blast
from tuik8s.components.chaos.catalogue import doc_of, summary_of
from tuik8s.components.chaos.choosing import PLURALS
from tuik8s.components.chaos.shape import WORKLOADS


def actions_text() -> str:
    """Every action by group, each with what it does."""
    width = max(map(len, ACTIONS))
    lines = ["ACTIONS   (tuik8s chaos ACTION KIND/NAME [--for 10m]; tuik8s chaos ACTION says more)"]
    for group in dict.fromkeys(action.group for action in ACTIONS.values()):
        lines.append(f"  {group}")
        lines += [
            f"    {name:<{width}}  {summary_of(name)}"
            for name, action in ACTIONS.items()
            if action.group == group
        ]
    return "\n".join(lines)


def action_text(name: str) -> str:
    """How to use one action, what is then to be seen, and how the cluster recovers."""
    action = ACTIONS[name]
    named = [f"{kind}/NAME" for kind in action.targets]
    many = [f"{plural} --selector app=web" for plural, k in PLURALS.items() if k in action.targets]
    workloads = [f"{kind}/NAME" for kind in WORKLOADS] if "pod" in action.targets else []
    needed = "".join(f" --{p} {PARAMETERS[p].example}" for p in action.needs)
    target = "" if action.only else " TARGET"
    lines = [f"usage: tuik8s chaos {name}{target}{needed} [--for 10m]", ""]
    targets = action.only or ", ".join((*named, *many, *workloads))
    lines += [doc_of(name), "", f"targets: {targets}"]
    for parameter in (*action.needs, *action.takes):
        what = PARAMETERS[parameter]
        must = "needed, " if parameter in action.needs else ""
        lines.append(f"--{parameter}: {must}{what.words}, such as {what.example}")
    return "\n".join(lines)


def equivalent(fault: Object) -> str:
    """What one would type in kubectl for the same."""
    lines = [
        "kubectl create -f - <<END",
        f"apiVersion: {fault['apiVersion']}",
        "kind: Fault",
        f"metadata: {{name: {fault['metadata']['name']}}}",
        "spec:",
    ]
    lines += [f"  {name}: {json.dumps(value)}" for name, value in fault["spec"].items()]
    return "\n".join([*lines, "END"])


def blast_text(title: str, targets: tuple[str, ...], blast: Blast) -> str:
    """The blast radius of a fault that is not made."""
    lines = [f"{title} would hit", f"  {'targets':<10} {', '.join(targets)}"]
    lines += [f"  {line}" for line in blast.lines()]
    return "\n".join([*lines, "nothing was done: --dry-run"])


def faults_text(faults: list[Object], now_ms: int) -> str:
    """The faults as a table."""
    if not faults:
        return "FAULTS    none"
    rows: list[tuple[str, ...]] = [("FAULT", "ACTION", "TARGET", "PHASE", "FOR", "AGE", "MESSAGE")]
    rows += (_row(fault, now_ms) for fault in faults)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "   ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _row(fault: Object, now_ms: int) -> tuple[str, ...]:
    spec, status = fault["spec"], fault.get("status") or {}
    age_ms = now_ms - parse_time(fault["metadata"]["creationTimestamp"])
    return (
        fault["metadata"]["name"],
        spec["action"],
        spec["target"],
        status.get("phase", "-"),
        spec.get("for", "-"),
        human_duration(max(0, age_ms)),
        status.get("message", ""),
    )
