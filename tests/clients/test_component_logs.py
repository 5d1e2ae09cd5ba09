"""Logs of real processes, over kubectl and the command line; exec, and its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.clients.live import Live, needs_kubectl, until
from tests.clients.terminal import opened

pytestmark = [pytest.mark.real, pytest.mark.slow]


@needs_kubectl
def test_a_pod_is_found_in_the_logs_of_all_that_had_to_do_with_it(cluster: Live) -> None:
    cluster.kubectl("run", "traced", "--image=nginx")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/traced")
    node = cluster.get("pod", "traced")["spec"]["nodeName"]
    words = ("pod/traced", f"kubelet/{node}", "scheduler", "--timestamps")
    lines = cluster.tuik8s("logs", *words).stdout.splitlines()
    stamps = [line.split()[1] for line in lines]
    assert stamps == sorted(stamps)
    for writer, part in (("scheduler", "bound pod to node"), (f"kubelet/{node}", "SyncLoop ADD")):
        of_writer = [line for line in lines if line.startswith(f"[{writer}] ")]
        assert any(part in line and "/traced" in line for line in of_writer)
    path = f"/api/v1/nodes/{node}/proxy/logs"
    assert "/traced" in cluster.kubectl("get", "--raw", f"{path}/kubelet.log")
    assert 'href="kube-proxy.log"' in cluster.kubectl("get", "--raw", f"{path}/")
    last = cluster.kubectl("get", "--raw", f"{path}/?query=kubelet&tailLines=1")
    assert last.count("\n") == 1
    assert 'href="scheduler.log"' in cluster.kubectl("get", "--raw", "/logs/")
    pid = cluster.pid(f"kubelet/{node}")
    os.kill(pid, signal.SIGKILL)
    until(lambda: cluster.pid(f"kubelet/{node}") not in (0, pid))
    assert (
        f'"Component ended" component="kubelet/{node}"'
        in cluster.tuik8s("logs", "supervisor").stdout
    )


@needs_kubectl
def test_exec_hands_on_input_output_and_exit_code(cluster: Live) -> None:
    cluster.kubectl("run", "box", "--image=busybox", "--", "sleep", "3600")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/box")
    done = cluster.tuik8s(
        "exec", "box", "-c", "box", "--", "sh", "-c", "echo out; echo err >&2; exit 3"
    )
    assert (done.stdout, done.stderr, done.returncode) == (
        "out\n",
        "err\ncommand terminated with exit code 3\n",
        3,
    )
    piped = subprocess.run(
        [sys.executable, "-m", "tuik8s.cli.main", "exec", "--data", str(cluster.data), "-i",
         "pod/box", "--", "cat"],
        input=b"x\x00y",
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert (piped.stdout, piped.returncode) == (b"x\x00y", 0)
    for words, told in (
        (
            ("box",),
            "you must specify at least one command for the container",
        ),
        (("none", "--", "ls"), 'pods "none" not found'),
        (("-t", "box", "--", "ls"), "standard input is no terminal"),
    ):
        refused = cluster.tuik8s("exec", *words)
        assert refused.returncode == 2
        assert told in refused.stderr


@needs_kubectl
def test_exec_at_a_terminal_keeps_what_was_typed_early(cluster: Live) -> None:
    cluster.kubectl("run", "term", "--image=busybox", "--", "sleep", "3600")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/term")
    command = [sys.executable, "-m", "tuik8s.cli.main", "exec", "--data", str(cluster.data)]
    with opened([*command, "-it", "term", "--", "sh"], os.environ) as terminal:
        terminal.type(b"echo $((40 + 2))\n")
        terminal.await_text(b"\r\n42\r\n")
        terminal.type(b"echo wide $COLUMNS\r")
        terminal.await_text(b"wide 120\r\n")
        terminal.type(b"exit 4\r")
        assert terminal.await_end() == 4
