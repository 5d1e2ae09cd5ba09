"""One operation of OpenAPI: parameters, bodies, answers; and what a path's operations share.

Source: kube-openapi builder3, compared with golden/documents. Parameters of queries have no
descriptions here.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.openapi.schemas import PREFIX
from tuik8s.api.types import Object

META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
BUILTIN_TYPES: Final = (
    "application/json",
    "application/vnd.kubernetes.protobuf",
    "application/yaml",
)
CUSTOM_TYPES: Final = ("application/json", "application/yaml")
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")
WRITE: Final = ("dryRun", "fieldManager", "fieldValidation", "pretty")
DELETE: Final = (
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "pretty",
    "propagationPolicy",
)
LIST: Final = (
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "pretty",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "shardSelector",
    "timeoutSeconds",
)
WATCH: Final = ("allowWatchBookmarks", *LIST, "watch")
LOG: Final = (
    *("container", "follow", "insecureSkipTLSVerifyBackend", "limitBytes", "pretty", "previous"),
    *("sinceSeconds", "stream", "tailLines", "timestamps"),
)
CONNECT: Final = {
    "attach": ("container", "stderr", "stdin", "stdout", "tty"),
    "exec": ("command", "container", "stderr", "stdin", "stdout", "tty"),
    "portforward": ("ports",),
    "proxy": ("path",),
}

_PATCH_TYPES: Final = (
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
)
_BOOLEAN_NAMES: Final = (
    "allowWatchBookmarks sendInitialEvents watch force follow previous timestamps stdin stdout "
    "stderr tty ignoreStoreReadErrorWithClusterBreakingPotential orphanDependents "
    "insecureSkipTLSVerifyBackend"
)
_INTEGER_NAMES: Final = (
    "limit timeoutSeconds gracePeriodSeconds ports limitBytes sinceSeconds tailLines"
)
_BOOLEANS: Final = frozenset(_BOOLEAN_NAMES.split())
_INTEGERS: Final = frozenset(_INTEGER_NAMES.split())
_WORDS: Final = {"200": "OK", "201": "Created", "202": "Accepted"}
_NAMESPACE: Final = "object name and auth scope, such as for teams and projects"


def operation(
    tag: str,
    what: str,
    operation_id: str,
    parameters: tuple[str, ...] = (),
    *,
    returns: str,
    media: tuple[str, ...],
    codes: tuple[str, ...] = ("200",),
    body: Object | None = None,
) -> Object:
    """One operation; `parameters` are names of query parameters until `path_item` expands them.

    returns - schema id, or "" for text. media - types of the answer. codes - of success.
    """
    out: Object = {"tags": [tag], "description": what, "operationId": operation_id}
    out["parameters"] = parameters
    if body is not None:
        out["requestBody"] = body
    schema: Object = {"$ref": PREFIX + returns} if returns else {"type": "string"}
    content = {name: {"schema": schema} for name in media}
    out["responses"] = {
        **{code: {"description": _WORDS[code], "content": content} for code in codes},
        "401": {"description": "Unauthorized"},
    }
    return out


def marked(out: Object, action: str, group: str, version: str, kind: str) -> Object:
    """An operation with its action and the kind that it is about."""
    out["x-kubernetes-action"] = action
    out["x-kubernetes-group-version-kind"] = {"group": group, "version": version, "kind": kind}
    return out


def object_body(schema_id: str, *, custom: bool) -> Object:
    """A required body of a kind."""
    types = CUSTOM_TYPES if custom else ("*/*",)
    schema = {"$ref": PREFIX + schema_id}
    return {"content": {name: {"schema": schema} for name in types}, "required": True}


def patch_body(*, custom: bool) -> Object:
    """A patch of any type; strategic merge patches are for built-in kinds."""
    types = _PATCH_TYPES[:3] if custom else _PATCH_TYPES
    schema = {"$ref": f"{PREFIX}{META}Patch"}
    return {"content": {name: {"schema": schema} for name in types}, "required": True}


def delete_body(*, custom: bool) -> Object:
    """DeleteOptions, which may be missing."""
    body = object_body(META + "DeleteOptions", custom=custom)
    return {"content": body["content"]}


def with_streams(media: tuple[str, ...]) -> tuple[str, ...]:
    """Media types of lists, which may also be watched."""
    streams = tuple(f"{name};stream=watch" for name in media if not name.endswith("yaml"))
    return tuple(sorted((*media, *streams)))


def path_item(path: str, kind: str, methods: Object) -> Object:
    """The operations of a path; parameters that all of them have are lifted to the path."""
    in_path = [name for name in ("name", "namespace", "path") if f"{{{name}}}" in path]
    shared = set.intersection(*(set(op["parameters"]) for op in methods.values()))
    out: Object = {}
    for method in METHODS:
        if method in methods:
            own = dict(methods[method])
            names = sorted(set(own.pop("parameters")) - shared)
            if names:
                head = {key: own.pop(key) for key in ("tags", "description", "operationId")}
                own = {**head, "parameters": [_query(name) for name in names], **own}
            out[method] = own
    common = [(name, _in_path(name, kind)) for name in in_path]
    common += [(name, _query(name)) for name in shared]
    if common:
        common.sort(key=lambda item: (item[0], item[1]["in"]))
        out["parameters"] = [parameter for _, parameter in common]
    return out


def _query(name: str) -> Object:
    kind = "boolean" if name in _BOOLEANS else "integer" if name in _INTEGERS else "string"
    return {"name": name, "in": "query", "schema": {"type": kind, "uniqueItems": True}}


def _in_path(name: str, kind: str) -> Object:
    texts = {"name": f"name of the {kind}", "namespace": _NAMESPACE, "path": "path to the resource"}
    return {
        "name": name,
        "in": "path",
        "description": texts[name],
        "required": True,
        "schema": {"type": "string", "uniqueItems": True},
    }
