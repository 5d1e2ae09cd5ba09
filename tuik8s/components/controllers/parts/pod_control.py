"""Making and deleting one pod for its owner, with the events that everybody says then.

Source: k8s.io/kubernetes pkg/controller/controller_utils.go (`RealPodControl`), 1.36. StatefulSets
have words of their own.
"""

from __future__ import annotations

from tuik8s.api.meta import name_of, namespace_of, uid_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Create, Delete, Event


def create_pod(owner: Object, pod: Object) -> Create:
    return Create(
        resource="pods",
        obj=pod,
        said=Event(owner, "Normal", "SuccessfulCreate", "Created pod: {name}"),
        failed=Event(owner, "Warning", "FailedCreate", "Error creating: {error}"),
    )


def delete_pod(owner: Object, pod: Object) -> Delete:
    """The deletion of this very pod; one that is gone or made anew is left alone."""
    name = name_of(pod)
    return Delete(
        resource="pods",
        namespace=namespace_of(pod),
        name=name,
        uid=uid_of(pod),
        tolerate=(404, 409),
        said=Event(owner, "Normal", "SuccessfulDelete", f"Deleted pod: {name}"),
        failed=Event(owner, "Warning", "FailedDelete", "Error deleting: {error}"),
    )
