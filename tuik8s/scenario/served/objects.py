"""The objects of a hosted cluster, asked for by the administrator; no time passes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tuik8s.api.types import Object, Request
from tuik8s.bus.client import PATCH_TYPES, PatchKind, object_of
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.routes import Route
from tuik8s.scenario.served.failures import Refused
from tuik8s.scenario.served.hosted import SILENT, Hosted
from tuik8s.scenario.served.requests import (
    AGENT,
    Manifest,
    kind_of,
    kind_of_manifest,
    manifests_of,
    parse_name,
    request_of,
)
from tuik8s.scenario.served.thread import background

T = TypeVar("T")
Make = Callable[[ApiServer], tuple[Request, Route]]
DEFAULT = "default"
Found = list[Object]
"""Several objects."""


class Objects:
    """What kubectl does, in a test's words.

    Objects are named KIND/NAME, or KIND/NAMESPACE/NAME; kinds by any name that kubectl knows.
    Errors of every call: Refused in the server's words, ValueError for what cannot be meant.
    """

    _hosted: Hosted

    def get(self, name: str, namespace: str = DEFAULT) -> Object:
        """The object as it is. Raises Refused (404) when there is none."""
        return self._one("get", name, namespace)

    def list(self, kind: str, selector: str = "", namespace: str = DEFAULT) -> Found:
        """The objects of a kind by name; namespace "" means all. selector: `app=web,tier!=db`."""
        query = {"labelSelector": selector}

        def make(api: ApiServer) -> tuple[Request, Route]:
            return request_of(api, "list", kind_of(api.kinds, kind), namespace, query=query)

        return self._ask(make)

    def apply(self, manifest: Manifest, namespace: str = DEFAULT) -> Found:
        """Server-side apply: a file, a text of YAML, an object or several. What became of them."""
        query = {"fieldManager": AGENT, "force": "true"}

        def applied(wanted: Object) -> Object:
            def make(api: ApiServer) -> tuple[Request, Route]:
                kind, meta = kind_of_manifest(api.kinds, wanted), wanted["metadata"]
                inside = meta.get("namespace", namespace) if kind.namespaced else ""
                body = {**wanted, "metadata": {**meta, "namespace": inside}} if inside else wanted
                media = PATCH_TYPES["apply"]
                name = meta["name"]
                return request_of(
                    api, "patch", kind, inside, name, body=body, content_type=media, query=query
                )

            return self._object(make)

        return [applied(wanted) for wanted in manifests_of(manifest)]

    def create(self, manifest: Manifest, namespace: str = DEFAULT) -> Object:
        """One new object; with `metadata.generateName` the server names it."""
        (wanted,) = manifests_of(manifest)

        def make(api: ApiServer) -> tuple[Request, Route]:
            kind = kind_of_manifest(api.kinds, wanted)
            inside = wanted["metadata"].get("namespace", namespace)
            return request_of(api, "create", kind, inside, body=wanted)

        return self._object(make)

    def patch(
        self,
        name: str,
        body: Any,
        namespace: str = DEFAULT,
        *,
        kind: PatchKind = "merge",
        subresource: str = "",
    ) -> Object:
        """Change what body says. kind: merge, strategic, json or apply."""
        options = {"body": body, "content_type": PATCH_TYPES[kind], "subresource": subresource}
        return self._one("patch", name, namespace, **options)

    def scale(self, name: str, replicas: int, namespace: str = DEFAULT) -> None:
        self.patch(name, {"spec": {"replicas": replicas}}, namespace, subresource="scale")

    def delete(self, name: str, namespace: str = DEFAULT) -> None:
        """Ask for its deletion; pods and what owns others take time to be gone."""
        self._one("delete", name, namespace)

    def _one(self, verb: str, name: str, namespace: str, **options: Any) -> Object:
        target = parse_name(name, namespace)

        def make(api: ApiServer) -> tuple[Request, Route]:
            kind = kind_of(api.kinds, target.kind)
            return request_of(api, verb, kind, target.namespace, target.name, **options)

        return self._object(make)

    def _object(self, make: Make) -> Object:
        found = self._ask(make)
        return found[0] if found else {}

    def _ask(self, make: Make) -> Found:
        async def ask() -> Answer:
            api = self._hosted.api
            if api is None:
                raise Refused(0, {"message": SILENT})
            return await self._hosted.ask(*make(api))

        answer = self._call(ask())
        found = [object_of(data) for data in answer.objects or ()]
        if answer.code >= 400:
            raise Refused(answer.code, found[0] if found else {"message": answer.body.decode()})
        return found

    def _call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return background().call(coroutine)
