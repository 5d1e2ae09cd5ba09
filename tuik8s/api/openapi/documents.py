"""The documents themselves: index, one per group version, and the old single one.

A document is built at its first request and kept until the set of kinds changes. Its hash is of
what it is made from (package data and the kinds of the group version), so that the index costs
nothing: clients only compare it with the one they saw last.

Source: k8s.io/kube-openapi pkg/handler3 (index and hashes), golden/documents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import msgspec

from tuik8s.api.discovery import groups_of
from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.openapi import custom, gnostic, schemas
from tuik8s.api.openapi.operations import BUILTIN_TYPES, META, operation
from tuik8s.api.openapi.paths import operation_prefix, paths_of, tag_of
from tuik8s.api.schema.packed import schema_ids_by_kind
from tuik8s.api.types import Object

V2_CONTENT_TYPE: Final = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
_SECURITY: Final = {
    "BearerToken": {
        "type": "apiKey",
        "description": "Bearer Token authentication",
        "name": "authorization",
        "in": "header",
    }
}
_INFO: Final = {"title": "Kubernetes", "version": "1.36"}
_CUSTOM_INFO: Final = {"title": "Kubernetes CRD Swagger", "version": "v0.1.0"}


class Documents:
    """OpenAPI of a registry's kinds."""

    def __init__(self, kinds: KindRegistry) -> None:
        self._kinds = kinds
        self._generation = -1
        self._groups: dict[str, dict[str, list[Kind]]] = {}
        self._built: dict[str, bytes] = {}

    def index(self) -> bytes:
        """Where each document is, with the hash that changes when it does."""
        return self._kept("index", self._index)

    def get(self, path: str) -> bytes | None:
        """The JSON document of a name in `paths()`, None for any other."""
        if path not in self.paths():
            return None
        return self._kept(f"v3/{path}", lambda: msgspec.json.encode(self._document(path)))

    def v2(self) -> bytes:
        """The document of version 2, in protobuf."""
        return self._kept("v2", self._v2)

    def paths(self) -> list[str]:
        """The names of all documents, sorted."""
        self._refresh()
        names = {"api", "apis", "version"}
        for group, versions in self._groups.items():
            root = f"apis/{group}" if group else "api"
            if not _is_custom(versions):
                names.add(root)
            names |= {f"{root}/{version}" for version in versions}
        return sorted(names)

    def etag(self, path: str) -> str:
        """The hash of a document of version 3."""
        self._refresh()
        group, version = _group_version(path)
        served = self._groups.get(group, {}).get(version, [])
        parts = [path, *(custom.fingerprint(kind) for kind in served)]
        return hashlib.sha512("\n".join(parts).encode()).hexdigest().upper()

    def _refresh(self) -> None:
        if self._generation != self._kinds.generation:
            self._generation = self._kinds.generation
            self._groups = groups_of(self._kinds)
            self._built.clear()

    def _kept(self, name: str, build: Callable[[], bytes]) -> bytes:
        self._refresh()
        if name not in self._built:
            self._built[name] = build()
        return self._built[name]

    def _index(self) -> bytes:
        paths = {
            path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={self.etag(path)}"}
            for path in self.paths()
        }
        return msgspec.json.encode({"paths": paths})

    def _document(self, path: str) -> Object:
        group, version = _group_version(path)
        served = self._groups.get(group, {}).get(version)
        if served is None:
            return _small_document(path, group)
        known = custom.schemas_of(served)
        paths = paths_of(served, _schema_id)
        is_custom = any(kind.custom for kind in served)
        if not is_custom:
            paths = {f"/{path}/": _resources_path(group, version), **paths}
        roots = schemas.path_references(paths)
        components: Object = {"schemas": schemas.collect(roots, known, group, version)}
        if not is_custom:
            components["securitySchemes"] = _SECURITY
        return {
            "openapi": "3.0.0",
            "info": _CUSTOM_INFO if is_custom else _INFO,
            "paths": paths,
            "components": components,
        }

    def _v2(self) -> bytes:
        known = custom.schemas_of(self._kinds.all())
        return gnostic.document(_INFO, {**schemas.all_schemas(), **known})


def _is_custom(versions: dict[str, list[Kind]]) -> bool:
    return all(kind.custom for served in versions.values() for kind in served)


def _group_version(path: str) -> tuple[str, str]:
    """Group and version that a document's name stands for ("", "" for the small ones)."""
    parts = path.split("/")
    if parts[0] == "api":
        return "", parts[1] if len(parts) > 1 else ""
    return (parts[1], parts[2]) if len(parts) > 2 else ("/".join(parts[1:]), "")


def _schema_id(group: str, version: str, kind: str) -> str:
    known = schema_ids_by_kind().get((group, version, kind))
    return known or custom.schema_id(group, version, kind)


def _resources_path(group: str, version: str) -> Object:
    return _get_path(
        tag_of(group, version),
        "get available resources",
        f"get{operation_prefix(group, version)}APIResources",
        "APIResourceList",
    )


def _small_document(path: str, group: str) -> Object:
    """What stands beside group versions: `api`, `apis`, `apis/{group}`, `version`."""
    version_info = "io.k8s.apimachinery.pkg.version.Info"
    texts = {
        "api": ("core", "get available API versions", "getCoreAPIVersions", "APIVersions"),
        "apis": ("apis", "get available API versions", "getAPIVersions", "APIGroupList"),
        "version": ("version", "get the version information for this server", "getCodeVersion", ""),
    }
    tag, what, operation_id, returns = texts.get(path) or (
        tag_of(group),
        "get information of a group",
        f"get{operation_prefix(group)}APIGroup",
        "APIGroup",
    )
    if returns:
        methods = _get_path(tag, what, operation_id, returns)
        components = schemas.collect([META + returns], {}, group)
    else:
        methods = {"get": _operation(tag, what, operation_id, version_info, BUILTIN_TYPES[:1])}
        components = {version_info: _version_schema()}
    return {
        "openapi": "3.0.0",
        "info": _INFO,
        "paths": {f"/{path}/": methods},
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def _get_path(tag: str, what: str, operation_id: str, returns: str) -> Object:
    return {"get": _operation(tag, what, operation_id, META + returns, BUILTIN_TYPES)}


def _operation(
    tag: str, what: str, operation_id: str, returns: str, media: tuple[str, ...]
) -> Object:
    out = operation(tag, what, operation_id, returns=returns, media=media)
    del out["parameters"]
    return out


def _version_schema() -> Object:
    required = ("major", "minor", "gitVersion", "gitCommit", "gitTreeState", "buildDate")
    names = (*required, "goVersion", "compiler", "platform")
    optional = ("emulationMajor", "emulationMinor", "minCompatibilityMajor")
    properties = {
        **{name: {"type": "string", "default": ""} for name in names},
        **{name: {"type": "string"} for name in (*optional, "minCompatibilityMinor")},
    }
    return {"type": "object", "required": list(names), "properties": properties}
