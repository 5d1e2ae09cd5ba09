"""kubectl attach, run -it and debug, at a terminal and in a pipe."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.live import KUBECTLS, Live, needs_kubectl, until

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]
TICKS = "while true; do echo tick; sleep 1; done"


class Typed:
    """kubectl at a terminal."""

    def __init__(self, screen: int) -> None:
        self.screen = screen
        self.seen = b""

    def type(self, text: bytes) -> None:
        os.write(self.screen, text)

    def shows(self, text: bytes) -> None:
        """Wait until it does; what was there before no longer counts then."""

        def found() -> bool:
            if text not in self.seen and select.select([self.screen], [], [], 1)[0]:
                self.seen += os.read(self.screen, 4096)
            return text in self.seen

        until(found)
        self.seen = self.seen.partition(text)[2]


@contextmanager
def typed(live: Live, *words: str) -> Iterator[tuple[Typed, list[int]]]:
    """(the terminal, its exit code once it is left)."""
    pid, screen = pty.fork()
    if pid == 0:
        os.execvpe("kubectl", ["kubectl", *words], live.env)
    code: list[int] = []
    try:
        yield Typed(screen), code
    finally:
        os.close(screen)
        code.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


@pytest.mark.parametrize("kubectl", KUBECTLS, ids=lambda path: Path(path).name)
def test_attach_shows_what_comes(cluster: Live, kubectl: str) -> None:
    cluster.try_kubectl("run", "ticks", "--image=busybox", "--", "sh", "-c", TICKS)
    cluster.kubectl("wait", "--for=condition=Ready", "pod/ticks")
    with subprocess.Popen(
        [kubectl, "attach", "ticks"], env=cluster.env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert [process.stdout.readline() for _ in range(2)] == ["tick\n", "tick\n"]
        finally:
            process.kill()


def test_a_pod_that_is_run_for_a_shell_is_gone_when_it_is_left(cluster: Live) -> None:
    words = ("run", "box", "-it", "--rm", "--restart=Never", "--image=busybox", "--", "sh")
    with typed(cluster, *words) as (terminal, code):
        terminal.shows(b"/ # ")
        terminal.type(b"echo $((40 + 2))\r")
        terminal.shows(b"\r\n42\r\n/ # ")
        terminal.type(b"exit 3\r")
        terminal.shows(b'pod "box" deleted')
    assert code == [3]
    assert cluster.try_kubectl("get", "pod", "box").returncode == 1


def test_a_debugger_in_a_running_pod(cluster: Live) -> None:
    cluster.kubectl("run", "web", "--image=nginx")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/web")
    with typed(cluster, "debug", "-it", "web", "--image=busybox") as (terminal, code):
        terminal.shows(b"/ # ")
        terminal.type(b"hostname\r")
        terminal.shows(b"\r\nweb\r\n/ # ")
        terminal.type(b"exit\r")
        terminal.shows(b"Session ended")
    assert code == [0]
    [debugger] = cluster.get("pod", "web")["status"]["ephemeralContainerStatuses"]
    assert debugger["state"]["terminated"]["exitCode"] == 0


def test_input_of_a_pipe_reaches_the_container(cluster: Live) -> None:
    script = "while read x; do echo got $x; done; exit 4"
    words = ("-i", "--rm", "--restart=Never", "--image=busybox", "-q", "--", "sh", "-c", script)
    done = cluster.try_kubectl("run", "piped", *words, stdin="one\ntwo\n")
    assert (done.stdout, done.returncode) == ("got one\ngot two\n", 4)
