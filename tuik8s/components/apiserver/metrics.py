"""metrics.k8s.io: what nodes and pods use, computed from the kubelets' summaries when it is read.

    kubectl top pods --> GET .../pods --> pods of the store, by node --> kubelets --> PodMetrics

Served here as a cluster with a metrics-server serves it: discovery, tables, label selectors, and
what is missing. A pod has metrics once its containers ran for a whole window.

Source: kubernetes-sigs/metrics-server pkg/api (0.8).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tuik8s.api.errors import not_found
from tuik8s.api.kinds.base import Column, Kind, Rules
from tuik8s.api.quantity import BINARY_SI, Quantity, of_value, parse
from tuik8s.api.schema.structural import from_openapi
from tuik8s.api.times import format_duration, format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Effect, Waiting
from tuik8s.components.apiserver.options import list_options
from tuik8s.components.apiserver.rendering import made_list_answer, object_answer
from tuik8s.components.apiserver.selection import Selection
from tuik8s.components.apiserver.summaries import RESOLUTION_MS, PodStats, Summary
from tuik8s.components.store.types import Entry

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

GROUP: Final = "metrics.k8s.io"
_WINDOW: Final = format_duration(RESOLUTION_MS)


class _Meta(msgspec.Struct, gc=False):
    name: str
    uid: str
    namespace: str = ""
    labels: dict[str, str] | None = None


class _Spec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    node_name: str = ""


class _Status(msgspec.Struct, frozen=True, gc=False):
    phase: str = ""


class _Measured(msgspec.Struct, gc=False):
    """What is read of a node or pod."""

    metadata: _Meta
    spec: _Spec = _Spec()
    status: _Status = _Status()


_decode: Final = msgspec.msgpack.Decoder(_Measured).decode
_Metrics = Generator[Effect, Any, list[Object]]


def _used(name: str) -> Callable[[Object, int], Any]:
    """The cell of a column: usage of the node, or of all containers of the pod."""

    def cell(obj: Object, now_ms: int) -> str:
        usages = [obj["usage"]] if "usage" in obj else [c["usage"] for c in obj["containers"]]
        total = parse(usages[0][name])
        for usage in usages[1:]:
            total = total.add(parse(usage[name]))
        return str(total)

    return cell


_COLUMNS: Final = (
    Column(
        "Name",
        "string",
        lambda obj, _now_ms: obj["metadata"]["name"],
        format="name",
        description="Name of the resource",
    ),
    Column("cpu", "string", _used("cpu"), format="quantity"),
    Column("memory", "string", _used("memory"), format="quantity"),
    Column("Window", "string", lambda obj, _now_ms: obj["window"], format="duration"),
)
_USAGE: Final[Object] = {
    "type": "object",
    "description": "By resource: cpu and memory.",
    "additionalProperties": {"type": "string"},
}
_TIMES: Final[Object] = {
    "timestamp": {"type": "string", "format": "date-time", "description": "The window's end."},
    "window": {"type": "string", "description": "How long was measured."},
}


def _kind(name: str, plural: str, *, namespaced: bool, **properties: Object) -> Kind:
    schema = {"type": "object", "properties": {**_TIMES, **properties}}
    return Kind(
        group=GROUP,
        version="v1beta1",
        kind=name,
        plural=plural,
        singular="",
        namespaced=namespaced,
        verbs=("get", "list"),
        schema=from_openapi(schema),
        rules=Rules(columns=_COLUMNS),
        list_kind=f"{name}List",
        custom=True,
    )


_CONTAINER: Final[Object] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "usage": _USAGE},
}
NODES: Final = _kind("NodeMetrics", "nodes", namespaced=False, usage=_USAGE)
PODS: Final = _kind(
    "PodMetrics", "pods", namespaced=True, containers={"type": "array", "items": _CONTAINER}
)


def answer(core: Core, call: Call) -> Outcome:
    """Answer a get or a list of either kind. Raises ApiError (404)."""
    return _one(core, call) if call.request.verb == "get" else _list(core, call)


def _one(core: Core, call: Call) -> Waiting:
    request, kind = call.request, call.kind
    entry = core.store.get(f"{kind.plural}/{request.namespace}/{request.name}")
    if entry is None and kind is PODS:
        raise not_found("", "pods", request.name)
    found = yield from _measure(core, call, [entry] if entry is not None else [])
    if not found:
        name = f"{request.namespace}/{request.name}" if request.namespace else request.name
        raise not_found(GROUP, kind.kind.lower(), name)
    return object_answer(core, call, found[0])


def _list(core: Core, call: Call) -> Waiting:
    request, kind = call.request, call.kind
    options = list_options(request.query, watch=False)
    selection = Selection(kind, options.labels, options.fields)
    prefix = f"{kind.plural}/{request.namespace}/" if request.namespace else f"{kind.plural}/"
    chosen = [e for e in core.store.range(prefix).entries if selection.takes(e.key, e.value)]
    found = yield from _measure(core, call, chosen)
    answered: Answer = made_list_answer(core, call, found)
    return answered


def _measure(core: Core, call: Call, entries: Iterable[Entry]) -> _Metrics:
    """The metrics of those that have any."""
    things = [_decode(entry.value) for entry in entries]
    if call.kind is NODES:
        nodes = [thing.metadata.name for thing in things]
    else:
        things = [thing for thing in things if thing.status.phase == "Running"]
        nodes = sorted({thing.spec.node_name for thing in things})
    summaries = yield from core.summaries.of(nodes, call.now_ms)
    if call.kind is NODES:
        told = ((thing, summaries.get(thing.metadata.name)) for thing in things)
        return [_node(thing, found, call.now_ms) for thing, found in told if found is not None]
    by_uid = {pod.pod_ref.uid: pod for found in summaries.values() for pod in found.pods}
    pods = ((thing, by_uid.get(thing.metadata.uid)) for thing in things)
    return [_pod(thing, found, call.now_ms) for thing, found in pods if found is not None]


def _node(thing: _Measured, found: Summary, now_ms: int) -> Object:
    stats = found.node
    usage = _usage(stats.cpu.usage_nano_cores, stats.memory.working_set_bytes)
    return {**_head(NODES, thing, stats.cpu.time, now_ms), "usage": usage}


def _pod(thing: _Measured, found: PodStats, now_ms: int) -> Object:
    containers = [
        {"name": c.name, "usage": _usage(c.cpu.usage_nano_cores, c.memory.working_set_bytes)}
        for c in found.containers
    ]
    time = found.containers[0].cpu.time
    return {**_head(PODS, thing, time, now_ms), "containers": containers}


def _head(kind: Kind, thing: _Measured, time: str, now_ms: int) -> Object:
    meta: Object = {"name": thing.metadata.name}
    if thing.metadata.namespace:
        meta["namespace"] = thing.metadata.namespace
    meta["creationTimestamp"] = format_time(now_ms)
    if thing.metadata.labels:
        meta["labels"] = thing.metadata.labels
    return {
        "kind": kind.kind,
        "apiVersion": kind.api_version,
        "metadata": meta,
        "timestamp": time,
        "window": _WINDOW,
    }


def _usage(cpu_nanos: int, memory_bytes: int) -> Object:
    return {"cpu": str(Quantity(cpu_nanos)), "memory": str(of_value(memory_bytes, BINARY_SI))}
