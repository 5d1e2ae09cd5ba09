"""What a cluster has before anybody asks: namespaces, its own Service, priorities, flows, roles,
APIServices.

Everything goes through the pipeline as the server itself, so it looks like any other object. Where
the server is reached may differ from the last start; its own Service says so.

Source: k8s.io/kubernetes pkg/controlplane/{controller,instance.go}, pkg/controlplane/controller/
legacytokentracking, pkg/apis/scheduling, pkg/registry/rbac/rest (1.36).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.server_paths import VERSION
from tuik8s.api.times import format_time
from tuik8s.api.types import Object, Request
from tuik8s.components.apiserver.allocators import IDENTITY
from tuik8s.components.apiserver.answers import Answer, encode_msgpack
from tuik8s.components.apiserver.api_services import GROUP as SERVICES
from tuik8s.components.apiserver.api_services import services
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.authorization.defaults import GROUP as RBAC
from tuik8s.components.apiserver.authorization.defaults import default_objects, metrics_reader
from tuik8s.components.apiserver.flow_defaults import flow_schemas, priority_levels
from tuik8s.components.apiserver.flow_schemas import GROUP as FLOW_CONTROL
from tuik8s.components.apiserver.objects import decode_msgpack
from tuik8s.components.apiserver.role_defaults import is_replaced, mended
from tuik8s.components.apiserver.routes import Route
from tuik8s.components.apiserver.strategies import fill_system_fields

if TYPE_CHECKING:
    from tuik8s.components.apiserver.pipeline import Pipeline
    from tuik8s.components.store.types import Entry

_NAMESPACES: Final = ("kube-system", "kube-public", "kube-node-lease", "default")
_TOKEN_TRACKING: Final = "kube-apiserver-legacy-service-account-token-tracking"
"""Of every cluster of upstream's; ours takes tokens from Secrets without noting their use."""

_PRIORITIES: Final = (
    (
        "system-node-critical",
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another "
        "node if necessary.",
    ),
)


_MADE: Final[dict[tuple[str, bytes], bytes]] = {}
"""What the pipeline made of a default object, by resource and body: the same in every cluster but
for uid and times. A process that runs tests or scenarios starts many clusters."""


def create_missing(pipeline: Pipeline) -> None:
    """Create what is not there yet, and mend default roles and bindings."""
    for group, version, plural, obj in _wanted(pipeline):
        if _entry(pipeline, group, version, plural, obj) is None:
            if group == FLOW_CONTROL:
                _make(pipeline, group, version, plural, obj)
            else:
                _write(pipeline, "create", group, version, plural, obj)
    core = pipeline.core
    for service in services(core.kinds.all(), core.world.now_ms()):
        _store(pipeline, SERVICES, "apiservices", service)
    for plural, obj in default_objects():
        _keep_default(pipeline, plural, obj)
    for group, version, plural, obj in _own_service(pipeline):
        _keep_own(pipeline, group, version, plural, obj)


def _keep_own(pipeline: Pipeline, group: str, version: str, plural: str, obj: Object) -> None:
    """Have what leads to this server lead to where it is now."""
    entry = _entry(pipeline, group, version, plural, obj)
    assert entry is not None, f"{plural} of the server were created when they were missing"
    stored = decode_msgpack(entry.value)
    if "spec" in obj:  # of the Service only the port leads anywhere
        wanted: Object = {"spec": {**stored["spec"], "ports": obj["spec"]["ports"]}}
    else:
        wanted = {name: value for name, value in obj.items() if name != "metadata"}
    if not _has(stored, wanted):
        _write(pipeline, "update", group, version, plural, {**stored, **wanted})


def _has(stored: Any, wanted: Any) -> bool:
    """Whether all that is wanted is stored, be there more of it or not."""
    if isinstance(wanted, dict) and isinstance(stored, dict):
        return all(_has(stored.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(stored, list):
        pairs = zip(stored, wanted, strict=False)
        return len(stored) == len(wanted) and all(_has(*pair) for pair in pairs)
    return bool(stored == wanted)


def _keep_default(pipeline: Pipeline, plural: str, obj: Object) -> None:
    entry = _entry(pipeline, RBAC, "v1", plural, obj)
    if entry is None:
        _make(pipeline, RBAC, "v1", plural, obj)
        return
    stored = decode_msgpack(entry.value)
    if "roleRef" in obj and is_replaced(stored, obj):
        _write(pipeline, "delete", RBAC, "v1", plural, obj)
        _write(pipeline, "create", RBAC, "v1", plural, obj)
        return
    better = mended(stored, obj)
    if better is not None:
        _write(pipeline, "update", RBAC, "v1", plural, better)


def _entry(pipeline: Pipeline, group: str, version: str, plural: str, obj: Object) -> Entry | None:
    core, meta = pipeline.core, obj["metadata"]
    kind = core.kinds.lookup(group, version, plural)
    assert kind is not None, f"{plural} are always served"
    return core.objects.entry(kind, meta.get("namespace", ""), meta["name"])


def _make(pipeline: Pipeline, group: str, version: str, plural: str, obj: Object) -> None:
    """Create an object of which nothing else takes note, as the pipeline does, or did before."""
    core = pipeline.core
    kind = core.kinds.lookup(group, version, plural)
    assert kind is not None, f"{plural} are always served"
    key = (kind.resource, encode_msgpack(obj))
    known = _MADE.get(key)
    if known is None:
        _write(pipeline, "create", group, version, plural, obj)
        entry = _entry(pipeline, group, version, plural, obj)
        assert entry is not None, "it was created just now"
        _MADE[key] = entry.value
        return
    made, now_ms = decode_msgpack(known), core.world.now_ms()
    fill_system_fields(made, core.rng.uid(), now_ms)
    for manager in made["metadata"]["managedFields"]:
        manager["time"] = format_time(now_ms)
    core.objects.create(kind, made, IDENTITY, 0)


def _store(pipeline: Pipeline, group: str, plural: str, obj: Object) -> None:
    """Create an object with a status, if it is not there: as it is, no request can."""
    core = pipeline.core
    if _entry(pipeline, group, "v1", plural, obj) is not None:
        return
    kind = core.kinds.lookup(group, "v1", plural)
    assert kind is not None, f"{plural} are always served"
    fill_system_fields(obj, core.rng.uid(), core.world.now_ms())
    core.objects.create(kind, obj, IDENTITY, 0)


def _write(
    pipeline: Pipeline, verb: str, group: str, version: str, plural: str, obj: Object
) -> None:
    meta = obj["metadata"]
    request = Request(
        verb=verb,
        group=group,
        version=version,
        resource=plural,
        namespace=meta.get("namespace", ""),
        name="" if verb == "create" else meta["name"],
        body=b"" if verb == "delete" else encode_msgpack(obj),
        content_type="" if verb == "delete" else "application/msgpack",
        user_agent=f"kube-apiserver/{VERSION}",
    )
    route = Route(
        verb=verb,
        path="",
        group=group,
        version=version,
        resource=plural,
        namespace=request.namespace,
        name=request.name,
        kind=pipeline.core.kinds.lookup(group, version, plural),
    )
    pipeline.handle(request, route, Credentials(peer=IDENTITY), _expect_done)


def _expect_done(answer: Answer) -> None:
    assert answer.code in (200, 201), f"bootstrap object refused: {answer.objects!r}"


def _wanted(pipeline: Pipeline) -> Iterator[tuple[str, str, str, Object]]:
    for name in _NAMESPACES:
        yield "", "v1", "namespaces", {"metadata": {"name": name}}
    for name, value, description in _PRIORITIES:
        priority: Object = {"metadata": {"name": name}, "value": value, "description": description}
        yield "scheduling.k8s.io", "v1", "priorityclasses", priority
    for level in priority_levels():
        yield FLOW_CONTROL, "v1", "prioritylevelconfigurations", level
    for schema in flow_schemas():
        yield FLOW_CONTROL, "v1", "flowschemas", schema
    config = pipeline.core.config
    cidr = {"metadata": {"name": "kubernetes"}, "spec": {"cidrs": [config.service_cidr]}}
    yield "networking.k8s.io", "v1", "servicecidrs", cidr
    tracking = {"name": _TOKEN_TRACKING, "namespace": "kube-system"}
    today = format_time(pipeline.core.world.now_ms()).partition("T")[0]
    yield "", "v1", "configmaps", {"metadata": tracking, "data": {"since": today}}
    if config.metrics:
        yield RBAC, "v1", "clusterroles", metrics_reader()
    yield from _own_service(pipeline)


def _own_service(pipeline: Pipeline) -> Iterator[tuple[str, str, str, Object]]:
    config = pipeline.core.config
    labels = {"component": "apiserver", "provider": "kubernetes"}
    meta: Object = {"name": "kubernetes", "namespace": "default"}
    address = str(ipaddress.ip_network(config.service_cidr).network_address + 1)
    port = config.advertise_port
    service: Object = {
        "metadata": {**meta, "labels": labels},
        "spec": {
            "clusterIP": address,
            "clusterIPs": [address],
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": port}],
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
    }
    yield "", "v1", "services", service
    mirrored = {"endpointslice.kubernetes.io/skip-mirror": "true"}
    ports = [{"name": "https", "port": port, "protocol": "TCP"}]
    reached = [{"ip": config.advertise_address}]
    endpoints: Object = {
        "metadata": {**meta, "labels": mirrored},
        "subsets": [{"addresses": reached, "ports": ports}],
    }
    yield "", "v1", "endpoints", endpoints
    piece: Object = {
        "metadata": {**meta, "labels": {"kubernetes.io/service-name": "kubernetes"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [config.advertise_address], "conditions": {"ready": True}}],
        "ports": ports,
    }
    yield "discovery.k8s.io", "v1", "endpointslices", piece
