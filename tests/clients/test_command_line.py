"""The command line on real processes.

Start, look, stop, start again; and everything that can go wrong.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.live import Live, needs_kubectl, until

pytestmark = [pytest.mark.real, pytest.mark.slow]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_status_names_every_process(cluster: Live) -> None:
    names = [process["name"] for process in cluster.status()["processes"]]
    nodes = [f"{kind}/node-{n}" for kind in ("kubelet", "kube-proxy") for n in (1, 2, 3)]
    assert sorted(names) == sorted(
        ["apiserver", "controller-manager", "scheduler", "chaos", *nodes]
    )


def test_a_second_start_of_a_running_cluster_is_refused(cluster: Live) -> None:
    done = cluster.tuik8s("up", "--detach")
    assert done.returncode == 2
    assert "is running already" in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_their_owners_alone(cluster: Live) -> None:
    for path in [*(cluster.data / "pki").iterdir(), cluster.data / "kubeconfig"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


def test_logs_are_shown_by_component(cluster: Live) -> None:
    assert "Listening" in cluster.tuik8s("logs", "apiserver").stdout
    unknown = cluster.tuik8s("logs", "nonsense")
    assert unknown.returncode == 2
    assert "apiserver" in unknown.stderr


def test_a_killed_component_comes_back(cluster: Live) -> None:
    pid = cluster.pid("scheduler")
    os.kill(pid, signal.SIGKILL)
    until(lambda: cluster.pid("scheduler") not in (0, pid))


@needs_kubectl
def test_what_was_there_is_there_after_a_restart(fresh: Live) -> None:
    fresh.up("--nodes", "1")
    fresh.kubectl("create", "configmap", "kept", "--from-literal=a=b")
    address = fresh.get("service", "kubernetes")["spec"]["clusterIP"]
    pids = [fresh.status()["supervisor"], *(p["pid"] for p in fresh.status()["processes"])]
    fresh.down()
    assert not [pid for pid in pids if is_alive(pid)]
    fresh.up()
    assert fresh.get("configmap", "kept")["data"] == {"a": "b"}
    assert fresh.get("service", "kubernetes")["spec"]["clusterIP"] == address


@pytest.mark.parametrize("action", ["node-stop", "node-cut"])
def test_a_cluster_with_a_broken_node_starts_again_and_says_so(fresh: Live, action: str) -> None:
    fresh.up("--nodes", "2")
    assert fresh.tuik8s("chaos", action, "node/node-2").returncode == 0
    fresh.down()
    again = fresh.tuik8s("up", "--detach")
    assert again.returncode == 0, again.stderr
    assert "1 of 2 nodes Ready" in again.stdout
    assert "kubelet/node-2" in again.stdout
    assert fresh.tuik8s("chaos", "heal", "all").returncode == 0
    until(lambda: all(p["state"] == "running" for p in fresh.status()["processes"]))


def test_a_killed_supervisor_leaves_nobody_behind(fresh: Live) -> None:
    fresh.up("--nodes", "1")
    status = fresh.status()
    os.kill(status["supervisor"], signal.SIGKILL)
    pids = [process["pid"] for process in status["processes"]]
    until(lambda: not [pid for pid in pids if is_alive(pid)])
    fresh.up()
    assert fresh.status()["processes"]


def test_a_taken_port_is_refused_with_the_remedy(fresh: Live) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = fresh.tuik8s("up", "--detach", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 2
    assert "port 0 takes a free one" in done.stderr


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--listen", "nonsense"), "HOST:PORT"),
        (("--nodes", "-1"), "from 0 to"),
        (("--service-cidr", "10.96.0.0/33"), "give a range such as"),
        (("--token-auth-file", "/nonexistent"), "no such file"),
    ],
)
def test_wrong_flags_are_refused(fresh: Live, flags: tuple[str, ...], says: str) -> None:
    done = fresh.tuik8s("up", "--detach", *flags)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_log_is_refused_by_segment_and_offset(fresh: Live) -> None:
    fresh.up("--nodes", "1")
    fresh.down()
    segment = next(path for path in sorted((fresh.data / "store").iterdir()) if path.stat().st_size)
    written = segment.stat().st_size
    fresh.up("--nodes", "1")
    fresh.down()
    content = bytearray(segment.read_bytes())
    assert len(content) > written, "what is damaged must not be in the last group: a torn tail"
    content[written // 2] ^= 0xFF
    segment.write_bytes(content)
    done = fresh.tuik8s("up", "--detach")
    assert done.returncode == 2
    assert "the log cannot be read" in done.stderr
    assert segment.name in done.stderr


def test_ctrl_c_while_starting_leaves_nothing(fresh: Live) -> None:
    words = [sys.executable, "-m", "tuik8s.cli.main", "up", "--detach", "--data", str(fresh.data)]
    starting = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: (fresh.data / "running.json").exists() or starting.poll() is not None)
    starting.send_signal(signal.SIGINT)
    _, errors = starting.communicate(timeout=60)
    assert "Traceback" not in errors
    assert starting.returncode in (0, 130), "it was up already, or it was stopped"
    if starting.returncode == 130:
        assert fresh.tuik8s("status").returncode == 2
