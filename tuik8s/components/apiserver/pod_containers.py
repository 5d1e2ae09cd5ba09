"""Which container of a pod a request means.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go (LogLocation, streamLocation, 1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import bad_request
from tuik8s.api.types import Object
from tuik8s.components.apiserver.options import Query, first


def _names(pod: Object, field: str) -> list[str]:
    return [c.get("name", "") for c in (pod.get("spec") or {}).get(field) or ()]


def _only_container(pod: Object) -> str:
    """The name of the one container. Raises ApiError where there are several."""
    names, name = _names(pod, "containers"), pod["metadata"]["name"]
    if len(names) == 1:
        return names[0]
    shown = " ".join(names)
    message = f"a container name must be specified for pod {name}, choose one of: [{shown}]"
    inits = _names(pod, "initContainers")
    if inits:
        message += f" or one of the init containers: [{' '.join(inits)}]"
    raise bad_request(message)


def container_of(pod: Object, query: Query) -> str:
    """The container that a request names, or the only one. Raises ApiError."""
    container = first(query, "container") or _only_container(pod)
    fields = ("containers", "initContainers", "ephemeralContainers")
    if not any(container in _names(pod, field) for field in fields):
        raise bad_request(f"container {container} is not valid for pod {pod['metadata']['name']}")
    return container
