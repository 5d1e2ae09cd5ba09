"""What known images do: their logs, answers and ends."""

from __future__ import annotations

import pytest

from tuik8s.components.kubelet.images.base import short_name
from tuik8s.components.kubelet.images.registry import IMAGES, image_of
from tuik8s.components.kubelet.program import Program
from tuik8s.components.kubelet.runtimes.base import StartContainer
from tuik8s.world.network import HttpRequest


def run(image: str, *words: str, env: dict[str, str] | None = None) -> Program:
    order = StartContainer(
        id="i", pod="web-1", container="c", image=image, command=words, env=env or {}, node="node-1"
    )
    return image_of(image)(order)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("nginx", "nginx"),
        ("nginx:1.27", "nginx"),
        ("registry.k8s.io/pause:3.10", "pause"),
        ("localhost:5000/team/busybox:1@sha256:abc", "busybox"),
    ],
)
def test_short_name(image: str, name: str) -> None:
    assert short_name(image) == name


def test_every_image_makes_a_program() -> None:
    for name in IMAGES:
        assert isinstance(run(name), Program)


SCRIPTS: tuple[tuple[str, int | None, int, list[str]], ...] = (
    ("echo hello; sleep 2; exit 3", 2_000, 3, ["hello"]),
    ("sleep 1m && echo done", 60_000, 0, ["done"]),
    ("sleep infinity", None, 0, []),
    ("false", 0, 1, []),
    ("no-such-thing", 0, 127, ["sh: no-such-thing: not found"]),
    ("while true; do echo tick; sleep 5; done", None, 0, ["tick"]),
    ("echo $NAME and ${NAME}", 0, 0, ["x and x"]),
    ("echo hidden > /tmp/file; exit 0", 0, 0, []),
    ("tail -f /dev/null", None, 0, []),
)


@pytest.mark.parametrize(("script", "ends", "code", "lines"), SCRIPTS, ids=[s[0] for s in SCRIPTS])
def test_shell(script: str, ends: int | None, code: int, lines: list[str]) -> None:
    program = run("busybox", "sh", "-c", script, env={"NAME": "x"})
    assert (program.exit_after_ms, program.exit_code) == (ends, code)
    assert [line.text for line in program.writes] == lines


def test_shell_loop_repeats_at_its_pace() -> None:
    program = run("busybox", "sh", "-c", "while true; do echo tick; sleep 5; done")
    assert program.writes[0].every_ms == 5_000


def test_busybox_without_command_ends_at_once() -> None:
    assert run("busybox").exit_after_ms == 0


@pytest.mark.parametrize(
    ("image", "words", "path", "status", "part"),
    [
        ("nginx", (), "/", 200, b"Welcome to nginx!"),
        ("nginx", (), "/nowhere", 404, b"404"),
        ("agnhost", ("netexec",), "/hostname", 200, b"web-1"),
        ("agnhost", ("netexec",), "/echo?msg=hi", 200, b"hi"),
        ("agnhost", ("serve-hostname",), "/", 200, b"web-1"),
        ("shop/cart:2", (), "/", 200, b"web-1"),
    ],
)
def test_answers(image: str, words: tuple[str, ...], path: str, status: int, part: bytes) -> None:
    program = run(image, *words)
    assert program.answer is not None
    answer = program.answer(HttpRequest("GET", path))
    assert answer.status == status
    assert part in answer.body


def test_unknown_agnhost_command_says_what_is_simulated() -> None:
    program = run("agnhost", "liveness")
    assert program.exit_code == 1
    assert "not simulated" in program.writes[0].text
