"""Compile the API documents of a real server into the package's compact data.

    python tools/compile_schemas.py [DOCUMENTS] [PROTOBUF]

DOCUMENTS holds `openapi-v3-*.json[.gz]`, `apis.json`, `api*.json` and `apis-*.json` as a server
answers them (default ../shared/golden/documents), PROTOBUF the table of protobuf field numbers
(default ../shared/k8s-protobuf.json). Written are three files of `tuik8s/api/schema/data`, each
msgpack in zlib:

    schemas    schemas: {schema id: packed schema}: fields with type, format, reference, default,
               enum, list and map types, keys, patch strategies and flags, no descriptions;
               kinds: [[group, version, kind, schema id] ...]
    discovery  [[group, version, [resource ...]] ...] in the server's order, preferred version first
    protobuf   {message: {field number: [JSON name, type code]}}

What the documents do not tell comes from the tables of `schema_facts`. The letters of a packed
field are explained in `tuik8s/api/schema/packed.py`, which reads them.
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import go_types
import msgspec
import schema_facts

from tuik8s.api.schema.packed import (
    FLAG_DEFAULT_LEFT_OUT,
    FLAG_WRITTEN_AS_NULL,
    FLAG_ZERO_IS_MEANT,
)

Json = dict[str, Any]
DATA = Path(__file__).parent.parent / "tuik8s" / "api" / "schema" / "data"

# Keywords of a field that are kept, by the letter that `packed.py` reads.
_LETTERS = {
    "type": "t",
    "format": "f",
    "enum": "e",
    "x-kubernetes-list-type": "l",
    "x-kubernetes-list-map-keys": "k",
    "x-kubernetes-patch-merge-key": "m",
    "x-kubernetes-patch-strategy": "s",
    "x-kubernetes-map-type": "x",
    "default": "d",
}
_IGNORED = {"description", "x-kubernetes-unions", "oneOf"}
_NO_FLAGS: dict[str, int] = {}


def _invert(table: dict[str, list[str]]) -> dict[str, str]:
    return {field: name for name, fields in table.items() for field in fields}


def main(arguments: list[str]) -> None:
    shared = Path(__file__).parent.parent.parent / "shared"
    documents = Path(arguments[0]) if arguments else shared / "golden" / "documents"
    protobuf = Path(arguments[1]) if len(arguments) > 1 else shared / "k8s-protobuf.json"
    DATA.mkdir(exist_ok=True)
    schemas = _read_schemas(documents)
    _write("schemas", {"kinds": _kinds(schemas), "schemas": _pack_schemas(schemas)})
    _write("discovery", _pack_discovery(documents))
    _write("protobuf", _load(protobuf))


def _load(path: Path) -> Any:
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def _write(name: str, value: Any) -> None:
    packed = msgspec.msgpack.encode(value)
    (DATA / f"{name}.msgpack.z").write_bytes(zlib.compress(packed, 9))
    print(f"{name}: {len(packed)} bytes packed")


def _read_schemas(documents: Path) -> dict[str, Json]:
    """All component schemas by id; types shared by groups join their GVK lists."""
    schemas: dict[str, Json] = {}
    for path in sorted(documents.glob("openapi-v3-api*.json*")):
        for name, schema in _load(path).get("components", {}).get("schemas", {}).items():
            known = schemas.setdefault(name, schema)
            kinds = known.get("x-kubernetes-group-version-kind", [])
            more = schema.get("x-kubernetes-group-version-kind", [])
            kinds.extend(kind for kind in more if kind not in kinds)
    return dict(sorted(schemas.items()))


def _kinds(schemas: dict[str, Json]) -> list[list[str]]:
    return [
        [kind["group"], kind["version"], kind["kind"], name]
        for name, schema in schemas.items()
        for kind in schema.get("x-kubernetes-group-version-kind", [])
    ]


def _pack_schemas(schemas: dict[str, Json]) -> Json:
    flags = _read_flags(schemas)
    return {name: _pack_schema(name, schema, flags) for name, schema in schemas.items()}


def _pack_schema(name: str, schema: Json, flags: dict[str, int]) -> Json:
    packed: Json = {}
    if "properties" in schema:
        packed["p"] = {
            field: _pack_field(f"{name}.{field}", prop, flags)
            for field, prop in schema["properties"].items()
        }
    if schema.get("type", "object") != "object" or "properties" not in schema:
        packed["t"] = schema.get("type", "")
    if "format" in schema:
        packed["f"] = schema["format"]
    if "required" in schema:
        packed["r"] = schema["required"]
    if "x-kubernetes-map-type" in schema:
        packed["x"] = schema["x-kubernetes-map-type"]
    kinds = schema.get("x-kubernetes-group-version-kind", [])
    if kinds:
        packed["g"] = sorted([kind["group"], kind["version"], kind["kind"]] for kind in kinds)
    return packed


def _pack_field(path: str, prop: Json, flags: dict[str, int]) -> Json:
    packed: Json = {}
    for key, value in prop.items():
        if key in _LETTERS:
            packed[_LETTERS[key]] = value
        elif key == "$ref":
            packed["$"] = _schema_id(value)
        elif key == "allOf":
            packed["$"] = _schema_id(value[0]["$ref"])
        elif key in ("items", "additionalProperties"):
            packed[key[0]] = _pack_field(path, value, _NO_FLAGS)
        elif key not in _IGNORED:
            raise SystemExit(f"{path}: unknown schema keyword {key}")
    default = _lookup(schema_facts.DEFAULTS, path)
    if default is not None:
        packed["d"] = default
    go_type = _GO_TYPES.get(".".join(path.split(".")[-2:]))
    if go_type and flags is not _NO_FLAGS:
        packed["y"] = go_type if "." in go_type else f"{path.split('.')[-3]}.{go_type}"
    if flags.get(path):
        packed["z"] = flags[path]
    return packed


def _schema_id(reference: str) -> str:
    return reference.removeprefix("#/components/schemas/")


def _names(path: str) -> tuple[str, str]:
    """`group.Type.field` and `Type.field` of a field's path."""
    parts = path.split(".")
    return ".".join((parts[-4], *parts[-2:])), ".".join(parts[-2:])


def _lookup(table: dict[str, Any], path: str) -> Any:
    qualified, short = _names(path)
    return table.get(qualified, table.get(short))


def _read_flags(schemas: dict[str, Json]) -> dict[str, int]:
    """Flags by path of field, from the tables of `schema_facts`."""
    tables = (
        (FLAG_ZERO_IS_MEANT, schema_facts.ZERO_IS_MEANT),
        (FLAG_DEFAULT_LEFT_OUT, schema_facts.DEFAULT_IS_LEFT_OUT),
        (FLAG_WRITTEN_AS_NULL, schema_facts.WRITTEN_AS_NULL),
    )
    flags: dict[str, int] = {}
    for flag, table in tables:
        fields = _read_table(table)
        used: set[str] = set()
        for name, schema in schemas.items():
            qualified, short = _names(f"{name}.x")
            owner = qualified[:-2] if qualified[:-2] in fields else short[:-2]
            for field in schema.get("properties", {}):
                if field in fields.get(owner, ()):
                    path = f"{name}.{field}"
                    flags[path] = flags.get(path, 0) | flag
                    used.add(f"{owner}.{field}")
        unknown = {f"{o}.{f}" for o, names in fields.items() for f in names} - used
        if unknown:
            raise SystemExit(f"facts about unknown fields: {sorted(unknown)}")
    return flags


def _read_table(table: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    owner = ""
    for word in table.split():
        if word.endswith(":"):
            owner = word[:-1]
            fields[owner] = []
        else:
            fields[owner].append(word)
    return fields


_GO_TYPES = _invert(_read_table(go_types.GO_TYPES))


def _pack_discovery(documents: Path) -> list[list[Any]]:
    """Every group version with its resources; the core first, then in the order of /apis."""
    versions = [["", version] for version in _load(documents / "api.json")["versions"]]
    for group in _load(documents / "apis.json")["groups"]:
        versions.extend([group["name"], entry["version"]] for entry in group["versions"])
    return [[group, version, _resources(documents, group, version)] for group, version in versions]


def _resources(documents: Path, group: str, version: str) -> list[Json]:
    name = f"apis-{group}-{version}.json" if group else f"api-{version}.json"
    resources: list[Json] = _load(documents / name)["resources"]
    return resources


if __name__ == "__main__":
    main(sys.argv[1:])
