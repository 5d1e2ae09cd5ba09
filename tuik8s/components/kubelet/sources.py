"""The ConfigMaps and Secrets that the pods of a node use, read when they are needed.

    lookup -> fresh answer known? -> it
                  | no
                  '-> ask the API for that one name, raise NotYet; on_change when it answered

Each is asked for by name and only while a pod that uses it starts: that is what the node
authorizer lets a kubelet do. What is missing is asked for again, more and more seldom, as long as
somebody looks.

Source: k8s.io/kubernetes pkg/kubelet/util/manager (cache_based_manager.go; upstream watches).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode
from tuik8s.components.kubelet.environment import NotYet
from tuik8s.world.base import World

FRESH_MS = 1_000
"""Pods that start together share one answer."""
RETRY_MS = 1_000
ENTRIES_MAX = 2_000


@dataclass(slots=True)
class _Entry:
    found: Object | None = None
    known_at_ms: int = -1
    is_asked: bool = False


class Sources:
    """Those of one node. on_change: something that was looked for has been answered."""

    def __init__(self, world: World, client: Client, on_change: Callable[[], None]) -> None:
        self._world = world
        self._client = client
        self._on_change = on_change
        self._entries: dict[tuple[str, str, str], _Entry] = {}

    def lookup(self, resource: str, namespace: str, name: str) -> Object | None:
        """See `environment.Lookup`."""
        key = (resource, namespace, name)
        entry = self._entries.get(key)
        if entry is None:
            if len(self._entries) >= ENTRIES_MAX:
                self._entries.clear()
            entry = self._entries[key] = _Entry()
        now_ms = self._world.now_ms()
        if entry.known_at_ms >= 0 and now_ms - entry.known_at_ms < FRESH_MS:
            return entry.found
        if not entry.is_asked:
            entry.is_asked = True
            self._ask(key, entry)
        raise NotYet

    def _ask(self, key: tuple[str, str, str], entry: _Entry) -> None:
        resource, namespace, name = key
        self._client.get(
            resource,
            namespace,
            name,
            lambda reply: self._on_answer(key, entry, reply),
        )

    def _on_answer(self, key: tuple[str, str, str], entry: _Entry, reply: Reply) -> None:
        if not reply.ok and reply.code not in (403, 404):
            self._world.call_after(RETRY_MS, lambda: self._ask(key, entry))
            return
        entry.is_asked = False
        entry.found = decode(reply) if reply.ok else None
        entry.known_at_ms = self._world.now_ms()
        self._on_change()
