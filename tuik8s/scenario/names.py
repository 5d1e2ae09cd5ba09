"""How steps name an object: `KIND/NAME`, or `KIND/NAMESPACE/NAME` outside the default namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tuik8s.api.types import Object
from tuik8s.scenario.place import Value
from tuik8s.scenario.state import NoSuchKind

if TYPE_CHECKING:
    from tuik8s.scenario.run import Run


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
            raise run.Failed(str(unknown)) from unknown

    def require(self, run: Run) -> Object:
        """The object now. Raises Failed when it or its kind is not there."""
        found = self.find(run)
        if found is None:
            raise run.Failed(f"there is no {self}")
        return found

    def resource(self, run: Run) -> tuple[str, str]:
        """(resource id, namespace or ""). Raises Failed when there is no such kind."""
        try:
            resource, namespaced = run.state.resource(self.kind)
        except NoSuchKind as unknown:
            raise run.Failed(str(unknown)) from unknown
        return resource, self.namespace if namespaced else ""


def parse_name(value: Value) -> ObjectName:
    text = value.text("an object such as deployment/frontend")
    parts = text.split("/")
    if len(parts) == 2 and all(parts):
        return ObjectName(parts[0], "default", parts[1])
    if len(parts) == 3 and all(parts):
        return ObjectName(*parts)
    raise value.bad(f"expected KIND/NAME or KIND/NAMESPACE/NAME, got {text!r}")


def parse_node(value: Value) -> ObjectName:
    """A node as `node-1` or `node/node-1`."""
    text = value.text("a node such as node-1")
    name = text.removeprefix("node/")
    if "/" in name or not name:
        raise value.bad(f"expected a node such as node-1 or node/node-1, got {text!r}")
    return ObjectName("node", "", name)


def parse_one(value: Value, what: str) -> tuple[ObjectName, Value]:
    """The one `OBJECT: ...` of a mapping."""
    fields = value.fields(what)
    if len(fields) != 1:
        raise value.bad(f"expected one object in {what}, such as {what}: {{deployment/web: ...}}")
    key, inner = next(iter(fields.items()))
    return parse_name(Value(value.source, inner.line, key)), inner
