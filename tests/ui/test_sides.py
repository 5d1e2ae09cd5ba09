"""Which moment a side of a comparison wants, when the answers are slow in coming."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import Client
from tuik8s.ui.past import Moment
from tuik8s.ui.sides import Newest


class Slow:
    """A client whose questions are answered when the test says so, and a clock."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.at_ms = 0

    def real_ms(self) -> int:
        return self.at_ms

    def call(self, request: Request, on_reply: Any, **options: Any) -> None:
        self.asked.append(on_reply)

    def answer(self, revision: int) -> None:
        data = msgspec.msgpack.encode({"revision": revision, "atMs": 10 * revision})
        self.asked.pop(0)(Reply(code=200, objects=(data,)))


def test_the_newest_of_a_slow_cluster_is_waited_for() -> None:
    slow = Slow()
    newest = Newest(cast("Client", slow), slow.real_ms)
    for _ in range(5):
        slow.at_ms += 1_500
        assert newest.moment() is None
    assert len(slow.asked) == 1
    slow.answer(7)
    assert newest.moment() == Moment(7, 70)
    assert len(slow.asked) == 1, "it is asked for again, as the answer is old"
    assert newest.moment() == Moment(7, 70)
    slow.answer(9)
    assert newest.moment() == Moment(9, 90)


def test_why_a_cluster_does_not_answer_is_said_until_it_does() -> None:
    slow = Slow()
    newest = Newest(cast("Client", slow), slow.real_ms)
    slow.at_ms = 10_000
    slow.asked.pop(0)(Reply(code=0))
    assert newest.moment() is None
    refused = newest.refused
    assert refused
    slow.at_ms += 1_200
    assert newest.moment() is None
    assert newest.refused == refused
    slow.answer(3)
    assert newest.moment() == Moment(3, 30)
    assert newest.refused == ""
