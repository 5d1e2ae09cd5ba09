"""Refusals: a field error is a value, a refused request an `ApiError`; both know upstream's words.

Source: k8s.io/apimachinery pkg/api/errors and pkg/util/validation/field (1.36). Values in
messages are shown as compact JSON, as upstream does for everything that is not an internal
struct.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from tuik8s.api.types import Object

_NO_VALUE: Final = object()


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong with one field.

    field: path as in `spec.containers[0].name`. reason: the cause's reason (`FieldValueInvalid`,
    ...). text: what follows the path in messages, with the value already shown.
    """

    field: str
    reason: str
    text: str

    @property
    def message(self) -> str:
        """The error as it stands in the message of the whole refusal."""
        return f"{self.field}: {self.text}" if self.field else f"<nil>: {self.text}"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _field_error(field: str, reason: str, label: str, value: Any, detail: str) -> FieldError:
    shown = "" if value is _NO_VALUE else f": {_shown(value)}"
    return FieldError(field, reason, f"{label}{shown}" + (f": {detail}" if detail else ""))


def invalid(field: str, value: Any, detail: str) -> FieldError:
    return _field_error(field, "FieldValueInvalid", "Invalid value", value, detail)


def type_invalid(field: str, value: Any, detail: str) -> FieldError:
    return _field_error(field, "FieldValueTypeInvalid", "Invalid value", value, detail)


def required(field: str, detail: str = "") -> FieldError:
    return _field_error(field, "FieldValueRequired", "Required value", _NO_VALUE, detail)


def duplicate(field: str, value: Any) -> FieldError:
    return _field_error(field, "FieldValueDuplicate", "Duplicate value", value, "")


def forbidden(field: str, detail: str) -> FieldError:
    return _field_error(field, "FieldValueForbidden", "Forbidden", _NO_VALUE, detail)


def not_found_field(field: str, value: Any) -> FieldError:
    return _field_error(field, "FieldValueNotFound", "Not found", value, "")


def not_supported(field: str, value: Any, supported: tuple[str, ...] | list[str]) -> FieldError:
    listed = "supported values: " + ", ".join(json.dumps(v) for v in supported) if supported else ""
    return _field_error(field, "FieldValueNotSupported", "Unsupported value", value, listed)


def too_long(field: str, limit: int) -> FieldError:
    unit = "byte" if limit == 1 else "bytes"
    return _field_error(
        field, "FieldValueTooLong", "Too long", _NO_VALUE, f"may not be more than {limit} {unit}"
    )


def too_many(field: str, actual: int, limit: int) -> FieldError:
    unit = "item" if limit == 1 else "items"
    return _field_error(
        field, "FieldValueTooMany", "Too many", actual, f"must have at most {limit} {unit}"
    )


class ApiError(Exception):
    """A refused request; `status()` is the Status object that answers it."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: Object | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.headers = headers

    def status(self) -> Object:
        """The `Status` object, fields in upstream's order, without absent reason and details."""
        out: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            out["reason"] = self.reason
        if self.details is not None:
            out["details"] = self.details
        out["code"] = self.code
        return out


def _details(name: str, group: str, kind: str) -> Object:
    parts = {"name": name, "group": group, "kind": kind}
    return {key: value for key, value in parts.items() if value}


def _qualified(group: str, plural: str) -> str:
    return f"{plural}.{group}" if group else plural


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized", "Unauthorized")


def forbidden_request(group: str, plural: str, name: str, why: str) -> ApiError:
    target = f'{_qualified(group, plural)} "{name}"' if name else _qualified(group, plural)
    return ApiError(
        403, "Forbidden", f"{target} is forbidden: {why}", _details(name, group, plural)
    )


def not_found(group: str, plural: str, name: str) -> ApiError:
    message = f'{_qualified(group, plural)} "{name}" not found'
    return ApiError(404, "NotFound", message, _details(name, group, plural))


def no_such_path() -> ApiError:
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def method_not_allowed() -> ApiError:
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message, {})


def already_exists(group: str, plural: str, name: str) -> ApiError:
    message = f'{_qualified(group, plural)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, _details(name, group, plural))


def conflict(group: str, plural: str, name: str, why: str = "") -> ApiError:
    why = why or (
        "the object has been modified; "
        "please apply your changes to the latest version and try again"
    )
    message = f'Operation cannot be fulfilled on {_qualified(group, plural)} "{name}": {why}'
    return ApiError(409, "Conflict", message, _details(name, group, plural))


def expired(message: str) -> ApiError:
    return ApiError(410, "Expired", message)


def unsupported_media_type(accepted: tuple[str, ...]) -> ApiError:
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted)
    )
    return ApiError(415, "UnsupportedMediaType", message, {})


def invalid_object(group: str, kind: str, name: str, errors: list[FieldError]) -> ApiError:
    """422 for an object with field errors (at least one); the message tells each once."""
    unique = list(dict.fromkeys(errors))
    texts = [error.message for error in unique]
    shown = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    causes = [{"reason": e.reason, "message": e.text, "field": e.field} for e in errors]
    details = {**_details(name, group, kind), "causes": causes}
    message = f'{_qualified(group, kind)} "{name}" is invalid: {shown}'
    return ApiError(422, "Invalid", message, details)


def too_many_requests(message: str, retry_after_seconds: int = 0) -> ApiError:
    details: Object = {"retryAfterSeconds": retry_after_seconds} if retry_after_seconds else {}
    return ApiError(429, "TooManyRequests", message, details)


def internal_error(message: str) -> ApiError:
    cause = {"causes": [{"message": message}]}
    return ApiError(500, "InternalError", f"Internal error occurred: {message}", cause)


def bare_internal_error(message: str) -> ApiError:
    """500 without a reason: what upstream answers when a plain Go error reaches the door."""
    return ApiError(500, "", message)


def timeout(message: str, retry_after_seconds: int = 0) -> ApiError:
    details: Object = {"retryAfterSeconds": retry_after_seconds} if retry_after_seconds else {}
    return ApiError(504, "Timeout", f"Timeout: {message}", details)
