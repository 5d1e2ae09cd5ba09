"""Query parameters as options, parsed as Go parses them and checked as upstream checks them.

Source: k8s.io/apimachinery pkg/apis/meta/{internalversion,v1}/validation and
pkg/conversion/queryparams (1.36). Any boolean text that is not plainly false counts as true.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from tuik8s.api import numbers
from tuik8s.api.errors import (
    FieldError,
    bad_request,
    forbidden,
    invalid,
    invalid_object,
    not_supported,
    required,
    too_long,
)
from tuik8s.api.selectors import (
    FieldSelector,
    LabelSelector,
    parse_field_selector,
    parse_label_selector,
)

T = TypeVar("T")
Query = dict[str, list[str]]
META: Final = "meta.k8s.io"
_FALSE: Final = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_VALIDATION: Final = ("", "Ignore", "Strict", "Warn")
_MANAGER_BYTES_MAX: Final = 128
_POLICIES: Final = ("Foreground", "Background", "Orphan")


def first(query: Query, name: str) -> str:
    values = query.get(name)
    return values[0] if values else ""


def flag(query: Query, name: str) -> bool | None:
    """A boolean parameter; None when it is absent."""
    values = query.get(name)
    return None if not values else values[0] not in _FALSE


def integer(query: Query, name: str) -> int | None:
    """An integer parameter; None when absent. Raises ApiError in Go's words."""
    values = query.get(name)
    if not values:
        return None
    number = numbers.parse_int(values[0])
    if number is None:
        raise bad_request(numbers.refusal(values[0]))
    return number


class ListOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of list, watch and deletecollection."""

    labels: LabelSelector | None = None
    fields: FieldSelector | None = None
    watch: bool = False
    bookmarks: bool = False
    resource_version: str = ""
    match: str = ""
    timeout_seconds: int | None = None
    limit: int = 0
    continue_token: str = ""
    initial_events: bool | None = None


_NO_LIST_OPTIONS: Final = ListOptions()


def list_options(query: Query, *, watch: bool) -> ListOptions:
    """Parse and check. Raises ApiError 400 or 422."""
    if not query:
        return ListOptions(watch=True) if watch else _NO_LIST_OPTIONS
    label_text, field_text = first(query, "labelSelector"), first(query, "fieldSelector")
    limit = integer(query, "limit") or 0
    timeout = integer(query, "timeoutSeconds")
    options = ListOptions(
        labels=_parsed(parse_label_selector, label_text),
        fields=_parsed(parse_field_selector, field_text),
        watch=watch,
        bookmarks=flag(query, "allowWatchBookmarks") or False,
        resource_version=first(query, "resourceVersion"),
        match=first(query, "resourceVersionMatch"),
        timeout_seconds=timeout,
        limit=max(limit, 0),
        continue_token=first(query, "continue"),
        initial_events=flag(query, "sendInitialEvents"),
    )
    errors = _watch_errors(options) if watch else _list_errors(options)
    if errors:
        raise invalid_object(META, "ListOptions", "", errors)
    return options


def _parsed(parse: Callable[[str], T], text: str) -> T | None:
    if not text:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise bad_request(str(error)) from None


def _list_errors(options: ListOptions) -> list[FieldError]:
    errors: list[FieldError] = []
    field = "resourceVersionMatch"
    if options.match:
        if not options.resource_version:
            why = "resourceVersionMatch is forbidden unless resourceVersion is provided"
            errors.append(forbidden(field, why))
        if options.continue_token:
            why = "resourceVersionMatch is forbidden when continue is provided"
            errors.append(forbidden(field, why))
        if options.match not in ("NotOlderThan", "Exact"):
            errors.append(not_supported(field, options.match, ["Exact", "NotOlderThan", ""]))
        if options.match == "Exact" and options.resource_version == "0":
            why = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
            errors.append(forbidden(field, why))
    if options.initial_events is not None:
        why = "sendInitialEvents is forbidden for list"
        errors.append(forbidden("sendInitialEvents", why))
    return errors


def _watch_errors(options: ListOptions) -> list[FieldError]:
    errors: list[FieldError] = []
    field = "resourceVersionMatch"
    if options.match:
        if options.initial_events is None:
            why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
            errors.append(forbidden(field, why))
        if options.continue_token:
            why = "resourceVersionMatch is forbidden when continue is provided"
            errors.append(forbidden(field, why))
    if options.initial_events is not None and options.match != "NotOlderThan":
        why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        errors.append(forbidden(field, why))
    if options.match not in ("", "NotOlderThan"):
        errors.append(not_supported(field, options.match, ["NotOlderThan"]))
    return errors


class WriteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of create, update and patch."""

    dry_run: bool = False
    field_manager: str = ""
    validation: str = "Warn"
    force: bool | None = None


_PLAIN_WRITE: Final = WriteOptions()


def write_options(query: Query, kind: str, *, applying: bool = False) -> WriteOptions:
    """Parse and check; kind is CreateOptions, UpdateOptions or PatchOptions."""
    if not query and not applying:
        return _PLAIN_WRITE
    errors: list[FieldError] = []
    manager, force = first(query, "fieldManager"), flag(query, "force")
    validation = first(query, "fieldValidation")
    if kind == "PatchOptions":
        if not applying and force is not None:
            errors.append(forbidden("force", "may not be specified for non-apply patch"))
        if applying and not manager:
            errors.append(required("fieldManager", "is required for apply patch"))
    errors += _manager_errors(manager)
    dry_run = query.get("dryRun", [])
    errors += dry_run_errors(dry_run)
    if validation not in _VALIDATION:
        errors.append(not_supported("fieldValidation", validation, _VALIDATION))
    if errors:
        raise invalid_object(META, kind, "", errors)
    return WriteOptions(
        dry_run=bool(dry_run),
        field_manager=manager,
        validation=validation or "Warn",
        force=force,
    )


def _manager_errors(manager: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if len(manager.encode()) > _MANAGER_BYTES_MAX:
        errors.append(too_long("fieldManager", _MANAGER_BYTES_MAX))
    if any(not character.isprintable() for character in manager):
        index, bad = next((i, c) for i, c in enumerate(manager) if not c.isprintable())
        why = f"invalid character U+{ord(bad):04X} (at position {index})"
        errors.append(invalid("fieldManager", manager, why))
    return errors


def dry_run_errors(values: list[str]) -> list[FieldError]:
    """What is wrong with a dryRun list, shown as the whole list."""
    if all(value == "All" for value in values):
        return []
    return [not_supported_value("dryRun", values, ["All"])]


def not_supported_value(field: str, value: Any, supported: list[str]) -> FieldError:
    shown = msgspec.json.encode(value).decode()
    listed = ", ".join(f'"{one}"' for one in supported)
    text = f"Unsupported value: {shown}: supported values: {listed}"
    return FieldError(field, "FieldValueNotSupported", text)


class DeleteOptions(msgspec.Struct, kw_only=True):
    """Options of delete, deletecollection and eviction."""

    grace_seconds: int | None = None
    precondition_uid: str | None = None
    precondition_revision: str | None = None
    orphan_dependents: bool | None = None
    policy: str | None = None
    dry_run: bool = False


def delete_options_of_query(query: Query) -> DeleteOptions:
    """Options from the query, as used when the body is empty."""
    if not query:
        return DeleteOptions()
    body: dict[str, Any] = {}
    grace, orphan = integer(query, "gracePeriodSeconds"), flag(query, "orphanDependents")
    if grace is not None:
        body["gracePeriodSeconds"] = grace
    if orphan is not None:
        body["orphanDependents"] = orphan
    if query.get("propagationPolicy"):
        body["propagationPolicy"] = query["propagationPolicy"][0]
    if "dryRun" in query:
        body["dryRun"] = query["dryRun"]
    return delete_options_of(body)


_DELETE_TYPES: Final[tuple[tuple[str, type, str], ...]] = (
    ("gracePeriodSeconds", int, "int64"),
    ("orphanDependents", bool, "bool"),
    ("propagationPolicy", str, "v1.DeletionPropagation"),
    ("preconditions", dict, "v1.Preconditions"),
    ("dryRun", list, "[]string"),
)


def delete_options_of(body: dict[str, Any]) -> DeleteOptions:
    """Options from a DeleteOptions object. Raises ApiError 400 or 422."""
    for name, wanted, go_type in _DELETE_TYPES:
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise bad_request(
                f"json: cannot unmarshal {go_kind(value)} into Go struct field "
                f"DeleteOptions.{name} of type {go_type}"
            )
    preconditions = body.get("preconditions") or {}
    options = DeleteOptions(
        grace_seconds=body.get("gracePeriodSeconds"),
        precondition_uid=preconditions.get("uid"),
        precondition_revision=preconditions.get("resourceVersion"),
        orphan_dependents=body.get("orphanDependents"),
        policy=body.get("propagationPolicy"),
        dry_run=bool(body.get("dryRun")),
    )
    errors = _delete_errors(options, body.get("dryRun") or [])
    if errors:
        raise invalid_object(META, "DeleteOptions", "", errors)
    return options


def _delete_errors(options: DeleteOptions, dry_run: list[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    policy = options.policy
    if policy is not None and options.orphan_dependents is not None:
        why = "orphanDependents and deletionPropagation cannot be both set"
        errors.append(invalid("propagationPolicy", policy, why))
    if policy is not None and policy not in _POLICIES:
        supported = [*_POLICIES, "nil"]
        errors.append(not_supported("propagationPolicy", policy, supported))
    return errors + dry_run_errors(dry_run)


def go_kind(value: Any) -> str:
    """What Go's JSON decoder calls a value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, float)):
        return "number"
    return "array" if isinstance(value, list) else "object"
