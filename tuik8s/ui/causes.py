"""Why a change was made: the chain that led to it, as the API server's explanation tells it.

GET explanations.explain.tuik8s.dev KIND.NAME, at a revision     what kubectl and tuik8s why read
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.reasons import shown_author
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client, decode, refusal_of
from tuik8s.ui.history import LogChange
from tuik8s.ui.lines import Line, line
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell

GROUP: Final = "explain.tuik8s.dev"
UNKNOWN: Final = "unknown"
"""The field manager of a client that does not say what it is."""

NOWHERE: Final = "default"
"""The namespace under which objects without one are asked about."""

VERBS: Final = {"ADDED": "created", "MODIFIED": "changed", "DELETED": "deleted"}
LINKS: Final = {"caused": "because ", "follows": "after ", "fault": "because of a fault: "}
ENDS: Final = {
    "command": "nothing before it: that was the command",
    "start": "nothing before it: that is where it began",
    "gone": "what came before is no longer in the log",
}
"""How the explanation names what made a step."""


class Chain:
    """The chain from one change of an object back, as far as the log goes."""

    def __init__(self, client: Client, ref: Ref, revision: int) -> None:
        self.ref = ref
        self.revision = revision
        self.steps: list[Object] = []
        """The newest first; each was caused by the next (see `components.apiserver.causes`)."""
        self.refused = ""
        self.version = 0
        """1 when it has been read."""
        request = Request(
            verb="get",
            group=GROUP,
            version="",
            resource="explanations",
            namespace=ref.namespace or NOWHERE,
            name=f"{ref.resource}.{ref.name}",
            query={"resourceVersion": [str(revision)], "resourceVersionMatch": ["Exact"]},
        )
        client.call(request, self._answered)

    def causes(self) -> list[LogChange]:
        """What led to the change, the first command first; without the objects themselves."""
        return [_change_of(step) for step in reversed(self.steps[1:])]

    def _answered(self, reply: Reply) -> None:
        self.version = 1
        if reply.ok:
            self.steps = decode(reply)["status"]["chain"]
        else:
            self.refused = refusal_of(reply)


def ref_of_step(step: Object) -> Ref:
    """The object that a step is about."""
    subject = step["object"]
    return Ref(subject["resource"], subject.get("namespace", ""), subject["name"])


def _change_of(step: Object) -> LogChange:
    cause = (step.get("because") or {}).get("revision", 0)
    at_ms = parse_time(step["time"])
    ref, author = ref_of_step(step), step["author"]
    return LogChange(step["revision"], at_ms, step["type"], ref, author, cause, None, None)


def chain_lines(chain: Chain) -> tuple[list[Line], list[str]]:
    """The chain as lines, and the revision that each stands for."""
    if chain.refused or not chain.steps:
        return [line(chain.refused or "reading the log", "dim")], [""]
    lines: list[Line] = []
    uids: list[str] = []
    how, depth = "", -1
    for index, step in enumerate(chain.steps):
        if _is_one_of_many(chain.steps, index):
            continue
        depth += 1
        indent = "  " * depth
        count = _repeated(chain.steps, index)
        if count:
            more = f"{indent}after {count} more changes of it by the same author"
            lines.append(line(more, "dim"))
            uids.append("")
        tool = f" with {step['tool']}" if step.get("tool", UNKNOWN) != UNKNOWN else ""
        lines.append(
            (
                Cell(f"{indent}{LINKS.get(how, '')}", "dim"),
                Cell(shown_author(step["author"]), "accent"),
                Cell(f" {VERBS[step['type']]} {ref_of_step(step)}{tool}"),
                Cell(f"  #{step['revision']} {step['time'][11:23]}", "dim"),
            )
        )
        uids.append(str(step["revision"]))
        if step["type"] == "MODIFIED" or ":" in step["reason"]:
            lines.append(line(f"{indent}  {step['reason']}", "dim"))
            uids.append("")
        how = (step.get("because") or {}).get("how", "")
    lines.append(line("  " * (depth + 1) + ENDS.get(how, "and so on"), "dim"))
    return lines, [*uids, ""]


def _goes_on(before: Object, step: Object) -> bool:
    """Whether a step is just the same author's next older change of the same object."""
    how = (before.get("because") or {}).get("how")
    same = before["author"] == step["author"] and before["object"] == step["object"]
    return how == "follows" and same and step["type"] == "MODIFIED"


def _is_one_of_many(steps: list[Object], index: int) -> bool:
    """Whether a step is left out: neither the first nor the last of its author's run."""
    return (
        0 < index < len(steps) - 1
        and _goes_on(steps[index - 1], steps[index])
        and _goes_on(steps[index], steps[index + 1])
    )


def _repeated(steps: list[Object], index: int) -> int:
    """How many steps before this one were left out."""
    count = 0
    while index - count > 0 and _is_one_of_many(steps, index - count - 1):
        count += 1
    return count
