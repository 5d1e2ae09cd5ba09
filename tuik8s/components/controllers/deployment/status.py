"""Writing a Deployment's status, alone or with its annotations."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Update
from tuik8s.components.controllers.deployment import progress
from tuik8s.components.controllers.parts.workloads import status_update

RESOURCE = "deployments.apps"
SETS = "replicasets.apps"


def write_status(deployment: Object, status: Object) -> Update:
    return status_update(RESOURCE, deployment, progress.stored(status))


def with_annotations(obj: Object, annotations: dict[str, str]) -> Object:
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}
