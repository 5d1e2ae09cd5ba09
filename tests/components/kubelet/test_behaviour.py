"""The behaviour annotation: what each clause does to a program, and what is refused."""

from __future__ import annotations

import pytest

from tuik8s.components.kubelet.behaviour import BadBehaviour, change
from tuik8s.components.kubelet.program import Level, Program, Writes
from tuik8s.world.network import HttpRequest

CASES: tuple[tuple[str, dict[str, object]], ...] = (
    ("run 30s then exit 1", {"exit_after_ms": 30_000, "exit_code": 1}),
    ("run 1m30s then exit 0", {"exit_after_ms": 90_000, "exit_code": 0}),
    ("crash after 2s", {"exit_after_ms": 2_000, "exit_code": 1}),
    (
        "out of memory after 5s",
        {"exit_after_ms": 5_000, "exit_code": 137, "exit_reason": "OOMKilled"},
    ),
    ("start after 500ms", {"start_ms": 500}),
    ("unhealthy after 20s", {"unhealthy_after_ms": 20_000}),
    ("ready after 5s", {"ready_after_ms": 5_000}),
    ("never ready", {"ready_after_ms": None}),
    ("pull takes 3s", {"pull_ms": 3_000}),
    ("stop takes 4s", {"stop_takes_ms": 4_000}),
    ("ignores stop", {"ignores_stop": True}),
    ("cpu 250m", {"cpu_millis": [Level(250)]}),
    ("memory 64Mi", {"memory_bytes": [Level(64 << 20)]}),
    ("cpu 1 at 2m; cpu 50m", {"cpu_millis": [Level(50), Level(1000, 120_000)]}),
    ("memory 1Gi at 30s", {"memory_bytes": [Level(8 << 20), Level(1 << 30, 30_000)]}),
    ("requests cost 5ms", {"request_cpu_ms": 5}),
    ("ready after 1s; crash after 9s", {"ready_after_ms": 1_000, "exit_after_ms": 9_000}),
    ("  ready   after  1s ;", {"ready_after_ms": 1_000}),
)


@pytest.mark.parametrize(("text", "fields"), CASES, ids=[text for text, _ in CASES])
def test_clause(text: str, fields: dict[str, object]) -> None:
    program = Program()
    change(program, text)
    assert {name: getattr(program, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ('log "hello"', Writes("hello", 0, 0)),
        ('log "late" at 3s', Writes("late", 3_000, 0)),
        ('log "tick; tock" every 10s', Writes("tick; tock", 10_000, 10_000)),
        ('log "x" at 1s every 5s', Writes("x", 1_000, 5_000)),
    ],
)
def test_log_lines(text: str, writes: Writes) -> None:
    program = Program()
    change(program, text)
    assert program.writes == [writes]


def test_answer() -> None:
    program = Program()
    change(program, 'answer 503 "busy"')
    assert program.answer is not None
    answer = program.answer(HttpRequest("GET", "/"))
    assert (answer.status, answer.body) == (503, b"busy")


def test_failing_pull_says_not_found() -> None:
    program = Program()
    change(program, "pull fails")
    assert program.pull_error == "not found"


@pytest.mark.parametrize(
    "text",
    [
        *("explode", "run 30s", "ready after soon", "answer 700", "crash after -", "cpu lots"),
        *("run 1s then exit 256", "crash after -1s", 'log "x" every -1s'),
        *(f"run 1s then exit {'9' * 5000}", f"answer {'9' * 5000}"),
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(BadBehaviour, match=r"behaviour"):
        change(Program(), text)
