"""The objects of the current revision, for assertions: read straight from the log's index.

Objects are decoded once per revision of theirs. Short names (`deployment`, `deploy`,
`deployments`) and kinds mean what kubectl means by them.
"""

from __future__ import annotations

from tuik8s.api.selectors import parse_label_selector
from tuik8s.api.types import Object
from tuik8s.bus.client import object_of
from tuik8s.components.apiserver import ApiServer


class NoSuchKind(Exception):
    """No kind goes by that name; the message lists near ones."""


class State:
    """What the cluster is at this moment."""

    def __init__(self, apiserver: ApiServer) -> None:
        self._apiserver = apiserver
        self._decoded: dict[str, tuple[int, Object]] = {}

    def is_of(self, apiserver: ApiServer) -> bool:
        return self._apiserver is apiserver

    @property
    def revision(self) -> int:
        return self._apiserver.store.revision

    def resource(self, word: str) -> tuple[str, bool]:
        """(resource id, whether it is namespaced) of a kind by any of its names."""
        lower = word.lower()
        for kind in self._apiserver.kinds.all():
            names = (
                kind.plural,
                kind.singular,
                kind.kind.lower(),
                kind.resource,
                *kind.short_names,
            )
            if lower in names:
                return kind.storage or kind.resource, kind.namespaced
        raise NoSuchKind(f"no kind is called {word!r}")

    def get(self, word: str, name: str, namespace: str = "default") -> Object | None:
        resource, namespaced = self.resource(word)
        key = f"{resource}/{namespace if namespaced else ''}/{name}"
        entry = self._apiserver.store.get(key)
        return None if entry is None else self._object(key, entry.revision, entry.value)

    def list_(self, word: str, selector: str = "", namespace: str = "") -> list[Object]:
        """Objects in the order of their keys; namespace "" means all of them."""
        resource, namespaced = self.resource(word)
        prefix = f"{resource}/{namespace}/" if namespace and namespaced else f"{resource}/"
        wanted = parse_label_selector(selector)
        page = self._apiserver.store.range(prefix)
        found = [self._object(e.key, e.revision, e.value) for e in page.entries]
        if not selector:
            return found
        return [o for o in found if wanted.matches(o["metadata"].get("labels") or {})]

    def _object(self, key: str, revision: int, value: bytes) -> Object:
        known = self._decoded.get(key)
        if known is None or known[0] != revision:
            known = self._decoded[key] = (revision, object_of(value))
        return known[1]
