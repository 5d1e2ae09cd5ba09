"""Explanations: why an object is as it is, as a resource that is computed when it is read.

    kubectl get explanations.explain.tuik8s.dev pods.web -n shop            the chain as a table
    kubectl get explanations.explain.tuik8s.dev deployments.apps.web -o yaml

The name is a kind, by any of its names, a dot, and the object's name; it may be gone by now, as
long as the log remembers it. status.chain leads from its last change to the first command or fault
(see `causes`), status.decision is what the scheduler last decided about a pod, and why. With
resourceVersion=N and resourceVersionMatch=Exact it explains the change at that revision, or the
last before it.

The log of all namespaces is followed, so reading an explanation may show what happened in others;
no role but cluster-admin allows it from the start. Values of Secrets are not shown.

Source: our own; upstream has no such resource.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.decision import NOTE_KIND
from tuik8s.api.errors import ApiError, not_found
from tuik8s.api.kinds.base import Column, Kind, Rules
from tuik8s.api.reasons import COLUMNS, cells_of, shown_author
from tuik8s.api.schema.structural import from_openapi
from tuik8s.api.times import format_micro_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import Answer, encode_json
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.causes import chain
from tuik8s.components.apiserver.changes import gone
from tuik8s.components.apiserver.listing import parse_revision
from tuik8s.components.apiserver.objects import decode_msgpack
from tuik8s.components.apiserver.options import first
from tuik8s.components.apiserver.rendering import object_answer, table_of

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

GROUP: Final = "explain.tuik8s.dev"
RESOURCE: Final = f"explanations.{GROUP}"


def _cell(index: int) -> Callable[[Object, int], Any]:
    return lambda row, _now_ms: cells_of(row["step"])[index]


_DESCRIPTIONS: Final = (
    "Of the change in the log",
    "When, in UTC",
    "What changed",
    "What was done",
    "Who did it",
    "What made them: caused, follows, fault, command, start, gone or more, and the revision",
)
_COLUMNS: Final = tuple(
    Column(name, "string" if index else "integer", _cell(index), description=_DESCRIPTIONS[index])
    for index, name in enumerate(COLUMNS)
)

_FREE: Final[Object] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
_SCHEMA: Final[Object] = {
    "type": "object",
    "description": "Why an object is as it is; read only, computed from the log.",
    "properties": {
        "spec": {
            **_FREE,
            "description": "The object that is explained: resource, kind, name, namespace.",
        },
        "status": {
            "type": "object",
            "properties": {
                "message": {"type": "string", "description": "The last change, in words."},
                "decision": {**_FREE, "description": "What the scheduler last decided, and when."},
                "chain": {
                    "type": "array",
                    "description": "From the last change back to the first command or fault.",
                    "items": _FREE,
                },
            },
        },
    },
}

EXPLANATIONS: Final = Kind(
    group=GROUP,
    version="v1",
    kind="Explanation",
    plural="explanations",
    singular="explanation",
    namespaced=True,
    verbs=("get",),
    schema=from_openapi(_SCHEMA),
    rules=Rules(columns=_COLUMNS),
    list_kind="ExplanationList",
    custom=True,
)


def answer(core: Core, call: Call) -> Answer:
    """Answer with the explanation that the request names. Raises ApiError (404, 410)."""
    found = explanation(core, call)
    if call.form.shape != "Table":
        return object_answer(core, call, found)
    rows = [{**found, "step": step} for step in found["status"]["chain"]]
    table = table_of(call, rows, {"resourceVersion": found["metadata"]["resourceVersion"]})
    return call.done(200, encode_json(table), media=call.form.content_type)


def explanation(core: Core, call: Call) -> Object:
    """The object that is answered."""
    request, store = call.request, core.store
    kind, name = _subject_of(core, call)
    namespace = request.namespace if kind.namespaced else ""
    key = core.objects.key(kind, namespace, name)
    before = _asked(core, call) + 1
    steps = chain(core, key, before)
    decision = _decision(core, key, before)
    if not steps and decision is None:
        where = f" in namespace {namespace}" if namespace else ""
        raise _missing(request.name, f'{kind.plural} "{name}"{where} is nowhere in the log')
    status: Object = {"chain": steps}
    if steps:
        status["message"] = f"{steps[0]['reason']}, by {shown_author(steps[0]['author'])}"
    if decision is not None:
        status["decision"] = decision
    subject = {"resource": kind.resource, "kind": kind.kind, "name": name, "namespace": namespace}
    return {
        "apiVersion": EXPLANATIONS.api_version,
        "kind": EXPLANATIONS.kind,
        "metadata": {
            "name": request.name,
            "namespace": request.namespace,
            "resourceVersion": str(steps[0]["revision"] if steps else store.durable_revision),
        },
        "spec": {field: value for field, value in subject.items() if value},
        "status": status,
    }


def _asked(core: Core, call: Call) -> int:
    """The revision up to which the log is looked at. Raises ApiError (410)."""
    query = call.request.query
    newest = core.store.durable_revision
    if first(query, "resourceVersionMatch") != "Exact":
        return newest
    try:
        wanted = parse_revision(first(query, "resourceVersion"))
    except ValueError as error:
        raise ApiError(400, "BadRequest", f"resourceVersion: {error}") from None
    if wanted and wanted < core.store.timeline.oldest:
        raise gone(core, f"revision {wanted}")
    return min(wanted or newest, newest)


def _subject_of(core: Core, call: Call) -> tuple[Kind, str]:
    """The kind and name that `deployments.apps.web` means; the longest word for a kind counts."""
    words = call.request.name.split(".")
    for count in range(len(words) - 1, 0, -1):
        kind = _kind_named(core, ".".join(words[:count]).lower())
        if kind is not None:
            return kind, ".".join(words[count:])
    raise _missing(call.request.name, "the name is KIND.NAME, such as pods.web or nodes.node-1")


def _kind_named(core: Core, word: str) -> Kind | None:
    return next((kind for kind in core.kinds.all() if word in kind.names), None)


def _missing(name: str, why: str) -> ApiError:
    error = not_found(GROUP, EXPLANATIONS.plural, name)
    return ApiError(404, "NotFound", f"{error.message}: {why}", error.details)


def _decision(core: Core, key: str, before: int) -> Any:
    """The scheduler's newest decision about a pod before a revision, None if there is none."""
    for note in core.store.notes(key):
        if note.kind == NOTE_KIND and note.revision < before:
            return {
                "revision": note.revision,
                "time": format_micro_time(note.at_ms),
                "author": note.author,
                **decode_msgpack(note.data),
            }
    return None
