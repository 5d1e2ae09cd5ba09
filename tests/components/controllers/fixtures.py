"""Objects and a view for table tests of controllers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuik8s.api.meta import owner_reference
from tuik8s.api.times import format_time
from tuik8s.api.types import Key, Object
from tuik8s.bus.frames import encode
from tuik8s.components.controllers.base import Plan, Write
from tuik8s.components.controllers.glances import GLANCES
from tuik8s.components.controllers.indices import indices_of

NOW_MS = 1_767_225_600_000
PODS, SETS, DEPLOYMENTS = "pods", "replicasets.apps", "deployments.apps"


class Shown:
    """A View of objects given by resource."""

    def __init__(self, **objects: Sequence[Object]) -> None:
        self.objects = {name.replace("__", "."): list(found) for name, found in objects.items()}

    def add(self, resource: str, *objects: Object) -> None:
        self.objects.setdefault(resource, []).extend(objects)

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        for obj in self.objects.get(resource, ()):
            metadata = obj["metadata"]
            if (metadata.get("namespace", ""), metadata["name"]) == (namespace, name):
                return obj
        return None

    def list_(self, resource: str, namespace: str = "") -> Sequence[Object]:
        found = self.objects.get(resource, ())
        return [o for o in found if namespace in ("", o["metadata"].get("namespace", ""))]

    def by_index(self, resource: str, index: str, value: str) -> Sequence[Object]:
        function = indices_of(resource)[index]
        return [o for o in self.objects.get(resource, ()) if value in function(o)]

    def glance(self, resource: str, index: str = "", value: str = "") -> Sequence[Object]:
        """What the cache would give: no more than the fields of a glance, of what it does not
        happen to have decoded."""
        found = self.by_index(resource, index, value) if index else self.list_(resource)
        decode = GLANCES.get(resource)
        return found if decode is None else [decode(encode(o)) for o in found]

    def heard_at_ms(self) -> int:
        return NOW_MS

    def revision(self, resource: str) -> int:
        return 1_000_000


def obj(kind: str, name: str, api_version: str = "v1", namespace: str = "ns", **top: Any) -> Object:
    metadata: Object = {
        "name": name,
        "uid": f"uid-{kind.lower()}-{name}",
        "resourceVersion": "10",
        "creationTimestamp": format_time(NOW_MS - 60_000),
        "generation": 1,
    }
    if namespace:
        metadata["namespace"] = namespace
    metadata.update(top.pop("metadata", {}))
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **top}


def pod(
    name: str,
    owner: Object | None = None,
    *,
    phase: str = "Running",
    ready: bool = True,
    node: str = "node-1",
    labels: dict[str, str] | None = None,
    ip: str = "10.0.0.1",
    since_ms: int = NOW_MS - 30_000,
    **metadata: Any,
) -> Object:
    owners = [owner_reference(owner)] if owner else []
    meta = {"labels": labels or {"app": "web"}, **metadata}
    if owners:
        meta["ownerReferences"] = owners
    condition = {
        "type": "Ready",
        "status": "True" if ready else "False",
        "lastTransitionTime": format_time(since_ms),
    }
    status = {"phase": phase, "conditions": [condition], "podIP": ip, "podIPs": [{"ip": ip}]}
    spec = {"nodeName": node, "containers": [{"name": "c", "image": "app:1"}]}
    return obj("Pod", name, metadata=meta, spec=spec, status=status)


def template(image: str = "app:1") -> Object:
    spec = {"containers": [{"name": "c", "image": image}]}
    return {"metadata": {"labels": {"app": "web"}}, "spec": spec}


def replica_set(name: str, replicas: int, owner: Object | None = None, **more: Any) -> Object:
    metadata = {"labels": {"app": "web"}, **more.pop("metadata", {})}
    if owner is not None:
        metadata = {"ownerReferences": [owner_reference(owner)], **metadata}
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": more.pop("template", template()),
    }
    status = more.pop("status", {"replicas": 0})
    return obj("ReplicaSet", name, "apps/v1", metadata=metadata, spec=spec, status=status)


def deployment(replicas: int = 2, image: str = "app:1", **spec: Any) -> Object:
    whole = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": template(image),
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
        },
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
        **spec,
    }
    status = whole.pop("status", {})
    metadata = whole.pop("metadata", {})
    return obj("Deployment", "web", "apps/v1", metadata=metadata, spec=whole, status=status)


def node(name: str, ready: str = "True", zone: str = "", **spec: Any) -> Object:
    labels = {"topology.kubernetes.io/zone": zone} if zone else {}
    condition = {
        "type": "Ready",
        "status": ready,
        "lastHeartbeatTime": format_time(NOW_MS),
        "lastTransitionTime": format_time(NOW_MS - 60_000),
    }
    status = {"conditions": [condition] if ready else []}
    return obj("Node", name, namespace="", metadata={"labels": labels}, spec=spec, status=status)


def key(resource: str, name: str = "web", namespace: str = "ns") -> Key:
    return Key(resource, namespace, name)


def shown(write: Write) -> str:
    """A write in one line: verb, resource, name."""
    verb = type(write).__name__.lower()
    if hasattr(write, "obj"):
        metadata = write.obj["metadata"]
        name = metadata.get("name") or metadata.get("generateName", "") + "*"
    else:
        name = getattr(write, "name", "*")
    sub = getattr(write, "subresource", "")
    return f"{verb} {write.resource}{'/' + sub if sub else ''} {name}"


def lines(plan: Plan) -> list[str]:
    return [shown(write) for write in plan.writes]


def writes(plan: Plan) -> list[Any]:
    """The writes of a plan, whatever they are."""
    return list(plan.writes)
