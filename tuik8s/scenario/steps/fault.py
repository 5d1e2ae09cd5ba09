"""fault: {action, target, for, ...} - create a Fault; heal: all | NAME | a list - delete it.

The fields are those of the Fault's spec (`kubectl explain fault.spec`); `name` names it for `heal`.
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.types import Object
from tuik8s.components.chaos.crd import FAULTS, GROUP, fault_crd
from tuik8s.components.chaos.planning import read_spec
from tuik8s.components.chaos.shape import Refused
from tuik8s.scenario.place import Value, nearest
from tuik8s.scenario.run import Failed, Run
from tuik8s.scenario.writes import create_object

WITHIN_MS = 30_000


def spec_schema() -> Object:
    """The schema of a Fault's spec."""
    version = fault_crd()["spec"]["versions"][0]
    schema: Object = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return schema


class Break:
    """Creates a Fault and waits until it is in force."""

    def __init__(self, value: Value) -> None:
        schema = spec_schema()
        fields = dict(value.fields("fault", ("name", *schema["properties"])))
        name = fields.pop("name", None)
        for needed in schema["required"]:
            if needed not in fields:
                raise value.bad(f"fault needs {needed}")
        if "for" in fields:
            fields["for"].duration_ms("how long the fault lasts")
        self.spec = {
            key: fitting(inner, key, schema["properties"][key]) for key, inner in fields.items()
        }
        try:
            read_spec({"spec": self.spec})
        except Refused as refused:
            raise value.bad(str(refused)) from refused
        self.name = name.text("a name") if name else ""
        self.title = f"fault {self.spec['action']} {self.spec.get('target', '')}".rstrip()

    def run(self, run: Run) -> None:
        run.faults_count += 1
        name = self.name or f"{self.spec['action']}-{run.faults_count}"
        fault: Object = {
            "apiVersion": f"{GROUP}/v1",
            "kind": "Fault",
            "metadata": {"name": name},
            "spec": self.spec,
        }
        create_object(run, FAULTS, fault)
        key = (f"{FAULTS}//{name}",)
        if not run.wait_until(lambda: not run.is_up or _phase(run, name) != "", WITHIN_MS):
            raise Failed(f"fault {name} was not taken up within {WITHIN_MS // 1000}s", key)
        if run.is_up and _phase(run, name) == "Refused":
            found = run.state.get("fault", name) or {}
            raise Failed(f"fault refused: {found['status'].get('message', '')}", key)


def _phase(run: Run, name: str) -> str:
    found = run.state.get("fault", name) or {}
    return str((found.get("status") or {}).get("phase", ""))


def fitting(value: Value, field: str, schema: Object) -> Any:
    """What is written there, of the type that the Fault's schema wants. Raises BadScenario."""
    plain = value.plain()
    kind = schema.get("type", "")
    if kind == "string":
        text = value.text(f"{field}, a text") if not isinstance(plain, int | float) else str(plain)
        if "enum" in schema and text not in schema["enum"]:
            known = schema["enum"]
            raise value.bad(
                f"no {field} {text!r}; {nearest(text, known)}there are: {', '.join(known)}"
            )
        return text
    if kind == "integer":
        number = value.number(f"{field}", schema.get("minimum", -(2**63)))
        if number > schema.get("maximum", number):
            raise value.bad(f"expected {field} of at most {schema['maximum']}, got {number}")
        return number
    if kind == "boolean":
        return value.flag(field)
    return plain


class Heal:
    """Deletes some Faults or all, and waits until they are gone."""

    def __init__(self, value: Value | None = None) -> None:
        """Without a value: all."""
        names = (
            [item.text("all, or the name of a fault") for item in value.one_or_more()]
            if value
            else []
        )
        self._names = [] if names == ["all"] else names
        self.title = f"heal {', '.join(self._names) or 'all'}"

    def run(self, run: Run) -> None:
        run.wait_until(lambda: run.is_up, WITHIN_MS)
        known = faults_of(run)
        for name in self._names:
            if name not in known:
                there = ", ".join(known) or "none"
                raise Failed(f"no fault {name!r} to heal; there are: {there}")
        names = self._names or known
        for name in names:
            if run.state.get("fault", name) is not None:
                self._delete(run, name)
        gone = run.wait_until(lambda: run.is_up and not set(names) & set(faults_of(run)), WITHIN_MS)
        if not gone:
            raise Failed(f"faults were not healed within {WITHIN_MS // 1000}s")

    def _delete(self, run: Run, name: str) -> None:
        run.ask(lambda on_reply: run.cluster.client.delete(FAULTS, "", name, on_reply))


def faults_of(run: Run) -> list[str]:
    """Names of the Faults that there are; none where the cluster has no chaos."""
    if not run.knows("fault"):
        return []
    return [fault["metadata"]["name"] for fault in run.state.list_("faults")]


def parse_fault(value: Value) -> Break:
    return Break(value)


def parse_heal(value: Value) -> Heal:
    return Heal(value)
