"""Event of the core group; events.k8s.io serves the same objects with other names.

Source: k8s.io/kubernetes pkg/apis/core/validation/events.go, pkg/registry/core/event (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import NAME, age_of, field, micro_age_of, text
from tuik8s.api.kinds.validation.text import qualified_name
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.names import name_is_path_segment
from tuik8s.api.types import Object

_NAME_LIMIT: Final = 128
_MESSAGE_LIMIT: Final = 1024


def default(event: Object) -> None:
    for key in ("reportingComponent", "reportingInstance"):
        if event.get(key) is None:
            event[key] = ""
    for key in ("source", "involvedObject"):
        if event.get(key) is None:
            event[key] = {}


def validate(event: Object) -> list[FieldError]:
    return legacy_errors(event, "reportingComponent")


def legacy_errors(event: Object, controller_field: str) -> list[FieldError]:
    """What every event must have; one with an eventTime says who reports it, and what was done."""
    errors: Errors = []
    namespace = event["metadata"].get("namespace", "")
    involved = (event.get("involvedObject") or {}).get("namespace", "")
    is_new = bool(event.get("eventTime"))
    homes = ("default", "kube-system") if is_new else ("", "default")
    is_matched = is_new if involved else namespace in homes
    if not is_matched and involved != namespace:
        detail = "does not match event.namespace"
        errors.append(invalid("involvedObject.namespace", involved, detail))
    if is_new:
        _reported(errors, event, controller_field)
    return errors


def _reported(errors: Errors, event: Object, controller_field: str) -> None:
    controller = event.get("reportingComponent", "")
    if not controller:
        errors.append(required(controller_field))
    qualified_name(errors, controller_field, controller)
    for name, shown in (
        ("reportingInstance", "repotingIntance"),
        ("action", "action"),
        ("reason", "reason"),
    ):
        value = event.get(name, "")
        if not value:
            errors.append(required(name))
        _not_long(errors, shown, value, _NAME_LIMIT)
    _not_long(errors, "message", event.get("message", ""), _MESSAGE_LIMIT)


def _not_long(errors: Errors, path: str, value: str, limit: int) -> None:
    if len(value) > limit:
        errors.append(invalid(path, "", f"can have at most {limit} characters"))


def _first_seen(event: Object, now_ms: int) -> str:
    if event.get("firstTimestamp"):
        return age_of(event["firstTimestamp"], now_ms)
    return micro_age_of(event.get("eventTime"), now_ms)


def _last_seen(event: Object, now_ms: int) -> str:
    series = event.get("series")
    if series:
        return micro_age_of(series.get("lastObservedTime"), now_ms)
    if event.get("lastTimestamp"):
        return age_of(event["lastTimestamp"], now_ms)
    return _first_seen(event, now_ms)


def _object(event: Object, now_ms: int) -> Any:
    involved = event.get("involvedObject") or {}
    kind = involved.get("kind", "").lower()
    return f"{kind}/{involved['name']}" if involved.get("name") else kind


def _source(event: Object, now_ms: int) -> Any:
    source = event.get("source") or {}
    parts = (source.get("component") or event.get("reportingComponent"), source.get("host"))
    return ", ".join(part for part in parts if part)


def _message(event: Object, now_ms: int) -> Any:
    return (event.get("message") or "").strip()


def _count(event: Object, now_ms: int) -> Any:
    series = event.get("series")
    return (series or event).get("count") or 1


COLUMNS: Final = (
    text("Last Seen", _last_seen, "@lastTimestamp"),
    text("Type", field("type"), "@type"),
    text("Reason", field("reason"), "@reason"),
    text("Object", _object, "@involvedObject"),
    text("Subobject", field("involvedObject.fieldPath"), "@involvedObject.fieldPath", 1),
    text("Source", _source, "@source", 1),
    text("Message", _message, "@message"),
    text("First Seen", _first_seen, "@firstTimestamp", 1),
    text("Count", _count, "@count", 1),
    # The one kind whose name is not its first column.
    type(NAME)(NAME.name, NAME.type, NAME.value, 1, NAME.format, NAME.description),
)

RULES = Rules(
    default=default,
    validate=validate,
    columns=COLUMNS,
    selectable={
        "metadata.name": "metadata.name",
        "metadata.namespace": "metadata.namespace",
        "involvedObject.kind": "involvedObject.kind",
        "involvedObject.namespace": "involvedObject.namespace",
        "involvedObject.name": "involvedObject.name",
        "involvedObject.uid": "involvedObject.uid",
        "involvedObject.apiVersion": "involvedObject.apiVersion",
        "involvedObject.resourceVersion": "involvedObject.resourceVersion",
        "involvedObject.fieldPath": "involvedObject.fieldPath",
        "reason": "reason",
        "reportingComponent": "reportingComponent",
        "source": "source.component",
        "type": "type",
    },
    validate_name=name_is_path_segment,
    generation_ignores=None,
    create_on_update=True,
)
