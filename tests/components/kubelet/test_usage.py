"""What simulated containers use: levels over windows, requests, limits; and the node's summary."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.components.kubelet.plant import Plant
from tuik8s.components.kubelet.program import Level, Program
from tuik8s.components.kubelet.runtimes.base import WINDOW_MS
from tuik8s.components.kubelet.runtimes.sim_usage import Load, usage_of
from tuik8s.components.kubelet.summary import SYSTEM_CPU_NANOS
from tuik8s.world.network import HttpAnswer

MILLI = 1_000_000
START_MS = 100 * WINDOW_MS


@pytest.mark.parametrize(
    ("levels", "limit", "age_ms", "want"),
    [
        pytest.param([Level(100)], 0, 9_999, None, id="not a whole window yet"),
        pytest.param([Level(100)], 0, 10_000, (100, 1_000), id="one window"),
        pytest.param([Level(100)], 0, 29_999, (100, 2_000), id="the window that is over counts"),
        pytest.param([Level(100), Level(300, 15_000)], 0, 20_000, (200, 3_000), id="half of each"),
        pytest.param([Level(100), Level(300, 15_000)], 0, 30_000, (300, 6_000), id="the new one"),
        pytest.param([Level(900)], 250, 20_000, (250, 5_000), id="a limit throttles"),
        pytest.param([Level(0)], 0, 20_000, (0, 0), id="nothing"),
    ],
)
def test_cpu_of_a_window(
    levels: list[Level], limit: int, age_ms: int, want: tuple[int, int] | None
) -> None:
    """(milli-CPU in the window, milli-CPU seconds since the start)."""
    program = Program(cpu_millis=levels)
    found = usage_of(program, Load(), START_MS, limit, START_MS + age_ms)
    told = found and (found.cpu_nanos / MILLI, found.cpu_total_nanos / MILLI)
    assert told == want


def test_a_container_that_began_in_a_window_is_measured_from_the_next() -> None:
    program = Program(cpu_millis=[Level(100)])
    started_ms = START_MS + 1
    assert usage_of(program, Load(), started_ms, 0, START_MS + 19_999) is None
    found = usage_of(program, Load(), started_ms, 0, START_MS + 20_000)
    assert found is not None
    assert found.at_ms == START_MS + 20_000


def test_memory_is_the_level_at_the_windows_end() -> None:
    program = Program(memory_bytes=[Level(5), Level(9, 12_000)])
    told = [usage_of(program, Load(), START_MS, 0, START_MS + at) for at in (10_000, 20_000)]
    assert [usage and usage.memory_bytes for usage in told] == [5, 9]


def test_requests_cost_in_the_window_in_which_they_came() -> None:
    program, load = Program(cpu_millis=[Level(0)], request_cpu_ms=20), Load()
    for at_ms in (1_000, 2_000, 11_000, 35_000):
        load.count(START_MS + at_ms)
    told = [usage_of(program, load, START_MS, 0, START_MS + at) for at in (40_000, 50_000)]
    assert [usage and usage.cpu_nanos / MILLI for usage in told] == [2, 0]
    assert [usage and usage.cpu_total_nanos / MILLI for usage in told] == [80, 80]


def summary(plant: Plant) -> Any:
    answer: HttpAnswer = plant.get("kubelet.node-1", 10250, "/stats/summary")
    assert answer.status == 200
    return json.loads(answer.body)


def test_summary_has_pods_that_ran_for_a_window_and_the_node_has_all() -> None:
    plant = Plant()
    plant.create_pod("busy", behaviour="cpu 300m; memory 1Gi")
    plant.create_pod("over", behaviour="run 1s then exit 0", restartPolicy="Never")
    plant.run_ms(2 * WINDOW_MS)
    plant.create_pod("young")
    plant.run_ms(1_000)
    found = summary(plant)
    pods = {pod["podRef"]["name"]: pod for pod in found["pods"]}
    assert list(pods) == ["busy"]
    (container,) = pods["busy"]["containers"]
    assert container["cpu"]["usageNanoCores"] == 300 * MILLI
    assert container["memory"]["workingSetBytes"] == 1 << 30
    assert found["node"]["cpu"]["usageNanoCores"] == SYSTEM_CPU_NANOS + 300 * MILLI
