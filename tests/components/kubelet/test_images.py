"""What known images do: their logs, answers and ends."""

from __future__ import annotations

import pytest

from tuik8s.components.kubelet.images.base import short_name
from tuik8s.components.kubelet.images.registry import IMAGES, image_of
from tuik8s.components.kubelet.orders import container_ports
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
    ("X=5; echo $X", 0, 0, ["5"]),
    ("for i in 1 2; do echo $i; sleep 1; done", 2_000, 0, ["1", "2"]),
    ("until nslookup db; do echo waiting; sleep 2; done; echo up", 0, 0, ["up"]),
    ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo n$i; done", 0, 0, ["n1", "n2", "n3"]),
    ("false || echo saved; false && echo never; true", 0, 0, ["saved"]),
    ("if [ -z $NONE ]; then echo empty; else echo full; fi", 0, 0, ["empty"]),
    ("echo 'a; b' | grep a; echo \"c && d\"", 0, 0, ["c && d"]),
    ("exec sleep 5", 5_000, 0, []),
    ("sleep Infinity", 10 * 365 * 86_400_000, 0, []),
    ("sleep -5; exit 256", 0, 0, []),
    (f"exit {'9' * 5000}", 0, 0, []),
    ("false; exit ²", 0, 1, []),
    (f"echo $((1 + {2**63 - 1})) $(seq 1 ²)", 0, 0, [f"{-(2**63)} 1"]),
    ("S=$(wget http://x 2>&1 | awk '{print}')\nif test $S -ne 200; then\nexit 1\nfi", 0, 0, []),
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


def test_flags_before_the_script() -> None:
    program = run("busybox", "/bin/sh", "-exc", "echo hi; exit 2")
    assert (program.exit_code, program.writes[0].text) == (2, "hi")


WAITS_FOR_ANOTHER = """
MAX_RETRIES=12
for i in $(seq 1 $MAX_RETRIES); do
  echo "Attempt $i: ${ADDR}..."
  STATUSCODE=$(wget --server-response http://${ADDR} 2>&1 | awk '/^  HTTP/{print $2}')
  if [ $STATUSCODE -eq 200 ]; then
      echo "reachable."
      exit 0
  fi
  sleep 10
done
exit 1
"""


def test_script_that_waits_for_another_service() -> None:
    program = run("busybox", "/bin/sh", "-exc", WAITS_FOR_ANOTHER, env={"ADDR": "web:80"})
    assert (program.exit_after_ms, program.exit_code) == (0, 0)
    assert [line.text for line in program.writes] == ["Attempt 1: web:80...", "reachable."]


def test_errexit_ends_at_the_first_failure() -> None:
    program = run("busybox", "sh", "-ec", "echo a; false; echo b")
    assert (program.exit_code, [line.text for line in program.writes]) == (1, ["a"])


@pytest.mark.parametrize(
    ("image", "args", "found"),
    [
        ("nginx:1", [], {80: 0}),
        ("agnhost:2", ["netexec"], {8080: 0}),
        ("agnhost:2", ["netexec", "--http-port=81"], {81: 0}),
        ("agnhost:2", ["netexec", "--http-port=99999"], {8080: 0}),
        ("agnhost:2", ["serve-hostname"], {9376: 0}),
        ("agnhost:2", ["pause"], {}),
        ("app:1", [], {}),
    ],
)
def test_ports_without_declaration(image: str, args: list[str], found: dict[int, int]) -> None:
    assert container_ports({"image": image, "args": args}) == found


def test_declared_ports_come_first() -> None:
    ports = [{"containerPort": 90, "hostPort": 91}, {"containerPort": 53, "protocol": "UDP"}]
    assert container_ports({"image": "nginx", "ports": ports}) == {90: 91}


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("while", None),
        ("while do done", None),
        ("if " * 1_000, 139),
        ("exec " * 2_000 + "true", 139),
        ("x=aa; for i in $(seq 1 60); do x=$x$x; done", 2),
        ("sleep -5s", 0),
    ],
)
def test_a_script_that_makes_no_sense_ends(script: str, code: int | None) -> None:
    """Every script is worked out in bounded time and room: the kubelet lives on."""
    program = run("busybox", "sh", "-c", script)
    ended = program.exit_code if program.exit_after_ms is not None else None
    assert (ended, program.exit_after_ms) == (code, None if code is None else 0)
