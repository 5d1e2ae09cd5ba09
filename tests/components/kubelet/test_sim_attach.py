"""Clients attached to simulated containers: what they see, and what those do with their input."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.kubelet.plant import Plant
from tuik8s.components.kubelet.runtimes.base import ExecOrder, StartContainer
from tuik8s.components.kubelet.runtimes.sim import SimRuntime
from tuik8s.components.kubelet.runtimes.sim_attach import LINE_BYTES_MAX
from tuik8s.components.kubelet.shell.process import INPUT_BYTES_MAX, OUTPUT_BYTES_MAX


def start(*command: str, image: str = "busybox", **more: Any) -> SimRuntime:
    runtime = SimRuntime()
    order = StartContainer(
        id="i", pod="a", container="c", image=image, command=command, **{"has_input": True, **more}
    )
    runtime.start(order, 0)
    runtime.advance(0)
    return runtime


def exits(runtime: SimRuntime, now_ms: int) -> list[int]:
    return [c.exit_code for c in runtime.advance(now_ms) if c.kind == "exited"]


def texts(runtime: SimRuntime, now_ms: int) -> list[str]:
    return [line.text for line in runtime.logs("i", now_ms).lines]


def test_the_log_so_far_is_not_repeated() -> None:
    runtime = start("sh", "-c", "while true; do echo tick; sleep 1; done", has_input=False)
    attached = runtime.attach("i", ExecOrder(), 5_500)
    assert attached.read(5_500).stdout == b""
    assert attached.read(7_200).stdout == b"tick\ntick\n"
    runtime.end("i", 1, "Error", 8_000)
    assert attached.read(8_000).exit_code == 0


def test_input_reaches_a_container_that_reads_and_its_output_is_logged() -> None:
    runtime = start("sh", "-c", "while read x; do echo got $x; done; exit 4", input_once=True)
    first, second = (runtime.attach("i", ExecOrder(has_input=True), 1_000) for _ in range(2))
    first.write(b"one\ntw", 1_000)
    assert (first.read(1_000).stdout, second.read(1_000).stdout) == (b"got one\n", b"got one\n")
    assert (texts(runtime, 1_000), exits(runtime, 1_000)) == (["got one"], [])
    first.write(b"o\n", 2_000)
    first.close()
    assert exits(runtime, 2_000) + exits(runtime, 2_010) == [4]
    assert texts(runtime, 2_010) == ["got one", "got two"]
    assert second.read(2_010).stdout == b"got two\n"


def test_a_container_that_keeps_its_input_open_outlives_its_client() -> None:
    runtime = start("cat")
    attached = runtime.attach("i", ExecOrder(has_input=True), 0)
    attached.end_input()
    attached.close()
    assert exits(runtime, 10_000) == []


@pytest.mark.parametrize(
    ("image", "words", "tty", "prompts"),
    [
        ("busybox", (), False, False),
        ("busybox", ("sh",), True, True),
        ("ubuntu:24.04", (), True, True),
        ("ubuntu:24.04", ("/bin/bash",), True, True),
        ("app:1", (), False, False),
        ("nginx", (), True, False),
        ("nginx", ("sh",), True, True),
    ],
)
def test_who_asks_for_a_terminal_gets_a_prompt(
    image: str, words: tuple[str, ...], tty: bool, prompts: bool
) -> None:
    runtime = start(*words, image=image, has_terminal=tty)
    attached = runtime.attach("i", ExecOrder(has_input=True, has_terminal=tty), 500)
    attached.resize(80, 24)
    assert attached.read(500).stdout == (b"\r/ # " if prompts else b"")


def test_time_passes_in_a_container_that_reads() -> None:
    runtime = start("sh", "-c", "sleep 30; echo up; cat", has_terminal=True)
    assert runtime.wake_at_ms() == 30_000
    runtime.advance(30_000)
    assert (texts(runtime, 30_000), exits(runtime, 30_000)) == (["up"], [])


def test_output_waits_for_a_client_that_does_not_read_and_input_for_the_command() -> None:
    runtime = start("sh", "-c", "while read x; do cat /big; done")
    attached = runtime.attach(
        "i", ExecOrder(has_input=True, files={"/big": b"y" * OUTPUT_BYTES_MAX}), 0
    )
    attached.write(b"\n" * 1_000, 0)
    for now_ms in range(1, 100):
        runtime.advance(now_ms)
    assert len(attached.read(100).stdout) <= 3 * OUTPUT_BYTES_MAX
    sleeping = start("sleep", "100")
    client = sleeping.attach("i", ExecOrder(has_input=True), 0)
    client.write(b"x" * (INPUT_BYTES_MAX + 1), 0)
    assert client.read(0).is_full


def test_the_kubelet_begins_it_and_a_debugger_is_a_container_like_others() -> None:
    plant = Plant()
    plant.create_pod()
    plant.run_ms(2_000)
    debugger = {"name": "d", "image": "busybox", "stdin": True, "stdinOnce": True, "tty": True}
    body = {"spec": {"ephemeralContainers": [debugger]}}
    plant.must(
        "patch", "pods", "default", "a", body, kind="strategic", subresource="ephemeralcontainers"
    )
    plant.run_ms(2_000)
    state = plant.status()["ephemeralContainerStatuses"][0]["state"]
    assert "running" in state
    assert plant.logs(container="d").body == b""


def test_a_client_that_does_not_read_holds_the_container_up_and_not_time() -> None:
    runtime = start("sh", "-c", "while true; do seq 10000; done")
    held = runtime.attach("i", ExecOrder(), 0)
    for now_ms in range(1_000):
        runtime.advance(now_ms)
    woken_at_ms = runtime.wake_at_ms()
    assert woken_at_ms is not None
    assert woken_at_ms >= 1_000
    before = runtime.logs("i", 1_000).total
    held.read(1_000)
    runtime.advance(woken_at_ms)
    assert runtime.logs("i", 1_000).total > before


def test_a_long_line_is_cut_wherever_its_end_is() -> None:
    runtime = start("sh", "-c", f"read x; echo {'y' * (2 * LINE_BYTES_MAX + 5)}; echo z")
    runtime.attach("i", ExecOrder(has_input=True), 0).write(b"\n", 1)
    runtime.advance(1)
    assert [len(text) for text in texts(runtime, 1)] == [LINE_BYTES_MAX, LINE_BYTES_MAX, 5, 1]
