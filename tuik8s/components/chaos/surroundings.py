"""Looks at the cluster for a plan: the parties from the hand, the objects from the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuik8s.api.types import Reply
from tuik8s.bus.client import Client, object_of
from tuik8s.components.chaos.base import Hand
from tuik8s.components.chaos.shape import Shape, Thing, thing_of

RETRY_MS = 500


class Surroundings:
    """What there is, as a `Shape`. Objects are read when they are asked for and not kept."""

    def __init__(self, client: Client, hand: Hand) -> None:
        self._client = client
        self._hand = hand

    def look(self, resources: Sequence[str], then: Callable[[Shape], None]) -> None:
        """Call then with the shape that has these resources, at once when there are none."""
        parties = tuple(self._hand.parties())
        found: dict[str, list[Thing]] = {}

        def ask(resource: str) -> None:
            self._client.list_(resource, lambda reply: answered(resource, reply))

        def answered(resource: str, reply: Reply) -> None:
            if not reply.ok:
                self._client.world.call_after(RETRY_MS, lambda: ask(resource))
                return
            found[resource] = [thing_of(resource, object_of(data)) for data in reply.objects]
            if len(found) == len(resources):
                things = [thing for name in resources for thing in found[name]]
                then(Shape(parties, tuple(things)))

        if not resources:
            then(Shape(parties))
        for resource in resources:
            ask(resource)
