"""Whole clusters from outside: start, idle cost, applications, scale.

    python -m benchmarks.cluster [start] [idle] [boutique] [deployment] [scale] [simulated]

Each row is the median of its rounds, beside what a real 1.36 control plane with KWOK did on the
same kind of machine (recorded; its binaries cannot be installed here). JSON goes to standard
output last.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TUIK8S = shutil.which("tuik8s") or str(Path(sys.executable).with_name("tuik8s"))
INPUTS = Path(__file__).resolve().parents[2] / "shared" / "inputs"
ROUNDS = 5


class Cluster:
    """A running cluster and its kubectl."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.env = {**os.environ, "KUBECONFIG": str(data / "kubeconfig")}

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["kubectl", *words], env=self.env, input=stdin, text=True, capture_output=True
        )
        if done.returncode:
            raise RuntimeError(f"kubectl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def status(self) -> dict[str, Any]:
        out = subprocess.run(
            [TUIK8S, "status", "--json", "--data", str(self.data)],
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(out.stdout)
        return answer

    def pids(self) -> list[int]:
        status = self.status()
        return [status["supervisor"], *(p["pid"] for p in status["processes"] if p["pid"])]

    def memory_mb(self) -> float:
        """PSS of all processes."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def cpu_s(self) -> float:
        ticks = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(*flags: str) -> Iterator[Cluster]:
    data = Path(tempfile.mkdtemp(prefix="tuik8s-bench-"))
    try:
        subprocess.run(
            [TUIK8S, "up", "--detach", "--data", str(data), *flags], check=True, capture_output=True
        )
        yield Cluster(data)
    finally:
        subprocess.run([TUIK8S, "down", "--data", str(data)], capture_output=True)
        shutil.rmtree(data, ignore_errors=True)


def ready_nodes(cluster: Cluster) -> int:
    out = cluster.kubectl("get", "nodes", "--no-headers")
    return sum(" Ready " in line for line in out.splitlines())


def until(holds: Callable[[], bool], within_s: float = 120.0) -> None:
    end = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the cluster did not get there")
        time.sleep(0.02)


def start() -> dict[str, float]:
    """Seconds from the command until kubectl sees three Ready nodes."""
    times = []
    for _ in range(ROUNDS):
        began = time.monotonic()
        with running() as cluster:
            until(lambda: ready_nodes(cluster) == 3)
            times.append(time.monotonic() - began)
    return {"s": statistics.median(times), "worst_s": max(times)}


def idle() -> dict[str, float]:
    """CPU and memory of three idle nodes."""
    with running() as cluster:
        time.sleep(15)
        before, began = cluster.cpu_s(), time.monotonic()
        time.sleep(30)
        percent = 100 * (cluster.cpu_s() - before) / (time.monotonic() - began)
        return {"cpu_percent": percent, "memory_mb": cluster.memory_mb()}


def boutique() -> dict[str, float]:
    """Seconds from apply until twelve Deployments are available."""
    times = []
    for _ in range(3):
        with running() as cluster:
            began = time.monotonic()
            cluster.kubectl("apply", "-f", str(INPUTS / "online-boutique.yaml"))
            cluster.kubectl(
                "wait", "--for=condition=Available", "deployment", "--all", "--timeout=60s"
            )
            times.append(time.monotonic() - began)
    return {"s": statistics.median(times)}


def _deployment(replicas: int) -> str:
    return json.dumps(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "many"},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": "many"}},
                "template": {
                    "metadata": {"labels": {"app": "many"}},
                    "spec": {"containers": [{"name": "c", "image": "example.org/many:1"}]},
                },
            },
        }
    )


def _roll_out(cluster: Cluster, replicas: int) -> float:
    began = time.monotonic()
    cluster.kubectl("apply", "-f", "-", stdin=_deployment(replicas))
    cluster.kubectl("rollout", "status", "deployment/many", "--timeout=120s")
    return time.monotonic() - began


def deployment() -> dict[str, float]:
    """Seconds until a Deployment of 200 is rolled out."""
    times = []
    for _ in range(3):
        with running() as cluster:
            times.append(_roll_out(cluster, 200))
    return {"s": statistics.median(times)}


def scale() -> dict[str, float]:
    """Pods a second and memory, 100 nodes, a Deployment of 3,000."""
    with running("--nodes", "100") as cluster:
        until(lambda: ready_nodes(cluster) == 100)
        took_s = _roll_out(cluster, 3000)
        return {"pods_per_s": 3000 / took_s, "memory_mb": cluster.memory_mb()}


def simulated() -> dict[str, float]:
    """How many times faster than real time 100 idle nodes are."""
    from tuik8s.config import ClusterConfig
    from tuik8s.scenario.simulated_cluster import SimulatedCluster
    from tuik8s.world.collector import collect_seldom

    collect_seldom()
    cluster = SimulatedCluster(ClusterConfig(nodes=100), 7)
    cluster.start()
    cluster.run_ms(60_000)
    began = time.monotonic()
    cluster.run_ms(600_000)
    return {"times_real": 600 / (time.monotonic() - began)}


ROWS: dict[str, tuple[Callable[[], dict[str, float]], dict[str, float], dict[str, float]]] = {
    "start": (start, {"s": 1.5}, {"s": 2.9}),
    "idle": (idle, {"cpu_percent": 3, "memory_mb": 300}, {"cpu_percent": 2.1, "memory_mb": 402}),
    "boutique": (boutique, {"s": 3.6}, {"s": 3.6}),
    "deployment": (deployment, {"s": 3.0}, {"s": 9.8}),
    "scale": (scale, {"pods_per_s": 156, "memory_mb": 400}, {"pods_per_s": 156, "memory_mb": 881}),
    "simulated": (simulated, {"times_real": 500}, {}),
}
"""name -> (measurement, what it must be, what the real one was)"""


def main(names: list[str]) -> int:
    results = {}
    print(f"{'measured':<24}{'ours':>12}{'must':>12}{'real':>12}")
    for name in names or list(ROWS):
        measure, must, real = ROWS[name]
        figures = results[name] = measure()
        for what, value in figures.items():
            row = f"{name} {what}"
            limits = [f"{d[what]:g}" if what in d else "-" for d in (must, real)]
            print(f"{row:<24}{value:>12.2f}{limits[0]:>12}{limits[1]:>12}", flush=True)
    print(json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
