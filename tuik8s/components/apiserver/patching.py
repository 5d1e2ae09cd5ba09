"""PATCH bodies: which kind of patch, and what it makes of an object.

Source: k8s.io/apiserver pkg/endpoints/handlers/patch.go (1.36).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from tuik8s.api.errors import ApiError, bad_request
from tuik8s.api.patch import json_patch, merge, strategic
from tuik8s.api.schema.decode import DecodeError, decode_object
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object
from tuik8s.components.apiserver.bodies import Malformed, parse_json, parse_msgpack, parse_yaml
from tuik8s.components.apiserver.decoding import media_type

JSON_PATCH, MERGE, STRATEGIC, APPLY = (
    "json-patch",
    "merge-patch",
    "strategic-merge-patch",
    "apply-patch",
)
TYPES: Final[dict[str, str]] = {
    "application/json-patch+json": JSON_PATCH,
    "application/merge-patch+json": MERGE,
    "application/strategic-merge-patch+json": STRATEGIC,
    "application/apply-patch+yaml": APPLY,
    "application/json-patch+msgpack": JSON_PATCH,
    "application/merge-patch+msgpack": MERGE,
    "application/strategic-merge-patch+msgpack": STRATEGIC,
    "application/apply-patch+msgpack": APPLY,
}
_OPERATION: Final = ("op", "path", "from", "value")
_FOR_CUSTOM: Final = (
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
)


def patch_type(content_type: str, *, custom: bool) -> str:
    """One of the four. Raises ApiError (415)."""
    media = media_type(content_type)
    found = TYPES.get(media)
    if found is None:
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
    if found == STRATEGIC and custom:
        message = (
            "the body of the request was in an unknown format - accepted media types include: "
            + _FOR_CUSTOM
        )
        raise ApiError(415, "UnsupportedMediaType", message)
    return found


class Patch:
    """A parsed patch that is not an apply."""

    def __init__(self, body: bytes, content_type: str, patch_kind: str) -> None:
        """Raises ApiError (400) for a body that cannot be decoded."""
        self.kind = patch_kind
        self.value: Any
        self.duplicates: list[str] = []
        try:
            if content_type.endswith("+msgpack"):
                self.value = parse_msgpack(body)
            else:
                self.value, self.duplicates = parse_json(body)
        except Malformed as error:
            prefix = "" if patch_kind == STRATEGIC else "error decoding patch: "
            raise bad_request(f"{prefix}{error}") from None
        if patch_kind == JSON_PATCH:
            json_patch.check_operations(self.value)

    def problems(self) -> list[str]:
        """What is odd in the patch itself: unknown and repeated fields."""
        if self.kind != JSON_PATCH:
            return self.duplicates
        found = [f"json patch {problem}" for problem in self.duplicates]
        found.extend(
            f'json patch unknown field "[{index}].{name}"'
            for index, operation in enumerate(self.value)
            for name in operation
            if name not in _OPERATION
        )
        return found

    def apply(self, obj: Object, node: Node) -> Object:
        """The patched value, not yet checked by the schema. Raises ApiError."""
        if self.kind == JSON_PATCH:
            return json_patch.apply(obj, self.value)
        if self.kind == MERGE:
            return merge.apply(obj, self.value)
        if not isinstance(self.value, dict):
            raise bad_request(
                f"json: cannot unmarshal {json_patch.go_kind(self.value)} "
                "into Go value of type map[string]interface {}"
            )
        return strategic.apply(obj, self.value, node)

    def decode(
        self, value: Object, node: Node, validation: str, refuse: Callable[[str], ApiError]
    ) -> tuple[Object, list[str]]:
        """A patched value as an object. Raises ApiError 400 (strict) or 422 (undecodable)."""
        shown = self.shown(value)
        try:
            obj, unknown = decode_object(value, node, "", validation != "Ignore")
        except DecodeError as error:
            why = converter_words(str(error)) if self.kind == STRATEGIC else str(error)
            raise undecodable(shown(), why) from None
        if validation == "Ignore":
            return obj, []
        problems = [*self.problems(), *unknown]
        if problems and validation == "Strict":
            raise refuse(f"strict decoding error: {', '.join(problems)}")
        return obj, problems

    def shown(self, value: Object) -> Callable[[], str]:
        if self.kind == STRATEGIC:
            return lambda: f'"{strategic.go_text(self.value)}"'
        text = msgspec.json.encode(value).decode()
        return lambda: json.dumps(text, ensure_ascii=False)


_MISMATCH: Final = re.compile(
    r"json: cannot unmarshal (\w+).* into Go (?:struct field \S+|value) of type (\S+)"
)
_CONVERTED: Final = {"object": "map", "array": "slice", "number": "int64"}


def converter_words(text: str) -> str:
    """A decode error in the words of Go's unstructured converter, which strategic patches use."""
    found = _MISMATCH.fullmatch(text)
    if found is None:
        return text
    given, wanted = _CONVERTED.get(found[1], found[1]), found[2]
    if wanted.startswith("[]"):
        return f"cannot restore slice from {given}"
    if wanted.startswith("map["):
        return f"cannot restore map from {given}"
    if wanted.startswith("v1."):
        return f"cannot restore struct from: {given}"
    return f"cannot convert {given} to {wanted}"


def undecodable(shown: str, why: str) -> ApiError:
    """422 for a result that is no object of the kind; names nothing, as upstream."""
    text = f"Invalid value: {shown}: {why}"
    cause = {"reason": "FieldValueInvalid", "message": text, "field": "patch"}
    return ApiError(422, "Invalid", f' "" is invalid: patch: {text}', {"causes": [cause]})


def applied_object(body: bytes, content_type: str) -> tuple[Any, list[str]]:
    """The configuration of a server-side apply: YAML, of which JSON is a part."""
    try:
        if content_type.endswith("+msgpack"):
            return parse_msgpack(body), []
        if body[:1] == b"{":
            try:
                return parse_json(body)
            except Malformed:
                pass  # a YAML flow mapping also begins with a brace
        return parse_yaml(body)
    except Malformed as error:
        raise bad_request(f"error decoding YAML: {error}") from None
