"""Paths of a group version: every operation on every kind, named as upstream names it.

Source: k8s.io/apiserver pkg/endpoints/installer.go, compared with golden/documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tuik8s.api.kinds.base import Kind, Subresource
from tuik8s.api.openapi import operations
from tuik8s.api.openapi.operations import META, marked, operation, path_item
from tuik8s.api.types import Object

SchemaId = Callable[[str, str, str], str]
"""(group, version, kind) -> schema id, "" if there is none."""

# Kinds whose DELETE answers with the object.
_RETURNED_NAMES: Final = (
    "pods persistentvolumeclaims persistentvolumes podtemplates resourcequotas serviceaccounts "
    "services csidrivers.storage.k8s.io csinodes.storage.k8s.io storageclasses.storage.k8s.io "
    "volumeattachments.storage.k8s.io volumeattributesclasses.storage.k8s.io "
    "deviceclasses.resource.k8s.io resourceclaims.resource.k8s.io resourceslices.resource.k8s.io "
    "resourceclaimtemplates.resource.k8s.io"
)
_RETURNED: Final = frozenset(_RETURNED_NAMES.split())


def paths_of(kinds: Iterable[Kind], schema_id: SchemaId) -> dict[str, Object]:
    """All paths of the kinds of one group version, in alphabetical order."""
    out: dict[str, Object] = {}
    for kind in kinds:
        out |= _KindPaths(kind, schema_id).all()
    return dict(sorted(out.items()))


def tag_of(group: str, version: str = "") -> str:
    """The tag of a group version's operations: core_v1, apps_v1, rbacAuthorization_v1."""
    words = [
        word
        for part in (group or "core").removesuffix(".k8s.io").split(".")
        for word in part.split("-")
    ]
    name = words[0] + "".join(_title(word) for word in words[1:])
    return f"{name}_{version}" if version else name


def operation_prefix(group: str, version: str = "") -> str:
    """What follows the verb in an operation's id: CoreV1, RbacAuthorizationV1."""
    return _title(tag_of(group)) + _title(version)


def _title(word: str) -> str:
    return word[:1].upper() + word[1:]


def _article(kind: str) -> str:
    """The kind with its indefinite article, none for a plural."""
    if kind == "Endpoints":
        return kind
    return f"an {kind}" if kind[0] in "AEIOUaeiou" else f"a {kind}"


class _KindPaths:
    """Writes the operations of one kind."""

    def __init__(self, kind: Kind, schema_id: SchemaId) -> None:
        self.kind = kind
        self.schema_id = schema_id
        self.tag = tag_of(kind.group, kind.version)
        self.prefix = operation_prefix(kind.group, kind.version)
        self.scope = "Namespaced" if kind.namespaced else ""
        self.media = operations.CUSTOM_TYPES if kind.custom else operations.BUILTIN_TYPES

    def all(self) -> dict[str, Object]:
        kind = self.kind
        root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
        space = "/namespaces/{namespace}" if kind.namespaced else ""
        collection = f"{root}{space}/{kind.plural}"
        item = f"{collection}/{{name}}"
        out = {collection: self._collection(), item: self._item()}
        if kind.namespaced and "list" in kind.verbs:
            out[f"{root}/{kind.plural}"] = {"get": self._list("ForAllNamespaces")}
        for sub in kind.subresources:
            out |= self._subresource(f"{item}/{sub.name}", sub)
        if "watch" in kind.verbs and not kind.custom:
            watched = f"{root}/watch{space}/{kind.plural}"
            out[watched] = {"get": self._watchlist("List")}
            out[f"{watched}/{{name}}"] = {"get": self._watch()}
            if kind.namespaced:
                everywhere = self._watchlist("ListForAllNamespaces")
                out[f"{root}/watch/{kind.plural}"] = {"get": everywhere}
        return {
            path: path_item(path, kind.kind, methods) for path, methods in out.items() if methods
        }

    def _collection(self) -> Object:
        kind, out = self.kind, {}
        if "list" in kind.verbs:
            out["get"] = self._list("")
        if "create" in kind.verbs:
            out["post"] = self._write("post", f"create {_article(kind.kind)}")
        if "deletecollection" in kind.verbs:
            out["delete"] = self._marked(
                "deletecollection",
                f"delete collection of {kind.kind}",
                f"delete{self.prefix}Collection{self.scope}{kind.kind}",
                # A collection of custom resources is deleted without a body.
                operations.WATCH if kind.custom else (*operations.DELETE, *operations.LIST),
                returns=META + "Status",
                body=None if kind.custom else operations.delete_body(custom=False),
            )
        return out

    def _item(self) -> Object:
        kind, out = self.kind, {}
        if "get" in kind.verbs:
            out["get"] = self._read("")
        if "update" in kind.verbs:
            out["put"] = self._write("put", f"replace the specified {kind.kind}")
        if "delete" in kind.verbs:
            returned = self._own(kind.kind) if kind.resource in _RETURNED else META + "Status"
            out["delete"] = self._marked(
                "delete",
                f"delete {_article(kind.kind)}",
                f"delete{self.prefix}{self.scope}{kind.kind}",
                operations.DELETE,
                returns=returned,
                codes=("200", "202"),
                body=operations.delete_body(custom=kind.custom),
            )
        if "patch" in kind.verbs:
            out["patch"] = self._write("patch", f"partially update the specified {kind.kind}")
        return out

    def _subresource(self, path: str, sub: Subresource) -> dict[str, Object]:
        of, kind, out = f"{sub.name} of the specified {self.kind.kind}", self.kind.kind, {}
        if sub.name in operations.CONNECT:
            return self._connect(path, sub)
        if "get" in sub.verbs:
            out["get"] = self._log(sub) if sub.name == "log" else self._read(f"{sub.name} of ", sub)
        if "update" in sub.verbs:
            out["put"] = self._write("put", f"replace {of}", sub)
        if "create" in sub.verbs:
            out["post"] = self._write("post", f"create {sub.name} of {_article(kind)}", sub)
        if "patch" in sub.verbs:
            out["patch"] = self._write("patch", f"partially update {of}", sub)
        return {path: out}

    def _list(self, where: str) -> Object:
        kind = self.kind
        can_watch = "watch" in kind.verbs and not kind.custom
        return self._marked(
            "list",
            f"{'list or watch' if can_watch else 'list'} objects of kind {kind.kind}",
            f"list{self.prefix}{'' if where else self.scope}{kind.kind}{where}",
            operations.WATCH,
            returns=self._own(f"{kind.kind}List"),
            media=self.media if kind.custom else operations.with_streams(self.media),
        )

    def _watchlist(self, where: str) -> Object:
        kind = self.kind
        scope = self.scope if where == "List" else ""
        return self._marked(
            "watchlist",
            f"watch individual changes to a list of {kind.kind}. deprecated: use the 'watch' "
            "parameter with a list operation instead.",
            f"watch{self.prefix}{scope}{kind.kind}{where}",
            operations.WATCH,
            returns=META + "WatchEvent",
            media=operations.with_streams(self.media),
        )

    def _watch(self) -> Object:
        kind = self.kind
        return self._marked(
            "watch",
            f"watch changes to an object of kind {kind.kind}. deprecated: use the 'watch' "
            "parameter with a list operation instead, filtered to a single item with the "
            "'fieldSelector' parameter.",
            f"watch{self.prefix}{self.scope}{kind.kind}",
            operations.WATCH,
            returns=META + "WatchEvent",
            media=operations.with_streams(self.media),
        )

    def _read(self, of: str, sub: Subresource | None = None) -> Object:
        custom = ("resourceVersion",) if self.kind.custom else ()
        return self._marked(
            "get",
            f"read {of}the specified {self.kind.kind}",
            f"read{self.prefix}{self._name(sub)}",
            (*custom, "pretty"),
            returns=self._returned(sub),
            sub=sub,
        )

    def _write(self, method: str, what: str, sub: Subresource | None = None) -> Object:
        verb = {"post": "create", "put": "replace", "patch": "patch"}[method]
        codes = {"post": ("200", "201", "202"), "put": ("200", "201"), "patch": ("200", "201")}
        returned, custom = self._returned(sub), self.kind.custom
        parameters: tuple[str, ...] = operations.WRITE
        if method == "patch":
            body = operations.patch_body(custom=custom)
            parameters = (*parameters, "force")
        else:
            body = operations.object_body(returned, custom=custom)
        return self._marked(
            method,
            what,
            f"{verb}{self.prefix}{self._name(sub)}",
            parameters,
            returns=returned,
            codes=("200",) if custom and method == "patch" else codes[method],
            body=body,
            sub=sub,
        )

    def _log(self, sub: Subresource) -> Object:
        return self._marked(
            "get",
            f"read log of the specified {self.kind.kind}",
            f"read{self.prefix}{self._name(sub)}",
            operations.LOG,
            returns="",
            media=(*self.media, "text/plain"),
            sub=sub,
        )

    def _connect(self, path: str, sub: Subresource) -> dict[str, Object]:
        is_proxy = sub.name == "proxy"
        methods = operations.METHODS if is_proxy else ("get", "post")
        places = {path: ""} | ({f"{path}/{{path}}": "WithPath"} if is_proxy else {})
        return {
            at: {
                method: self._marked(
                    "connect",
                    f"connect {method.upper()} requests to {sub.name} of {self.kind.kind}",
                    f"connect{self.prefix}{_title(method)}{self._name(sub)}{where}",
                    operations.CONNECT[sub.name],
                    returns="",
                    media=("*/*",),
                    sub=sub,
                )
                for method in methods
            }
            for at, where in places.items()
        }

    def _marked(
        self,
        action: str,
        what: str,
        operation_id: str,
        parameters: tuple[str, ...],
        *,
        returns: str,
        media: tuple[str, ...] = (),
        codes: tuple[str, ...] = ("200",),
        body: Object | None = None,
        sub: Subresource | None = None,
    ) -> Object:
        media = media or self.media
        out = operation(
            self.tag,
            what,
            operation_id,
            parameters,
            returns=returns,
            media=media,
            codes=codes,
            body=body,
        )
        of = sub or self.kind
        return marked(out, action, of.group, of.version, of.kind)

    def _name(self, sub: Subresource | None) -> str:
        return f"{self.scope}{self.kind.kind}{_title(sub.name) if sub else ''}"

    def _own(self, kind: str) -> str:
        return self.schema_id(self.kind.group, self.kind.version, kind)

    def _returned(self, sub: Subresource | None) -> str:
        if sub is None:
            return self._own(self.kind.kind)
        return self.schema_id(sub.group, sub.version, sub.kind)
