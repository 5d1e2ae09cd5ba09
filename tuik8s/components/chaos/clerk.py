"""What chaos does through the API, as anybody would: budgets and admission have their say.

evict --> POST eviction --201, 404--> gone
                      '--429--> refused, in the server's words; with override: deleted, and logged

A deletion that is answered with 429 is one too many for the server: it waits, and asks again a few
times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuik8s.api.types import Reply
from tuik8s.bus.client import Client, decode, refusal_of
from tuik8s.components.chaos.base import Eviction

TOO_MANY = 429
AGAIN_AFTER_MS = 1_000
TRIES = 5
_AT_ONCE = {"gracePeriodSeconds": 0}


class Clerk:
    """Carries out evictions."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def evict(
        self, evictions: Sequence[Eviction], cause: int, done: Callable[[list[str]], None]
    ) -> None:
        """Have pods gone; done gets a line for each that stays. cause: a revision."""
        stay: list[str] = []
        waiting = dict.fromkeys(evictions)

        def answered(eviction: Eviction, reply: Reply) -> None:
            if reply.code == TOO_MANY and eviction.override:
                self._override(eviction, cause, settled)
            else:
                settled(eviction, reply)

        def settled(eviction: Eviction, reply: Reply) -> None:
            if not reply.ok and reply.code != 404:
                stay.append(f"pod {eviction.namespace}/{eviction.name} stays: {_reason(reply)}")
            del waiting[eviction]
            if not waiting:
                done(stay)

        if not evictions:
            done(stay)
        for eviction in list(waiting):
            self._ask(eviction, cause, answered)

    def _ask(
        self, eviction: Eviction, cause: int, answered: Callable[[Eviction, Reply], None]
    ) -> None:
        meta = {"name": eviction.name, "namespace": eviction.namespace}
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": meta,
            "deleteOptions": _AT_ONCE if eviction.at_once else {},
        }
        self._client.create(
            "pods", body, lambda reply: answered(eviction, reply), subresource="eviction",
            cause=cause,
        )  # fmt: skip

    def _override(
        self, eviction: Eviction, cause: int, settled: Callable[[Eviction, Reply], None]
    ) -> None:
        world, name = self._client.world, f"{eviction.namespace}/{eviction.name}"
        world.log.warning("A disruption budget is overridden", pod=name)
        tries = 0

        def delete() -> None:
            nonlocal tries
            tries += 1
            self._client.delete(
                "pods", eviction.namespace, eviction.name, answered,
                dict(_AT_ONCE) if eviction.at_once else {}, cause=cause,
            )  # fmt: skip

        def answered(reply: Reply) -> None:
            if reply.code == TOO_MANY and tries < TRIES:
                world.call_after(AGAIN_AFTER_MS, delete)
            else:
                settled(eviction, reply)

        delete()


def _reason(reply: Reply) -> str:
    """Why the server refused, with the causes that it gives."""
    status = decode(reply)
    causes = (status.get("details") or {}).get("causes") or ()
    words = [status.get("message", ""), *(cause.get("message", "") for cause in causes)]
    return " ".join(filter(None, words)) or refusal_of(reply)
