"""Why a change was made: the chain of changes that led to it, back to the first command or fault.

Each change of the log names the one that made its author write. The kubelet and the scheduler act
on the pod itself and name none: the pod's change before is taken for it, and the chain says so.
"""

from __future__ import annotations

from typing import NamedTuple

from tuik8s.api.times import format_micro_time
from tuik8s.bus.client import Client
from tuik8s.ui.diff import summary
from tuik8s.ui.history import LogChange, change_of
from tuik8s.ui.lines import Line, line
from tuik8s.ui.logbook import Logbook, Page
from tuik8s.ui.past import LoggedChange
from tuik8s.ui.rowstore import Cell

STEPS_MAX = 30
VERBS = {"ADDED": "created", "MODIFIED": "changed", "DELETED": "deleted"}
ACT_ON_PODS = ("system:node:", "system:kube-scheduler")


class Step(NamedTuple):
    """implied: nobody recorded it as the cause, it is the object's own change before."""

    change: LogChange
    implied: bool = False


class Chain:
    """The chain from one change back, as far as it was read."""

    def __init__(self, client: Client, start: LogChange) -> None:
        self.steps = [Step(start)]
        """The newest first; each was caused by the next."""
        self.end = ""
        """Why it ends where it ends, "" while it is still read."""
        self._log = Logbook(client)
        self._go_on()

    @property
    def version(self) -> int:
        """Grows with everything that is read."""
        return len(self.steps) + bool(self.end)

    def _go_on(self) -> None:
        change = self.steps[-1].change
        if len(self.steps) >= STEPS_MAX:
            self.end = f"longer than {STEPS_MAX} steps; w on the last one goes on"
        elif change.cause:
            self._log.page(self._on_cause, after=change.cause - 1, limit=1)
        elif acts_on_pod(change):
            self._log.page(self._on_before, before=change.revision, key=change.ref.key, limit=1)
        else:
            self.end = "nothing before it: this is where it began"

    def _on_cause(self, page: Page) -> None:
        cause = self.steps[-1].change.cause
        found = [logged for logged in page.changes if logged.moment.revision == cause]
        self._take(page, found, f"#{cause} is no longer in the log", implied=False)

    def _on_before(self, page: Page) -> None:
        self._take(page, page.changes, "what came before is no longer in the log", implied=True)

    def _take(self, page: Page, found: list[LoggedChange], gone: str, *, implied: bool) -> None:
        if page.refused or not found:
            self.end = page.refused or gone
            return
        self.steps.append(Step(change_of(found[0]), implied))
        self._go_on()


def acts_on_pod(change: LogChange) -> bool:
    """Whether its author writes to a pod because of the pod."""
    by = change.author.startswith(ACT_ON_PODS)
    return change.ref.resource == "pods" and change.type != "ADDED" and by


def chain_lines(chain: Chain) -> tuple[list[Line], list[str]]:
    """The chain as lines, and the revision that each stands for."""
    lines: list[Line] = []
    uids: list[str] = []
    for depth, (change, implied) in enumerate(chain.steps):
        indent = "  " * depth
        link = "" if not depth else "because " if not implied else "after "
        verb = VERBS.get(change.type, change.type.lower())
        lines.append(
            (
                Cell(f"{indent}{link}", "dim"),
                Cell(change.by, "accent"),
                Cell(f" {verb} {change.ref}"),
                Cell(f"  #{change.revision} {format_micro_time(change.at_ms)[11:23]}", "dim"),
            )
        )
        uids.append(str(change.revision))
        what = summary(change.before, change.after)
        if what:
            lines.append(line(f"{indent}  {what}", "dim"))
            uids.append("")
    lines.append(line("  " * len(chain.steps) + (chain.end or "reading the log"), "dim"))
    return lines, [*uids, ""]
