"""port-forward, attach and cp of the command line, as a user without kubectl has them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.live import Live, curl, needs_kubectl

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]


@pytest.fixture(scope="module")
def web(cluster: Live) -> Live:
    cluster.kubectl("create", "deployment", "web", "--image=nginx", "--port=80")
    cluster.kubectl("expose", "deployment", "web", "--port=8000", "--target-port=80")
    cluster.kubectl("rollout", "status", "deployment/web")
    return cluster


@contextmanager
def running(live: Live, command: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    whole = [sys.executable, "-m", "tuik8s.cli.main", command, "--data", str(live.data), *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(whole, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_service_is_reached_also_when_its_pod_is_another_one(web: Live) -> None:
    with running(web, "port-forward", "service/web", ":8000") as process:
        found = re.match(r"Forwarding from (\S+) -> service/web port 8000", line_of(process))
        assert found
        before = curl(found[1])
        web.kubectl("delete", "pod", "-l", "app=web", "--now")
        web.kubectl("rollout", "status", "deployment/web")
        assert "<p>web-" in before
        assert "<p>web-" in curl(found[1]) != before
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0


def test_a_port_on_which_nothing_listens_is_told_and_the_others_stay(web: Live) -> None:
    with running(web, "port-forward", "deployment/web", ":80", ":81") as process:
        good, bad = (re.findall(r"from (\S+) ->", line_of(process))[0] for _ in range(2))
        assert curl(bad) == ""
        assert process.stderr is not None
        assert "connection refused" in process.stderr.readline()
        assert "<p>web-" in curl(good)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("service/web", "81"), "Service web does not have a service port 81; it has 8000"),
        (("service/none", "80"), 'services "none" not found'),
        (("deployment/web", ":http"), "does not have a named port 'http'"),
    ],
)
def test_what_cannot_be_forwarded(web: Live, words: tuple[str, ...], told: str) -> None:
    done = web.tuik8s("port-forward", *words)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_files_there_and_back(web: Live, tmp_path: Path) -> None:
    pod = web.get("pods", "-l", "app=web")["items"][0]["metadata"]["name"]
    there = tmp_path / "there"
    (there / "deep").mkdir(parents=True)
    contents = {"a": b"one", "deep/b": os.urandom(1_000_000)}
    for name, content in contents.items():
        (there / name).write_bytes(content)
    assert web.tuik8s("cp", str(there), f"{pod}:/tmp").returncode == 0
    assert web.tuik8s("cp", f"{pod}:/tmp/there", str(tmp_path / "back")).returncode == 0
    assert web.tuik8s("cp", f"{pod}:/tmp/there/a", str(tmp_path)).returncode == 0
    assert (tmp_path / "a").read_bytes() == b"one"
    assert {n: (tmp_path / "back" / n).read_bytes() for n in contents} == contents
    none = web.tuik8s("cp", f"{pod}:/tmp/none", str(tmp_path))
    assert (none.returncode, "No such file or directory" in none.stderr) == (1, True)


def test_attach_takes_input_and_ends_with_the_container(web: Live) -> None:
    script = "while read x; do echo got $x; done"
    web.kubectl("run", "reader", "-i", "--image=busybox", "--attach=false", "--restart=Never",
                "--", "sh", "-c", script)  # fmt: skip
    web.kubectl("wait", "--for=condition=Ready", "pod/reader")
    with running(web, "attach", "reader", "-i") as process:
        assert process.stdin is not None
        process.stdin.write("one\n")
        process.stdin.flush()
        assert line_of(process) == "got one\n"
        web.kubectl("delete", "pod", "reader", "--now")
        assert process.wait() == 0
    done = web.tuik8s("attach", "deployment/web", "-i")
    assert (done.returncode, "takes no input; leave out -i" in done.stderr) == (2, True)
