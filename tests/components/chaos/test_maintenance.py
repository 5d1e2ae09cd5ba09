"""What maintenance asks of an API that refuses, and of nodes that are drained by turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from tuik8s.api.types import Reply
from tuik8s.bus.client import Client
from tuik8s.components.chaos.base import Cordon, Drain
from tuik8s.components.chaos.clerk import Clerk
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


def maintenance(api: Api) -> Maintenance:
    client = cast("Client", api)
    return Maintenance(client, Clerk(client), lambda node, stay: None)


def test_a_patch_that_is_refused_is_tried_again_only_after_a_while() -> None:
    api = Api(code=507)
    maintenance(api).want([Cordon("node-1")], [])
    api.run_ms(10 * RETRY_MS)
    assert 2 <= api.patches <= 10


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
