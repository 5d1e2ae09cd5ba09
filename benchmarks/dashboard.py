"""The whole dashboard on a real cluster: first rows, cost at rest and under changes, memory.

    python -m benchmarks.dashboard [--pods 5000] [--seconds 20]

An API server alone holds the pods. `tuik8s ui` runs on a pseudo terminal of 160x50 and is looked at
from outside: when its first rows arrive, what processor time it takes at rest and at 200 changes a
second, the latency of a key then, how long a jump into the past takes, and its memory. On a second
cluster of 1,000 nodes and 10,000 pods, jumps to a revision where every object was another one:
from Enter until its rows are drawn, there, back to now, and there once more; and the processor time
that the first one takes, of dashboard and API server together. Beside it stands what k9s did on the
same kind of machine (recorded; it cannot be installed here). A table, then one line of JSON.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from tuik8s.cli.api import ApiClient
from tuik8s.components.supervisor.directory import DataDirectory

TUIK8S = [sys.executable, "-m", "tuik8s.cli.main"]
CHANGES_PER_S = 200
ROWS = {
    "first rows s": ("1", "2.8"),
    "rest cpu %": ("1", "10"),
    "200 changes/s cpu %": ("20", "17 (every 2 s)"),
    "key p95 ms": ("20", "-"),
    "rewind ms": ("200", "-"),
    "memory mb": ("120", "370"),
    "far rewind ms": ("200", "-"),
    "far by status ms": ("200", "-"),
    "far filtered ms": ("200", "-"),
    "far back ms": ("200", "-"),
    "far again ms": ("100", "-"),
}
FAR_PODS, FAR_NODES = 10_000, 1_000
PODS = "/api/v1/namespaces/default/pods"


def pod(index: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"web-{index:05}", "labels": {"app": f"a{index % 50}"}},
        "spec": {"nodeName": f"node-{index % 100}", "containers": [{"name": "c", "image": "web"}]},
    }


def node(index: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"node-{index}"},
        "status": {"allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"}},
    }


def pod_status(phase: str) -> dict[str, Any]:
    """A status as large as a kubelet's."""
    at = "2026-01-01T00:00:00Z"
    told = ("PodScheduled", "Initialized", "ContainersReady", "Ready", "PodReadyToStartContainers")
    container = {
        "name": "c", "image": "web", "imageID": "sha256:0", "containerID": "sim://0",
        "ready": True, "started": True, "restartCount": 1, "state": {"running": {"startedAt": at}},
    }  # fmt: skip
    return {
        "phase": phase,
        "podIP": "10.1.2.3",
        "podIPs": [{"ip": "10.1.2.3"}],
        "startTime": at,
        "conditions": [{"type": t, "status": "True", "lastTransitionTime": at} for t in told],
        "containerStatuses": [container],
    }


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Terminal:
    """The dashboard on a pseudo terminal; a thread reads all that it draws."""

    def __init__(self, data: str) -> None:
        self.data = data
        self.started_s = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(TUIK8S[0], [*TUIK8S, "ui", "--data", data])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self.seen = bytearray()
        self.last_s = 0.0
        self.entered_cpu_s = 0.0
        """What `cluster_cpu_s` was when the last jump began."""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            select.select([self.fd], [], [])
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:
                return
            if not data:
                return
            self.seen += data
            self.last_s = time.monotonic()

    def wait(self, pattern: bytes, within_s: float = 30) -> float:
        """Seconds until a pattern is drawn from now on; forgets what was drawn before."""
        began_s = time.monotonic()
        found = re.compile(pattern)
        while not found.search(self.seen):
            if time.monotonic() - began_s > within_s:
                raise TimeoutError(f"{pattern!r} was not drawn")
            time.sleep(0.001)
        return time.monotonic() - began_s

    def press(self, keys: bytes) -> None:
        self.seen.clear()
        os.write(self.fd, keys)

    def cpu_percent(self, seconds: float) -> float:
        before, began_s = processor_s(self.pid), time.monotonic()
        time.sleep(seconds)
        return 100 * (processor_s(self.pid) - before) / (time.monotonic() - began_s)

    def jump_ms(self, revision: int, pattern: bytes) -> float:
        """From Enter after a revision until a pattern is drawn."""
        self.press(b"@")
        time.sleep(0.3)
        self.press(f"#{revision}".encode())
        time.sleep(0.3)
        self.entered_cpu_s = self.cluster_cpu_s()
        self.press(b"\r")
        return self.wait(pattern) * 1000

    def now_ms(self, pattern: bytes) -> float:
        """From the key that goes back to now until a pattern is drawn."""
        self.press(b"\\")
        return self.wait(pattern) * 1000

    def cluster_cpu_s(self) -> float:
        """The processor time of the dashboard and of the API server."""
        running = DataDirectory(Path(self.data)).read_running()
        assert running is not None, "it runs until the benchmark ends it"
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        return sum(processor_s(pid) for pid in (self.pid, *map(int, children)))

    def memory_mb(self) -> float:
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no Pss in smaps_rollup")

    def close(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class Changer:
    """Changes pods at a rate, one after the other, from a thread of its own."""

    def __init__(self, api: ApiClient, pods: int) -> None:
        self._api, self._pods = api, pods
        self._stop = threading.Event()
        self.done = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        began_s = time.monotonic()
        while not self._stop.is_set():
            if self.done < (time.monotonic() - began_s) * CHANGES_PER_S:
                path = f"{PODS}/web-{self.done * 37 % self._pods:05}/status"
                phase = ("Running", "Pending")[self.done // self._pods % 2]
                self._api.patch(path, {"status": {"phase": phase}})
                self.done += 1
            else:
                time.sleep(0.001)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def keys_ms(terminal: Terminal, count: int) -> float:
    """The 95th percentile from a key to the first byte that it draws."""
    latencies = []
    for index in range(count):
        time.sleep(0.05 + 0.01 * (index % 7))
        row = f"web-{(index + 1) % 40 + 0:05}".encode()
        began_s = time.monotonic()
        terminal.press(b"j")
        terminal.wait(rb"\xe2\x96\xb8[^w]*" + row, 5)
        latencies.append((time.monotonic() - began_s) * 1000)
    return quantiles(latencies, n=20)[18]


def connect(data: str) -> ApiClient:
    running = DataDirectory(Path(data)).read_running()
    assert running is not None, "the cluster has just been started"
    return ApiClient(running)


def fill(api: ApiClient, pods: int) -> int:
    """Make the pods; the revision after that."""
    api.post("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "default"}})
    for index in range(pods):
        api.post(PODS, pod(index))
    return newest(api)


def newest(api: ApiClient) -> int:
    return int(api.get(f"{PODS}?limit=1")["metadata"]["resourceVersion"])


def measure(data: str, pods: int, seconds: float) -> dict[str, float]:
    api = connect(data)
    revision = fill(api, pods)
    found: dict[str, float] = {}
    terminal = Terminal(data)
    try:
        terminal.wait(rb"web-00010")
        found["first rows s"] = time.monotonic() - terminal.started_s
        time.sleep(6)
        found["rest cpu %"] = terminal.cpu_percent(seconds)
        changer = Changer(api, pods)
        time.sleep(2)
        found["200 changes/s cpu %"] = terminal.cpu_percent(seconds)
        found["key p95 ms"] = keys_ms(terminal, 30)
        changer.stop()
        found["changes made"] = changer.done
        found["rewind ms"] = terminal.jump_ms(revision, rb"REWIND")
        found["memory mb"] = terminal.memory_mb()
    finally:
        terminal.close()
        api.close()
    return found


def measure_far(data: str) -> dict[str, float]:
    """Jumps between now, where all pods run, and when each of them and each node was another."""
    api = connect(data)
    for index in range(FAR_NODES):
        api.post("/api/v1/nodes", node(index))
    made, at = fill(api, FAR_PODS), dict[str, int]()
    for phase in ("Failed", "Pending", "Running"):
        for index in range(FAR_PODS):
            api.patch(f"{PODS}/web-{index:05}/status", {"status": pod_status(phase)})
        for index in range(FAR_NODES):
            body = {"status": {"nodeInfo": {"kubeletVersion": phase}}}
            api.patch(f"/api/v1/nodes/node-{index}/status", body)
        at[phase] = newest(api)
    found: dict[str, float] = {}
    terminal = Terminal(data)
    try:
        terminal.wait(rb"web-00010")
        time.sleep(15)  # whatever is left to quiet moments is done
        found["far rewind ms"] = terminal.jump_ms(at["Pending"], rb"Pending")
        found["far rewind cpu ms"] = 1000 * (terminal.cluster_cpu_s() - terminal.entered_cpu_s)
        time.sleep(5)
        found["far back ms"] = terminal.now_ms(rb"Running")
        time.sleep(5)
        found["far again ms"] = terminal.jump_ms(at["Pending"], rb"Pending")
        terminal.now_ms(rb"Running")
        terminal.press(b"S")
        time.sleep(5)
        found["far by status ms"] = terminal.jump_ms(made, rb"0/1")
        terminal.now_ms(rb"1/1")
        terminal.press(b"/failed\r")
        terminal.wait(rb"none of the pods")
        time.sleep(5)
        found["far filtered ms"] = terminal.jump_ms(at["Failed"], rb"Failed")
    finally:
        terminal.close()
        api.close()
    return found


@contextmanager
def cluster() -> Iterator[str]:
    """The data directory of an API server that lives so long."""
    data = tempfile.mkdtemp(prefix="tuik8s-bench-")
    try:
        up = [*TUIK8S, "up", "--detach", "--control-plane-only", "--data", data]
        subprocess.run(up, check=True, capture_output=True)
        yield data
    finally:
        subprocess.run([*TUIK8S, "down", "--data", data], capture_output=True)
        shutil.rmtree(data, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--pods", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--far-only", action="store_true", help="nothing but the second cluster")
    args = parser.parse_args()
    found: dict[str, float] = {}
    if not args.far_only:
        with cluster() as data:
            found |= measure(data, args.pods, args.seconds)
    with cluster() as data:
        found |= measure_far(data)
    print(f"{'measured':<24}{'ours':>10}{'must':>8}   k9s")
    for name, value in found.items():
        must, other = ROWS.get(name, ("-", "-"))
        print(f"{name:<24}{value:>10.2f}{must:>8}   {other}")
    print(json.dumps({"benchmark": "dashboard", "pods": args.pods, **found}))


if __name__ == "__main__":
    main()
