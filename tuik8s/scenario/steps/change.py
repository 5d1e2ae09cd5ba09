"""delete: OBJECT; scale: {OBJECT: N}; patch: {OBJECT: MERGE PATCH} - what kubectl would do."""

from __future__ import annotations

from typing import Any

from tuik8s.scenario.place import BadScenario, Value
from tuik8s.scenario.run import Run
from tuik8s.scenario.steps.objects import ObjectName, parse_name


class Delete:
    """Deletes an object in the background."""

    def __init__(self, target: ObjectName) -> None:
        self._target = target
        self.title = f"delete {target}"

    def run(self, run: Run) -> None:
        resource, namespace = self._target.resource(run)
        options = {"propagationPolicy": "Background"}
        name = self._target.name
        run.ask(lambda reply: run.cluster.client.delete(resource, namespace, name, reply, options))


class Patch:
    """Merge-patches an object."""

    def __init__(self, title: str, target: ObjectName, body: Any, subresource: str = "") -> None:
        self._target = target
        self._body = body
        self._subresource = subresource
        self.title = title

    def run(self, run: Run) -> None:
        resource, namespace = self._target.resource(run)
        run.ask(
            lambda reply: run.cluster.client.patch(
                resource,
                namespace,
                self._target.name,
                self._body,
                reply,
                subresource=self._subresource,
                query={"fieldManager": "tuik8s-run"},
            )
        )


def parse_delete(value: Value) -> Delete:
    return Delete(parse_name(value))


def parse_scale(value: Value) -> Patch:
    target, count = _only(value, "scale")
    replicas = count.number("a number of replicas")
    return Patch(f"scale {target} to {replicas}", target, {"spec": {"replicas": replicas}}, "scale")


def parse_patch(value: Value) -> Patch:
    target, body = _only(value, "patch")
    body.fields("a merge patch")
    return Patch(f"patch {target}", target, body.plain())


def _only(value: Value, what: str) -> tuple[ObjectName, Value]:
    """The one `OBJECT: ...` of a mapping."""
    fields = value.fields(what)
    if len(fields) != 1:
        raise BadScenario(f"{value.file}:{value.line}: expected one object in {what}")
    key, inner = next(iter(fields.items()))
    return parse_name(Value(value.file, value.line, key)), inner
