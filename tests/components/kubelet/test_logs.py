"""The kubelet's own API: container logs with their parameters, and its refusals."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from tests.components.kubelet.plant import Plant
from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import decode
from tuik8s.components.kubelet.runtimes.base import Log, LogLine
from tuik8s.components.kubelet.runtimes.sim import LOG_LINES_MAX
from tuik8s.components.kubelet.server import render

LINES = tuple(LogLine(1_767_225_600_000 + 1_000 * n, f"line {n}") for n in range(5))
NOW_MS = LINES[-1].at_ms + 500


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"tailLines": "2"}, [3, 4]),
        ({"tailLines": "0"}, []),
        ({"sinceSeconds": "2"}, [3, 4]),
        ({"sinceTimeMs": str(LINES[2].at_ms)}, [2, 3, 4]),
        ({"from": "4"}, [4]),
        ({"from": "9"}, []),
    ],
)
def test_chosen_lines(query: dict[str, str], lines: list[int]) -> None:
    text = "".join(f"line {n}\n" for n in lines).encode()
    assert render(Log(LINES, len(LINES)), query, NOW_MS) == text


def test_timestamps_and_limit() -> None:
    assert render(Log(LINES[:1], 1), {"timestamps": "true"}, NOW_MS) == (
        b"2026-01-01T00:00:00.000000000Z line 0\n"
    )
    assert render(Log(LINES, len(LINES)), {"limitBytes": "8"}, NOW_MS) == b"line 0\nl"


@pytest.fixture
def plant() -> Plant:
    return Plant()


def test_follow_goes_on_from_where_it_was(plant: Plant) -> None:
    plant.create_pod(behaviour='log "tick" every 1s; run 5s then exit 0', restartPolicy="Never")
    plant.run_ms(2_500)
    first = plant.logs()
    assert first.body.splitlines()[1:] == [b"tick", b"tick"]
    assert first.headers["x-ended"] == "false"
    plant.run_ms(5_000)
    rest = plant.logs(f"from={first.headers['x-next']}")
    assert rest.body == b"tick\ntick\ntick\n"
    assert rest.headers["x-ended"] == "true"


def test_follow_goes_on_when_the_first_lines_are_gone(plant: Plant) -> None:
    plant.create_pod(behaviour='log "tick" every 10ms')
    plant.run_ms(2 * 10 * LOG_LINES_MAX)
    first = plant.logs()
    assert len(first.body.splitlines()) == LOG_LINES_MAX
    plant.run_ms(1_000)
    rest = plant.logs(f"from={first.headers['x-next']}")
    assert rest.body == b"tick\n" * 100


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("tailLines=-5", "tailLines: Invalid value: -5: must be greater than or equal to 0"),
        ("limitBytes=0", "limitBytes: Invalid value: 0: must be greater than 0"),
        ("sinceSeconds=0", "sinceSeconds: Invalid value: 0: must be greater than 0"),
        ("sinceSeconds=5&sinceTime=2026-01-01T00:00:00Z", "at most one of `sinceTime` or"),
    ],
)
def test_numbers_that_make_no_sense(plant: Plant, query: str, said: str) -> None:
    plant.create_pod()
    plant.run_ms(500)
    request = Request(
        verb="get", resource="pods", subresource="log", namespace="default", name="a",
        query=parse_qs(query),
    )  # fmt: skip
    found: list[Reply] = []
    plant.client.call(request, found.append)
    plant.run_until(lambda: bool(found), 1_000)
    message = decode(found[0])["message"]
    assert (found[0].code, said in message) == (422, True), message


def test_previous_container(plant: Plant) -> None:
    plant.create_pod(behaviour='log "once"; crash after 1s')
    plant.run_ms(500)
    refused = plant.logs("previous=true")
    words = b'previous terminated container "c" in pod "a" not found'
    assert (refused.status, refused.body) == (400, words)
    plant.run_ms(1_000)
    assert b"once" in plant.logs("previous=true").body


def test_between_two_tries_the_log_of_the_last_one_is_shown(plant: Plant) -> None:
    plant.create_pod(behaviour='log "once"; crash after 1s')
    plant.run_ms(5_000)
    assert plant.container()["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    between = plant.logs()
    assert between.body == plant.logs("previous=true").body
    assert b"once" in between.body
    assert between.headers["x-ended"] == "true"


def test_refusals(plant: Plant) -> None:
    plant.create_pod(behaviour="pull takes 1m")
    plant.run_ms(100)
    waiting = plant.logs()
    words = b'container "c" in pod "a" is waiting to start: ContainerCreating'
    assert (waiting.status, waiting.body) == (400, words)
    assert plant.logs(container="x").body == b"container x is not valid for pod a"
    assert plant.logs(name="nobody").status == 404
    assert plant.get("kubelet.node-1", 10250, "/nowhere").status == 404
