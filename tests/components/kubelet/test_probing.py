"""Readiness probes: their rhythm and thresholds, and what counts as good."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tuik8s.components.kubelet.probing import probe_until


class Ended:
    """Stands for the end of a container: time is counted, and the end comes after some waits."""

    def __init__(self, waits: int) -> None:
        self.left = waits
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.left -= 1
        return self.left < 0


def probed(results: list[bool], **probe: Any) -> tuple[list[bool], list[float]]:
    answers: Iterator[bool] = iter(results)
    told: list[bool] = []
    ended: Any = Ended(len(results))
    spec = {"exec": {"command": ["check"]}, **probe}
    probe_until(spec, "", lambda command: next(answers), told.append, ended)
    return told, ended.waited


@pytest.mark.parametrize(
    ("results", "probe", "told"),
    [
        ([True], {}, [True]),
        ([False, False], {}, []),
        ([True, False, False, False, True], {}, [True, False, True]),
        ([True, False, True, False, False], {"failureThreshold": 2}, [True, False]),
        ([True, True, False], {"successThreshold": 2, "failureThreshold": 1}, [True, False]),
    ],
)
def test_thresholds(results: list[bool], probe: dict[str, Any], told: list[bool]) -> None:
    assert probed(results, **probe)[0] == told


def test_rhythm() -> None:
    _, waited = probed([True, True], initialDelaySeconds=7, periodSeconds=3)
    assert waited == [7, 3, 3]


def test_a_container_that_ended_before_its_first_probe() -> None:
    told: list[bool] = []
    ended = threading.Event()
    ended.set()
    probe_until({"exec": {}}, "", lambda command: True, told.append, ended)
    assert told == []


@pytest.mark.parametrize("way", [{"tcpSocket": {"port": 1}}, {"httpGet": {"port": 1}}])
def test_nobody_listens(way: dict[str, Any]) -> None:
    told: list[bool] = []
    ended: Any = Ended(1)
    probe_until(way, "127.0.0.1", lambda command: True, told.append, ended)
    assert told == []
