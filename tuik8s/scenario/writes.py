"""What several steps do to objects through the API, each as kubectl would."""

from __future__ import annotations

from typing import Any

from tuik8s.api.types import Object
from tuik8s.bus.client import PatchKind
from tuik8s.scenario.names import ObjectName
from tuik8s.scenario.run import Run

MANAGER = "tuik8s-run"
"""The field manager of what a scenario writes."""


def create_object(run: Run, resource: str, obj: Object) -> Object:
    """Create an object; the answer is what was stored. Raises Failed."""
    return run.ask(
        lambda reply: run.cluster.client.create(
            resource, obj, reply, query={"fieldManager": MANAGER}
        )
    )


def patch_object(
    run: Run, target: ObjectName, body: Any, kind: PatchKind = "merge", subresource: str = ""
) -> Object:
    """Patch an object; the answer is the new one. Raises Failed."""
    resource, namespace = target.resource(run)
    return run.ask(
        lambda reply: run.cluster.client.patch(
            resource,
            namespace,
            target.name,
            body,
            reply,
            kind=kind,
            subresource=subresource,
            query={"fieldManager": MANAGER},
        )
    )


def delete_object(run: Run, target: ObjectName, options: Object) -> None:
    """Delete an object with DeleteOptions. Raises Failed."""
    resource, namespace = target.resource(run)
    run.ask(
        lambda reply: run.cluster.client.delete(resource, namespace, target.name, reply, options)
    )
