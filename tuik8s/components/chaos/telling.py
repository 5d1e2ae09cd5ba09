"""Stores the statuses of Faults, each again and again until it is stored or its fault is gone."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client
from tuik8s.components.chaos.crd import FAULTS

RETRY_MS = 500
DEADLINE_MS = 2_000


class Telling:
    """One status per fault is under way at a time; a second one meanwhile is not told."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._under_way: dict[str, None] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._under_way

    def say(self, name: str, status: Object, told: Callable[[bool], None]) -> None:
        """Store a status; told hears whether it is stored (False: there is no such fault)."""
        if name in self._under_way:
            return
        self._under_way[name] = None

        def send() -> None:
            self._client.patch(
                FAULTS, "", name, {"status": status}, answered, subresource="status",
                deadline_ms=DEADLINE_MS,
            )  # fmt: skip

        def answered(reply: Reply) -> None:
            if not reply.ok and reply.code not in (404, 422):
                self._client.world.call_after(RETRY_MS, send)
                return
            del self._under_way[name]
            told(reply.ok)

        send()
