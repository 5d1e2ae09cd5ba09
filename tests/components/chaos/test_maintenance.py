"""What maintenance asks of an API that refuses, and of nodes that are drained by turns."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, cast

import msgspec
import pytest

from tuik8s.api.types import Reply
from tuik8s.bus.client import Client
from tuik8s.components.chaos.base import Cordon, Drain, Eviction
from tuik8s.components.chaos.clerk import AGAIN_AFTER_MS, TRIES, Clerk
from tuik8s.components.chaos.maintenance import EVERY_MS, RETRY_MS, Maintenance
from tuik8s.world.simulated import Simulation

NODE = msgspec.msgpack.encode({"metadata": {"name": "node-1"}, "spec": {}})


class Api:
    """Answers a millisecond later, and counts. code: what a patch is answered with."""

    def __init__(self, code: int) -> None:
        self.simulation = Simulation(1)
        self.world = self.simulation.host("chaos").world
        self.patches = self.lists = 0
        self._code = code

    def run_ms(self, duration_ms: int) -> None:
        self.simulation.run_ms(duration_ms)

    def get(self, *what: object) -> None:
        call = cast("Callable[[Reply], None]", what[-1])
        self.world.call_after(1, lambda: call(Reply(code=200, objects=(NODE,))))

    def patch(self, *what: object, cause: int) -> None:
        self.patches += 1
        call = cast("Callable[[Reply], None]", what[-1])
        self.world.call_after(1, lambda: call(Reply(code=self._code)))

    def list_(self, resource: str, call: Callable[[Reply], None], **more: Any) -> None:
        self.lists += 1
        self.world.call_after(1, lambda: call(Reply(code=200)))


class Busy(Api):
    """Refuses evictions, and the first deletions, with 429."""

    def __init__(self, refusals: int) -> None:
        super().__init__(429)
        self.deleted_ms: list[int] = []
        self._refusals = refusals

    def create(self, *what: object, subresource: str, cause: int) -> None:
        cast("Callable[[Reply], None]", what[-1])(Reply(code=429))

    def delete(self, *what: object, cause: int) -> None:
        self.deleted_ms.append(self.world.now_ms())
        code = 429 if len(self.deleted_ms) <= self._refusals else 200
        cast("Callable[[Reply], None]", what[3])(Reply(code=code))


def maintenance(api: Api) -> Maintenance:
    client = cast("Client", api)
    return Maintenance(client, Clerk(client), lambda node, stay: None)


def test_a_patch_that_is_refused_is_tried_again_only_after_a_while() -> None:
    api = Api(code=507)
    maintenance(api).want([Cordon("node-1")], [])
    api.run_ms(10 * RETRY_MS)
    assert 2 <= api.patches <= 10


@pytest.mark.parametrize(("refusals", "told"), [(2, []), (99, ["pod a/p stays: "])])
def test_an_override_that_is_one_request_too_many_waits(refusals: int, told: list[str]) -> None:
    api, stay = Busy(refusals), list[str]()
    eviction = Eviction("a", "p", override=True)
    Clerk(cast("Client", api)).evict([eviction], 0, stay.extend)
    api.run_ms(1)
    assert len(api.deleted_ms) == 1, "the next try is not at once"
    api.run_ms(60_000)
    assert [line[: len(told[0])] for line in stay] == told if told else stay == []
    assert len(api.deleted_ms) == min(refusals + 1, TRIES)
    pauses = [later - before for before, later in pairwise(api.deleted_ms)]
    assert all(pause_ms >= AGAIN_AFTER_MS for pause_ms in pauses)


@pytest.mark.parametrize("again", [Drain("node-1"), Drain("node-1", override=True)])
def test_a_drain_that_comes_and_goes_looks_no_more_often(again: Drain) -> None:
    api = Api(code=507)
    kept = maintenance(api)
    first = Drain("node-1")
    kept.want([], [first])
    api.run_ms(1_000)
    kept.want([], [])
    kept.want([], [first])
    kept.want([], [again])
    api.run_ms(10)
    before = api.lists
    api.run_ms(10 * EVERY_MS)
    assert 9 <= api.lists - before <= 10
