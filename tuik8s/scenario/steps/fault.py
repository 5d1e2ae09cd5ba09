"""fault: {action, target, for, ...} - create a Fault; heal: all | NAME - delete it.

The fields are those of the Fault's spec (`kubectl explain fault.spec`); `name` names it for `heal`.
"""

from __future__ import annotations

import msgspec

from tuik8s.api.types import Object
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import FaultSpec
from tuik8s.components.chaos.crd import FAULTS
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run

FIELDS = ("name", *(field.encode_name for field in msgspec.structs.fields(FaultSpec)))
WITHIN_MS = 30_000


class Break:
    """Creates a Fault and waits until it is in force."""

    def __init__(self, value: Value) -> None:
        fields = value.fields("fault", FIELDS)
        for needed in ("action", "target"):
            if needed not in fields:
                raise value.bad(f"fault needs {needed}")
        action = fields["action"].text("an action")
        if action not in ACTIONS:
            raise fields["action"].bad(f"no action {action!r}; there are: {', '.join(ACTIONS)}")
        if "for" in fields:
            fields["for"].duration_ms("how long the fault lasts")
        self._spec = {k: v.plain() for k, v in fields.items() if k != "name"}
        self._name = str(fields["name"].raw) if "name" in fields else ""
        self.title = f"fault {action} {self._spec['target']}"

    def run(self, run: Run) -> None:
        name = self._name or f"{self._spec['action']}-{len(run.faults) + 1}"
        fault: Object = {
            "apiVersion": "chaos.tuik8s.dev/v1",
            "kind": "Fault",
            "metadata": {"name": name},
            "spec": self._spec,
        }
        run.ask(lambda on_reply: run.cluster.client.create(FAULTS, fault, on_reply))
        run.faults.append(name)

        def phase() -> str:
            if not run.is_up:
                return "Active"
            found = run.state.get("fault", name) or {}
            return str((found.get("status") or {}).get("phase", ""))

        run.wait_until(lambda: phase() != "", WITHIN_MS)
        if phase() == "Refused":
            found = run.state.get("fault", name) or {}
            raise Run.Failed(f"fault refused: {found['status'].get('message', '')}")
        if phase() == "":
            raise Run.Failed(f"fault {name} was not taken up within {WITHIN_MS // 1000}s")


class Heal:
    """Deletes one Fault or all, and waits until they are gone."""

    def __init__(self, value: Value) -> None:
        self._which = value.text("all, or the name of a fault")
        self.title = f"heal {self._which}"

    def run(self, run: Run) -> None:
        run.wait_until(lambda: run.is_up, WITHIN_MS)
        names = run.faults if self._which == "all" else [self._which]
        if self._which != "all" and self._which not in run.faults:
            known = ", ".join(run.faults) or "none"
            raise Run.Failed(f"no fault {self._which!r} to heal; there are: {known}")
        for name in list(names):
            if run.state.get("fault", name) is not None:
                self._delete(run, name)
        gone = run.wait_until(
            lambda: run.is_up and all(run.state.get("fault", name) is None for name in names),
            WITHIN_MS,
        )
        if not gone:
            raise Run.Failed(f"faults were not healed within {WITHIN_MS // 1000}s")
        run.faults = [name for name in run.faults if name not in names]

    def _delete(self, run: Run, name: str) -> None:
        run.ask(lambda on_reply: run.cluster.client.delete(FAULTS, "", name, on_reply))


def parse_fault(value: Value) -> Break:
    return Break(value)


def parse_heal(value: Value) -> Heal:
    return Heal(value)
