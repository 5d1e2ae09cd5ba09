"""One informer per resource, shared by all controllers: the View that reconcilers read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuik8s.api.types import Object
from tuik8s.bus.client import Client, object_of
from tuik8s.bus.clone import Change as BusChange
from tuik8s.bus.informer import Informer
from tuik8s.components.controllers.glances import GLANCES
from tuik8s.components.controllers.indices import indices_of

OnChange = Callable[[BusChange], None]


class Cache:
    """See the module's text. Resources nobody asked for read as empty."""

    def __init__(self, client: Client, on_change: OnChange, on_sync: Callable[[], None]) -> None:
        self._client = client
        self._informers: dict[str, Informer] = {}
        self._on_change = on_change
        self._on_sync = on_sync

    def follow(self, resource: str) -> None:
        """Begin to cache a resource; safe to repeat."""
        if resource in self._informers:
            return
        informer = Informer(self._client, resource, indices=indices_of(resource))
        self._informers[resource] = informer
        informer.on_change(self._on_change)
        informer.on_sync(self._on_sync)
        informer.start()

    def resources(self) -> list[str]:
        return list(self._informers)

    def synced(self, resource: str) -> bool:
        informer = self._informers.get(resource)
        return informer is not None and informer.synced

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        informer = self._informers.get(resource)
        return None if informer is None else informer.get(namespace, name)

    def list_(self, resource: str, namespace: str = "") -> Sequence[Object]:
        informer = self._informers.get(resource)
        if informer is None:
            return ()
        return informer.by_index("namespace", namespace) if namespace else list(informer.items())

    def by_index(self, resource: str, index: str, value: str) -> Sequence[Object]:
        informer = self._informers.get(resource)
        return () if informer is None else informer.by_index(index, value)

    def glance(self, resource: str, index: str = "", value: str = "") -> Sequence[Object]:
        informer = self._informers.get(resource)
        if informer is None:
            return ()
        return informer.glance(GLANCES.get(resource, object_of), index, value)

    def heard_at_ms(self) -> int:
        return self._client.feeds.beat_at_ms

    def revision(self, resource: str) -> int:
        informer = self._informers.get(resource)
        return 0 if informer is None else informer.revision
