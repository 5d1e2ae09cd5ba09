"""The store beside etcd and beside the bare disk: prints a table and one line of JSON.

    python -m benchmarks.store [--rounds 3] [--etcd-rounds 2] [--quick]

The store is measured in its process, without a transport; `etcdctl check perf` measures etcd with
one (gRPC over loopback, 500 clients). So the ratio of the two is what the bus and the API server
may use up before tuik8s is slower than etcd. Rounds are interleaved (A-B-A-B), medians are shown.
A peer that is not installed is reported as skipped.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

from tests.components.store.plant import TinyWorld
from tuik8s.components.store import Store, StoreOptions
from tuik8s.world.live_disk import RealDisk

VALUE_BYTES = 1024
NO_SNAPSHOTS = StoreOptions(history_revisions=0, snapshot_records=10**9)
Results = dict[str, list[float]]


@contextmanager
def directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tuik8s-bench-", dir="."))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def opened(path: Path, options: StoreOptions) -> tuple[Store, TinyWorld]:
    world = TinyWorld()
    store = Store(world, RealDisk(path), options)
    store.open()
    return store, world


def grouped(group: int, puts: int) -> float:
    """Durable puts per second, `group` in one loop turn."""
    with directory() as path:
        store, world = opened(path, StoreOptions())
        values = [os.urandom(VALUE_BYTES) for _ in range(64)]
        began = time.perf_counter()
        for number in range(puts):
            name = number % 20_000
            store.put(f"pods/ns-{name % 7}/pod-{name}", values[number % 64])
            if number % group == group - 1:
                world.turn()
        world.turn()
        return puts / (time.perf_counter() - began)


def serial(puts: int) -> list[float]:
    """Milliseconds of each durable put, one at a time."""
    with directory() as path:
        store, world = opened(path, NO_SNAPSHOTS)
        value = os.urandom(VALUE_BYTES)

        def one() -> None:
            store.put("pods/a/x", value)
            world.turn()

        return timed(one, puts)


def bare(appends: int) -> list[float]:
    """The same on a bare file: append and fdatasync."""
    with directory() as path:
        descriptor = os.open(path / "file", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        data = os.urandom(VALUE_BYTES + 70)

        def one() -> None:
            os.write(descriptor, data)
            os.fdatasync(descriptor)

        times = timed(one, appends)
        os.close(descriptor)
        return times


def timed(call: Callable[[], None], count: int) -> list[float]:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return times


def filled(path: Path, keys: int, records: int, value_bytes: int) -> tuple[Store, TinyWorld]:
    store, world = opened(path, NO_SNAPSHOTS)
    for number in range(records):
        name = number % keys
        store.put(f"pods/ns-{name % 97}/pod-{name}", os.urandom(value_bytes))
        if number % 256 == 255:
            world.turn()
    world.turn()
    return store, world


def large(results: Results, keys: int) -> None:
    """Restart, range and compaction with many keys, two records each."""
    with directory() as path:
        filled(path, keys, 2 * keys, VALUE_BYTES)
        gc.collect()
        began = time.perf_counter()
        store, world = opened(path, NO_SNAPSHOTS)
        results["restart from the log, s"].append(time.perf_counter() - began)
        store.range("pods/", limit=1)
        began = time.perf_counter()
        store.range("pods/", limit=2000)
        results["range of 2,000, ms"].append((time.perf_counter() - began) * 1000)
        compaction(results, store, world, keys)
        store.snapshot()
        world.turn()
        began = time.perf_counter()
        opened(path, NO_SNAPSHOTS)
        results["restart from a snapshot, s"].append(time.perf_counter() - began)


def compaction(results: Results, store: Store, world: TinyWorld, revisions: int) -> None:
    """Puts before compaction and across it."""

    def one() -> None:
        for number in range(8):
            store.put(f"pods/ns-{number}/pod-{number}", b"x" * VALUE_BYTES)
        world.turn()

    before = timed(one, 300)
    store.compact(revisions)
    after = timed(one, 300)
    results["put p99 in steady state, ms"].append(quantiles(before, n=100)[98])
    results["put p99 across compaction, ms"].append(quantiles(after, n=100)[98])
    results["longest put across compaction, ms"].append(max(after))


def past(results: Results, keys: int) -> None:
    """Lists of what was, in CPU time: from the log of this process, and after a restart."""
    with directory() as path:
        store, _ = filled(path, keys, 8 * keys, 1500)
        middle = store.revision // 2
        results[f"list of {keys:,} in the past, CPU ms"].append(cpu_ms(store, middle))
        restarted, _ = opened(path, NO_SNAPSHOTS)
        results["the same after a restart, CPU ms"].append(cpu_ms(restarted, middle))
        began = time.process_time()
        store.timeline.before(middle, 1000, "pods/")
        results["1,000 changes backwards, CPU ms"].append((time.process_time() - began) * 1000)


def cpu_ms(store: Store, revision: int) -> float:
    gc.collect()
    began = time.process_time()
    store.range("pods/", revision=revision)
    return (time.process_time() - began) * 1000


def memory(keys: int) -> float:
    """Bytes of a process per key of 1.5 KB that was written twice."""
    with directory() as path:
        before = resident()
        store, _ = filled(path, keys, 2 * keys, 1500)
        used = resident() - before
        assert store.count("pods/") == keys
        return used / keys


def resident() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def etcd() -> float:
    """Puts per second of `etcdctl check perf --load=l` on a fresh member."""
    with directory() as path:
        peer, client = "http://127.0.0.1:23791", "http://127.0.0.1:23790"
        flags = {
            "data-dir": str(path),
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"default={peer}",
        }
        command = ["etcd", *(f"--{name}={value}" for name, value in flags.items())]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
            time.sleep(3)
            check = subprocess.run(
                ["etcdctl", f"--endpoints={client}", "check", "perf", "--load=l"],
                env={**os.environ, "ETCDCTL_API": "3"},
                capture_output=True,
                text=True,
                check=False,
            )
            server.terminate()
    found = re.search(r"Throughput[^\n]*?(\d+) writes/s", check.stdout)
    return float(found.group(1)) if found else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--etcd-rounds", type=int, default=2, help="a minute each")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    args = parser.parse_args()
    scale = 10 if args.quick else 1
    has_etcd = bool(shutil.which("etcd") and shutil.which("etcdctl"))
    results: Results = {
        "restart from the log, s": [],
        "range of 2,000, ms": [],
        "restart from a snapshot, s": [],
        "put p99 in steady state, ms": [],
        "put p99 across compaction, ms": [],
        "longest put across compaction, ms": [],
        f"list of {10_000 // scale:,} in the past, CPU ms": [],
        "the same after a restart, CPU ms": [],
        "1,000 changes backwards, CPU ms": [],
    }

    def add(name: str, value: float) -> None:
        results.setdefault(name, []).append(value)

    for turn in range(args.rounds):
        add("puts/s in groups of 64", grouped(64, 100_000 // scale))
        if has_etcd and turn < args.etcd_rounds:
            add("etcd check perf l, puts/s", etcd())
        add("puts/s in groups of 256", grouped(256, 100_000 // scale))
        for name, times in (("serial put", serial(2000 // scale)), ("bare", bare(2000 // scale))):
            add(f"{name} p50, ms", median(times))
            add(f"{name} p99, ms", quantiles(times, n=100)[98])
        large(results, 100_000 // scale)
        past(results, 10_000 // scale)
    with get_context("spawn").Pool(1) as fresh:  # this process has room from before
        add("bytes per key of 1.5 KB", fresh.apply(memory, (50_000 // scale,)))
    medians = {name: round(median(values), 3) for name, values in results.items() if values}
    for name, value in medians.items():
        print(f"{name:<36}{value:>14,.3f}")
    if not has_etcd:
        print("etcd: skipped, not installed")
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
