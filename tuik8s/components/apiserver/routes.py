"""From a URL to what it names: resource, object, subresource, or a path that is none of these.

Paths repeat, so a parsed path is kept (`Routes`); the query decides only between list and watch.

Source: k8s.io/apiserver pkg/endpoints/request/requestinfo.go (1.36).
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

import msgspec

from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.types import Request
from tuik8s.components.apiserver.options import Query, flag

_WRITES: Final = {"POST": "create", "PUT": "update", "PATCH": "patch"}
_ROUTES_KEPT: Final = 20_000


class Route(msgspec.Struct, frozen=True):
    """One method and path, parsed.

    resource "" means a path that names no resource. verb is list for every GET of a collection;
    `watching` marks the old /watch/ prefix. known_group: whether discovery has the group, which
    decides how an unknown resource is refused. scope: the namespace that authorization looks in,
    which a Namespace itself has, too. tail: what follows the subresource (proxy).
    """

    verb: str
    path: str
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    scope: str = ""
    name: str = ""
    tail: str = ""
    kind: Kind | None = None
    known_group: bool = True
    watching: bool = False

    def request(self, method: str, query: Query, **more: Any) -> Request:
        """The request by a method for this route. more: its body and what its headers say."""
        return Request(
            verb=self._verb(method, query),
            group=self.group,
            version=self.version,
            resource=self.resource,
            subresource=self.subresource,
            namespace=self.namespace,
            name=self.name,
            path=self.path,
            query=query,
            **more,
        )

    def _verb(self, method: str, query: Query) -> str:
        if method in ("HEAD", "OPTIONS"):
            return method.lower()
        if self.watching or (self.verb == "list" and query and flag(query, "watch")):
            return "watch"
        return self.verb


class Routes:
    """Parses paths and remembers them; forgets all of them when the served kinds change."""

    def __init__(self, kinds: KindRegistry) -> None:
        self._kinds = kinds
        self._known: dict[tuple[str, str], Route] = {}
        self._groups: frozenset[str] = frozenset()
        self._generation = -1

    def _forget(self) -> None:
        self._known.clear()
        self._groups = frozenset(k.group for k in self._kinds.all() if not k.custom)
        self._generation = self._kinds.generation

    def parse(self, method: str, path: str) -> Route:
        """The route of a request; path is still percent-encoded."""
        if self._generation != self._kinds.generation:
            self._forget()
        key = (method, path)
        route = self._known.get(key)
        if route is None:
            route = self._parse(method, unquote(path))
            if len(self._known) >= _ROUTES_KEPT:
                self._known.clear()
            self._known[key] = route
        return route

    def _parse(self, method: str, path: str) -> Route:
        parts = [part for part in path.split("/") if part]
        plain = Route(verb=method.lower(), path=path)
        if len(parts) < 3 or parts[0] not in ("api", "apis"):
            return plain
        if parts[0] == "api":
            group, version, rest = "", parts[1], parts[2:]
        elif len(parts) > 3:
            group, version, rest = parts[1], parts[2], parts[3:]
        else:
            return plain
        watching = rest[0] == "watch" and len(rest) > 1
        return self._resource(method, path, group, version, rest[watching:], watching)

    def _resource(
        self, method: str, path: str, group: str, version: str, rest: list[str], watching: bool
    ) -> Route:
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 1:
            namespace = rest[1]
            if len(rest) > 2 and rest[2] not in ("status", "finalize"):
                rest = rest[2:]
        resource = rest[0]
        name = rest[1] if len(rest) > 1 else ""
        subresource = rest[2] if len(rest) > 2 else ""
        kind = self._kinds.lookup(group, version, resource)
        if kind is not None and kind.namespaced != bool(namespace) and (name or namespace):
            # An object is only reached by the path of its scope; a namespace is its own scope.
            kind = kind if resource == "namespaces" else None
        return Route(
            verb=_verb(method, bool(name)),
            path=path,
            group=group,
            version=version,
            resource=resource,
            subresource=subresource,
            namespace=namespace if kind is None or kind.namespaced else "",
            scope=namespace,
            name=name,
            tail="/".join(rest[3:]),
            kind=kind,
            known_group=group in self._groups,
            watching=watching and method == "GET",
        )


def _verb(method: str, named: bool) -> str:
    if method in ("GET", "HEAD"):
        return "get" if named else "list"
    if method == "DELETE":
        return "delete" if named else "deletecollection"
    return _WRITES.get(method, method.lower())
