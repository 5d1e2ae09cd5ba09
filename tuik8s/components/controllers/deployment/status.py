"""Writing a Deployment's status, alone or with its annotations."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Update
from tuik8s.components.controllers.deployment import progress
from tuik8s.components.controllers.parts.templates import with_status

RESOURCE = "deployments.apps"
SETS = "replicasets.apps"


def write_status(deployment: Object, status: Object) -> Update:
    changed = with_status(deployment, progress.stored(status))
    return Update(resource=RESOURCE, obj=changed, subresource="status")


def with_annotations(obj: Object, annotations: dict[str, str]) -> Object:
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}
