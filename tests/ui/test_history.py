"""The changes of one object as the dashboard reads them: onwards, and back to the first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage
from tuik8s.api.types import Request
from tuik8s.ui import history
from tuik8s.ui.history import History
from tuik8s.ui.refs import Ref

pytestmark = pytest.mark.slow

WEB = Ref("configmaps", "default", "web")


def the_map(**data: str) -> dict[str, Any]:
    meta = {"name": WEB.name, "namespace": WEB.namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def changed_often(times: int) -> Stage:
    stage = Stage()
    stage.create("configmaps", the_map(n="0"))
    for number in range(1, times):
        touch(stage, number)
    return stage


def touch(stage: Stage, number: int) -> None:
    body = {"data": {"n": str(number)}}
    stage.cluster.client.patch("configmaps", "default", "web", body, lambda reply: None)
    stage.cluster.run_ms(100)


def numbers(found: History, now_ms: int = 1 << 62) -> list[int]:
    return [int((change.after or {})["data"]["n"]) for change in found.until(now_ms)]


def test_it_goes_on_and_back_as_far_as_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LIMIT", 4)
    stage = changed_often(10)
    found = History(stage.feed.client, WEB)
    now_ms = stage.cluster.now_ms

    def follow(stamp: str, since_ms: int) -> None:
        found.follow(stamp, since_ms)
        stage.cluster.run_ms(100)

    follow("a", now_ms)
    assert numbers(found) == [6, 7, 8, 9]
    follow("a", now_ms)
    assert numbers(found) == [6, 7, 8, 9]
    for _ in range(5):
        follow("a", 0)
    assert numbers(found) == list(range(10))
    for number in range(10, 16):
        touch(stage, number)
    for _ in range(3):
        follow("b", now_ms)
    assert numbers(found) == list(range(16))
    middle = found.changes[5].at_ms
    assert numbers(found, middle) == list(range(6))
    assert found.changes[0].type == "ADDED"
    assert found.changes[3].what == "data.n: 2 -> 3"


def test_a_refusal_is_told_and_not_asked_again_at_once() -> None:
    stage = changed_often(2)
    asked: list[Request] = []
    client = stage.feed.client
    call = client.call

    def counting(request: Request, *args: Any, **more: Any) -> None:
        asked.append(request)
        call(request, *args, **more)

    client.call = counting  # type: ignore[method-assign]
    found = History(client, WEB)
    stage.cluster.hold("apiserver")
    for _ in range(150):
        found.follow("a", 0)
        stage.cluster.run_ms(100)
    assert found.refused == "the API server does not answer"
    assert len(asked) <= 3
    stage.cluster.release("apiserver")
    for _ in range(150):
        found.follow("a", 0)
        stage.cluster.run_ms(100)
    assert numbers(found) == [0, 1]
    assert not found.refused
