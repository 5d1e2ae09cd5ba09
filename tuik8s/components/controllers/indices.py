"""Under which values cached objects can be found, by resource.

Every resource: `namespace`, `owner` (uid of the controlling owner), `orphan` (namespace of an
object without one). What else a controller asks for is listed here by resource.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tuik8s.api.meta import annotations_of, controller_of, is_terminal, labels_of, namespace_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.parts.pods import claims_of

IndexFunction = Callable[[Object], Iterable[str]]


def _namespace(obj: Object) -> Iterable[str]:
    return (namespace_of(obj),)


def _owner(obj: Object) -> Iterable[str]:
    reference = controller_of(obj)
    return () if reference is None else (reference.get("uid") or "",)


def _orphan(obj: Object) -> Iterable[str]:
    return (namespace_of(obj),) if controller_of(obj) is None else ()


def _node(pod: Object) -> Iterable[str]:
    node = (pod.get("spec") or {}).get("nodeName")
    return (node,) if node else ()


def _ended(pod: Object) -> Iterable[str]:
    """`ended` pods are what the pod garbage collector looks through."""
    return ("ended",) if is_terminal(pod) else ()


def _service(endpoint_slice: Object) -> Iterable[str]:
    name = labels_of(endpoint_slice).get("kubernetes.io/service-name")
    return (f"{namespace_of(endpoint_slice)}/{name}",) if name else ()


def _account(secret: Object) -> Iterable[str]:
    name = annotations_of(secret).get("kubernetes.io/service-account.name")
    token = secret.get("type") == "kubernetes.io/service-account-token"
    return (f"{namespace_of(secret)}/{name}",) if name and token else ()


def _claim(pod: Object) -> Iterable[str]:
    """Claims that a pod mounts, as namespace/name."""
    return [f"{namespace}/{name}" for namespace, name in claims_of(pod)]


EVERYWHERE: Mapping[str, IndexFunction] = {
    "namespace": _namespace,
    "owner": _owner,
    "orphan": _orphan,
}
EXTRA: Mapping[str, Mapping[str, IndexFunction]] = {
    "pods": {"node": _node, "ended": _ended, "claim": _claim},
    "endpointslices.discovery.k8s.io": {"service": _service},
    "secrets": {"account": _account},
}


def indices_of(resource: str) -> Mapping[str, IndexFunction]:
    return {**EVERYWHERE, **EXTRA.get(resource, {})}
