"""Compiled schemas back to OpenAPI: component schemas by id, and what each refers to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from tuik8s.api.openapi.descriptions import describe
from tuik8s.api.schema.packed import Packed, packed_schema, schema_ids
from tuik8s.api.types import Object

PREFIX: Final = "#/components/schemas/"
_KEYWORDS: Final = {
    "t": "type",
    "f": "format",
    "e": "enum",
    "l": "x-kubernetes-list-type",
    "k": "x-kubernetes-list-map-keys",
    "m": "x-kubernetes-patch-merge-key",
    "s": "x-kubernetes-patch-strategy",
    "x": "x-kubernetes-map-type",
}
_ONE_OF: Final = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": ("string", "number"),
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": ("integer", "string"),
}
# Defaults that we fill in but that the documents do not show.
_SILENT_DEFAULTS: Final = ("io.k8s.apimachinery.pkg.api.resource.Quantity",)


def collect(
    roots: Iterable[str], known: dict[str, Object], group: str, version: str = ""
) -> dict[str, Object]:
    """All schemas that the roots reach, by id in alphabetical order.

    Args: roots - schema ids. known - schemas that are not compiled (those of custom kinds).
    group, version - of the document: kinds of many groups are shown for it and for the core.
    """
    found: dict[str, Object] = {}
    waiting = list(roots)
    while waiting:
        schema_id = waiting.pop()
        if schema_id in found:
            continue
        schema = known.get(schema_id) or builtin_schema(schema_id)
        waiting.extend(references(schema))
        found[schema_id] = _for_group(schema, group, version)
    return dict(sorted(found.items()))


def _for_group(schema: Object, group: str, version: str) -> Object:
    kinds = schema.get("x-kubernetes-group-version-kind", ())
    if len(kinds) < 2:
        return schema
    here = (("", "v1"), (group, version))
    own = [kind for kind in kinds if (kind["group"], kind["version"]) in here]
    return {**schema, "x-kubernetes-group-version-kind": own}


def references(schema: Any) -> list[str]:
    """Schema ids that a schema refers to (a *property* may be named $ref too)."""
    found: list[str] = []
    if "$ref" in schema:
        found.append(schema["$ref"].removeprefix(PREFIX))
    for part in schema.get("allOf", ()):
        found.extend(references(part))
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            found.extend(references(schema[keyword]))
    for prop in schema.get("properties", {}).values():
        found.extend(references(prop))
    return found


def path_references(paths: Any) -> list[str]:
    """Schema ids that operations refer to."""
    if isinstance(paths, list):
        return [name for item in paths for name in path_references(item)]
    if not isinstance(paths, dict):
        return []
    found = [paths["$ref"].removeprefix(PREFIX)] if "$ref" in paths else []
    for value in paths.values():
        found.extend(path_references(value))
    return found


@cache
def builtin_schema(schema_id: str) -> Object:
    """The component schema of a compiled id."""
    packed = packed_schema(schema_id)
    text, fields = describe(schema_id)
    out: Object = {"description": text} if text else {}
    if schema_id in _ONE_OF:
        out["oneOf"] = [{"type": name} for name in _ONE_OF[schema_id]]
    elif packed.get("t", "object"):
        out["type"] = packed.get("t", "object")
    if "f" in packed:
        out["format"] = packed["f"]
    if "r" in packed:
        out["required"] = packed["r"]
    if "p" in packed:
        out["properties"] = {
            name: _field(field, fields.get(name, "")) for name, field in packed["p"].items()
        }
    if "g" in packed:
        out["x-kubernetes-group-version-kind"] = [
            {"group": group, "kind": kind, "version": version}
            for group, version, kind in packed["g"]
        ]
    if "x" in packed:
        out["x-kubernetes-map-type"] = packed["x"]
    return out


def _field(field: Packed, text: str) -> Object:
    if text and "e" in field:
        values = "".join(f'\n - `"{value}"`' for value in field["e"])
        text = f"{text}\n\nPossible enum values:{values}"
    out: Object = {"description": text} if text else {}
    for letter, keyword in _KEYWORDS.items():
        if letter in field:
            out[keyword] = field[letter]
    if "i" in field:
        out["items"] = _field(field["i"], "")
    if "a" in field:
        out["additionalProperties"] = _field(field["a"], "")
    reference = field.get("$", "")
    if "d" in field and reference not in _SILENT_DEFAULTS:
        out["default"] = field["d"]
    if reference:
        target = {"$ref": PREFIX + reference}
        return {**out, "allOf": [target]} if out else target
    return out


def all_schemas() -> dict[str, Object]:
    """Every compiled schema (the definitions of version 2)."""
    return {schema_id: builtin_schema(schema_id) for schema_id in schema_ids()}
