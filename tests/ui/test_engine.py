"""The engine room: tables from what processes report, rates, leases, and the screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.engine import (
    LEASES,
    LOG,
    PROCESSES,
    SUBSCRIBERS,
    TOPICS,
    WORK,
    EngineRow,
    Look,
    lease_rows,
    log_rows,
    process_rows,
    subscriber_rows,
    topic_rows,
    work_rows,
)
from tuik8s.world.logs import USUAL

API: Any = {
    "name": "apiserver",
    "pid": 7,
    "state": "running",
    "restarts": 1,
    "up_ms": 61_000,
    "last_exit": "signal 9",
    "cpu_ms": 1_000,
    "memory_bytes": 50 << 20,
    "statistics": {"requests": 1_000, "watches": 0, "bus.topic.pods": 10, "store.log_bytes": 2_000},
}
MANAGER: Any = {
    **API,
    "name": "controller-manager",
    "pid": 8,
    "statistics": {
        "bus.lag_ms": 1_500,
        "bus.events": 40,
        "bus.gaps": 1,
        "node.depth": 2,
        "node.done": 10,
        "node.failing": 1,
    },
}
SCHEDULER: Any = {
    **API,
    "name": "scheduler",
    "pid": 9,
    "state": "starting",
    "statistics": {"active": 3, "backoff": 0, "unschedulable": 1, "gated": 0, "attempts": 5},
}


def grown(process: Any, by: int) -> Any:
    counts = {name: count + by for name, count in process["statistics"].items()}
    return {**process, "cpu_ms": process["cpu_ms"] + by, "statistics": counts}


def looked(by: int = 200) -> Look:
    """Two looks, two seconds apart."""
    look = Look()
    look.take([API, MANAGER, SCHEDULER], 10_000)
    look.take([grown(each, by) for each in (API, MANAGER, SCHEDULER)], 12_000)
    return look


def texts(row: EngineRow) -> list[str]:
    return [cell.text for cell in row.cells]


def test_processes_say_what_they_use() -> None:
    api, _, scheduler = process_rows(looked())
    assert texts(api) == [
        "apiserver", "7", "running", "1", "61s", "10.0%", "50 MiB", "signal 9",
        "requests 1.2k  watches 200",
    ]  # fmt: skip
    assert scheduler.health == "warn"
    unknown = {key: value for key, value in API.items() if key not in ("cpu_ms", "memory_bytes")}
    look = Look()
    look.take([unknown], 0)
    look.take([unknown], 2_000)
    assert texts(process_rows(look)[0])[5:7] == ["-", "-"]


def test_rates_are_of_the_last_seconds_and_of_one_process() -> None:
    look = looked()
    assert look.rate(look.processes[0], "requests") == 100
    for at_ms in range(14_000, 20_001, 2_000):  # it rests
        look.take([grown(API, 200)], at_ms)
    assert look.rate(look.processes[0], "requests") == 0
    again = {**API, "pid": 70, "statistics": {"requests": 3}}
    look.take([again], 21_000)
    assert look.rate(again, "requests") is None  # one look is none
    assert look.rate(again, "no such count") is None


def test_topics_subscribers_and_the_log() -> None:
    [topic] = topic_rows(looked())
    assert texts(topic) == ["pods", "100", "210"]
    [subscriber] = subscriber_rows(looked(0))
    assert texts(subscriber) == ["controller-manager", "1500 ms", "0", "40", "1", "0", "0"]
    assert subscriber.health == "warn"
    [log] = log_rows(looked())
    assert texts(log) == ["log bytes", "2,200", "100"]


def test_queues_of_controllers_and_of_the_scheduler() -> None:
    rows = {row.uid: texts(row) for row in work_rows(looked())}
    assert rows["node"][:4] == ["node", "202", "100", "210"]
    assert rows["node"][7] == "201"
    assert rows["scheduler: active"][:4] == ["scheduler: active", "203", "100", "205"]
    assert rows["scheduler: unschedulable"][1] == "201"
    assert len(rows) == 5


def a_lease(renewed: str | None, **spec: Any) -> Any:
    meta = {"namespace": "kube-node-lease", "name": "n"}
    return {"metadata": meta, "spec": {"renewTime": renewed, "leaseDurationSeconds": 40, **spec}}


@pytest.mark.parametrize(
    ("renewed", "ago", "health"),
    [
        ("1970-01-01T00:00:50.000000Z", "10s", ""),
        ("1970-01-01T00:00:10.000000Z", "50s", "bad"),
        (None, "never", ""),
    ],
)
def test_leases_have_a_holder_and_an_age(renewed: str | None, ago: str, health: str) -> None:
    [row] = lease_rows([a_lease(renewed, holderIdentity="n")], 60_000)
    assert texts(row) == ["kube-node-lease/n", "n", ago, "40s"]
    assert row.health == health
    [row] = lease_rows([a_lease(None)], 0)
    assert texts(row)[1] == "nobody"


def test_every_row_has_all_columns() -> None:
    look = looked()
    for columns, rows in (
        (PROCESSES, process_rows(look)),
        (TOPICS, topic_rows(look)),
        (SUBSCRIBERS, subscriber_rows(look)),
        (WORK, work_rows(look)),
        (LEASES, lease_rows([a_lease(None)], 0)),
        (LOG, log_rows(look)),
    ):
        assert rows
        assert {len(row.cells) for row in rows} == {len(columns)}


def test_tab_goes_through_the_tables_and_the_past_has_leases_alone() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.status = lambda: [API, MANAGER, SCHEDULER]
        await stage.press("7")
        assert "engine room: processes" in stage.status
        assert "50 MiB" in stage.text
        for name, word in (
            ("bus topics", "TOPIC"),
            ("subscribers", "1500 ms"),
            ("work queues", "scheduler: unschedulable"),
            ("leases", "kube-node-lease/node-3"),
            ("log", "log bytes"),
        ):
            await stage.press("tab")
            assert f"engine room: {name}" in stage.status
            assert word in stage.text
        await stage.press("left_square_bracket")
        await stage.wait()
        assert "processes are not in the log" in stage.text
        assert "log bytes" not in stage.text
        await stage.press("shift+tab")
        await stage.wait()
        assert "kube-node-lease/node-3" in stage.text
        await stage.press("w")
        assert "why" in stage.status

    play(scene)


@pytest.mark.parametrize("key", ["enter", "l"])
def test_enter_and_l_on_a_process_show_its_log(key: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.status = lambda: [API]
        await stage.press("7", key)
        await stage.wait()
        assert "logs apiserver" in stage.status
        assert '"Store opened" revision=1' in stage.text

    play(scene, stage=Stage(verbosity=USUAL))


def test_the_log_of_a_dead_api_server_comes_from_its_machine() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.status = lambda: [API]
        stage.app.machine.component_log = (  # type: ignore[method-assign]
            lambda process: [f"{process} has crashed", "evil \x1b[2J"]
        )
        stage.cluster.hold("apiserver")
        await stage.press("7", "enter")
        await stage.wait(40_000)
        await stage.wait(40_000)
        assert "apiserver has crashed" in stage.text
        assert "evil \\x1b[2J" in stage.text

    play(scene)
