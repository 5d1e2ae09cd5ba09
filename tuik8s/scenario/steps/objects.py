"""How steps name an object: `KIND/NAME`, or `KIND/NAMESPACE/NAME` outside the default namespace."""

from __future__ import annotations

from typing import NamedTuple

from tuik8s.api.types import Object
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run
from tuik8s.scenario.state import NoSuchKind


class ObjectName(NamedTuple):
    """A kind by any of its names, a namespace and a name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        inside = "" if self.namespace == "default" else f"{self.namespace}/"
        return f"{self.kind}/{inside}{self.name}"

    def find(self, run: Run) -> Object | None:
        """The object now. Raises Failed when there is no such kind."""
        try:
            return run.state.get(self.kind, self.name, self.namespace)
        except NoSuchKind as unknown:
            raise Run.Failed(str(unknown)) from unknown

    def resource(self, run: Run) -> tuple[str, str]:
        """(resource id, namespace or ""). Raises Failed when there is no such kind."""
        try:
            resource, namespaced = run.state.resource(self.kind)
        except NoSuchKind as unknown:
            raise Run.Failed(str(unknown)) from unknown
        return resource, self.namespace if namespaced else ""


def parse_name(value: Value) -> ObjectName:
    text = value.text("an object such as deployment/frontend")
    parts = text.split("/")
    if len(parts) == 2 and all(parts):
        return ObjectName(parts[0], "default", parts[1])
    if len(parts) == 3 and all(parts):
        return ObjectName(*parts)
    raise value.bad(f"expected KIND/NAME or KIND/NAMESPACE/NAME, got {text!r}")
