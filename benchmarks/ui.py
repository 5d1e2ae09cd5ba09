"""The dashboard's table under load in a real terminal: frame time, bytes, key latency.

    python -m benchmarks.ui [--seconds 8] [--rows 5000] [--quick] [--no-freeze]

The table runs in a process of its own on a pseudo terminal of 160x50; rows change at 10 Hz. A
frame is all that a tick costs: taking the changed rows into the store, finding the lines that
differ, drawing them; making the cells is the feed's work and is done before. Key latency is seen
from outside: from writing the key to the terminal until the name of the cursor's next object
arrives, which a line above the table shows. A table, then one line of JSON.
"""

from __future__ import annotations

import argparse
import fcntl
import gc
import json
import os
import pty
import random
import re
import resource
import select
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tuik8s.cli.ui import PAINTS_PER_S_MAX
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.world.collector import collect_seldom

HERTZ = 10
LONG = 50_000
LOOKS = 4
COLUMNS = tuple(
    ColumnSpec(name, align)
    for name, align in [
        ("NAMESPACE", "left"), ("NAME", "left"), ("READY", "left"), ("STATUS", "left"),
        ("RESTARTS", "right"), ("CPU", "right"), ("MEM", "right"), ("IP", "left"),
        ("NODE", "left"), ("AGE", "right"),
    ]
)  # fmt: skip
DOWN, HOME, PAGE = "\x1b[B", "\x1b[H", "\x06"
HOME_AFTER = 40
HELD_S = (0.02, 0.03)
"""How soon a key that is held comes again."""
CURSOR = re.compile(rb"@(u\d{6})@")


class Case(NamedTuple):
    """keys: what is pressed, again so many seconds after it was answered."""

    name: str
    rows: int
    changes: int
    keys: str = DOWN
    pause_s: tuple[float, float] = (0.05, 0.2)


class Look(NamedTuple):
    """One way a row can look; it goes through LOOKS of them."""

    cells: tuple[Cell, ...]
    keys: tuple[Any, ...]
    health: str


class Child(App[None]):
    """The table alone, with a line that names the cursor's object."""

    def __init__(self, case: Case, seconds: float, freeze: bool) -> None:
        super().__init__()
        self.case, self.seconds, self.freeze = case, seconds, freeze
        self.rng = random.Random(1)
        self.store = RowStore(COLUMNS)
        self.cursor = Static("", markup=False)
        self.table = TellingTable(self.store, self.cursor)
        rows = range(case.rows)
        self.looks = [[make_look(index, self.rng) for _ in range(LOOKS)] for index in rows]
        self.turns = [0] * case.rows
        self.model_ms: list[float] = []
        self.frame_ms: list[float] = []
        self.cpu_ms: list[float] = []
        """Of the frames, the processor's time: other work on the machine changes it little."""
        self.pending_ms = self.pending_cpu_ms = 0.0
        self.began_s = self.cpu_s = 0.0

    def compose(self) -> ComposeResult:
        yield self.cursor
        yield self.table

    def get_default_screen(self) -> Screen[Any]:
        return TimedScreen(id="_default")

    def on_mount(self) -> None:
        for index in range(self.case.rows):
            self.change(index, -9999)
        self.table.refresh_rows(0)
        self.table.focus()
        if self.freeze:
            gc.collect()
            gc.freeze()
        self.began_s, self.cpu_s = time.monotonic(), time.process_time()
        self.set_interval(1 / HERTZ, self.tick)

    def tick(self) -> None:
        if time.monotonic() - self.began_s > self.seconds:
            self.exit()
            return
        started, started_cpu = time.perf_counter(), time.thread_time()
        now_ms = int(started * 1000)
        for index in self.rng.sample(range(self.case.rows), self.case.changes):
            self.change(index, now_ms)
        took = time.perf_counter()
        self.table.refresh_rows(now_ms)
        self.model_ms.append((took - started) * 1000)
        self.pending_ms = (time.perf_counter() - started) * 1000
        self.pending_cpu_ms = (time.thread_time() - started_cpu) * 1000

    def drawn(self, took_ms: float, cpu_ms: float) -> None:
        if self.pending_ms:
            self.frame_ms.append(self.pending_ms + took_ms)
            self.cpu_ms.append(self.pending_cpu_ms + cpu_ms)
            self.pending_ms = 0.0

    def change(self, index: int, now_ms: int) -> None:
        looks = self.looks[index]
        look = looks[self.turns[index] % LOOKS]
        self.turns[index] += 1
        self.store.put(f"u{index:06}", look.cells, look.keys, look.health, now_ms)

    def report(self) -> dict[str, Any]:
        wall_s = time.monotonic() - self.began_s
        return {
            "model_ms": self.model_ms,
            "frame_ms": self.frame_ms,
            "cpu_ms": self.cpu_ms,
            "ticks_per_s": len(self.model_ms) / wall_s,
            "cpu_percent": 100 * (time.process_time() - self.cpu_s) / wall_s,
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def make_look(index: int, rng: random.Random) -> Look:
    cpu, memory, age = rng.randrange(4000), rng.randrange(64_000), rng.randrange(60)
    restarts, ok, node = rng.randrange(20), rng.random() > 0.1, f"node-{index % 300:03}"
    status = Cell("Running", "ok") if ok else Cell("CrashLoopBackOff", "bad")
    cells = (
        Cell(f"team-{index % 20}", "dim"), Cell(f"web-{index:06}-7d9f8c"), Cell("1/1"), status,
        Cell(str(restarts), "warn" if restarts > 10 else ""), Cell(f"{cpu}m"),
        Cell(f"{memory}Ki"), Cell(f"10.244.{index >> 8}.{index & 255}"), Cell(node, "accent"),
        Cell(f"{age}s"),
    )  # fmt: skip
    keys = (index % 20, index, "1/1", status.text, restarts, cpu, memory, index, node, index)
    return Look(cells, keys, "" if ok else "bad")


class TellingTable(LiveTable):
    """Names the cursor's object in the frame that shows it there."""

    def __init__(self, store: RowStore, cursor: Static) -> None:
        super().__init__(store)
        self.name_line = cursor

    def _go(self, index: int) -> None:
        super()._go(index)
        self.name_line.update(f"@{self.cursor_uid}@", layout=False)


class TimedScreen(Screen[None]):
    """Tells the app how long each drawing took."""

    def _on_timer_update(self) -> None:
        started, started_cpu = time.perf_counter(), time.thread_time()
        super()._on_timer_update()
        app, took_cpu = self.app, time.thread_time() - started_cpu
        if isinstance(app, Child):
            app.drawn((time.perf_counter() - started) * 1000, took_cpu * 1000)


def measure(case: Case, seconds: float, freeze: bool) -> dict[str, Any]:
    """Run one case in a terminal of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.environ["TEXTUAL_FPS"] = str(PAINTS_PER_S_MAX)
            given = json.dumps([*case, seconds, freeze, str(out)])
            os.execv(sys.executable, [sys.executable, "-m", "benchmarks.ui", "--child", given])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        latencies_ms, received = converse(terminal, seconds, case)
        os.waitpid(pid, 0)
        os.close(terminal)
        found: dict[str, Any] = json.loads(out.read_text())
    frames = len(found["frame_ms"])
    return {
        "case": case.name,
        "rows": case.rows,
        "changes_per_tick": case.changes,
        "model_ms": spread(found["model_ms"]),
        "frame_ms": spread(found["frame_ms"]),
        "cpu_ms": spread(found["cpu_ms"]),
        "key_ms": spread(latencies_ms),
        "keys": len(latencies_ms),
        "frames": frames,
        "ticks_per_s": round(found["ticks_per_s"], 1),
        "bytes_per_frame": received // max(1, frames),
        "cpu_percent": round(found["cpu_percent"], 1),
        "memory_mb": round(found["memory_mb"]),
    }


def converse(terminal: int, seconds: float, case: Case) -> tuple[list[float], int]:
    """Press keys, some eight times a second or as if held, at no fixed phase of the tick, and read
    all."""
    latencies_ms: list[float] = []
    received, tail, seen = 0, b"", b""
    rng, pressed_s, index = random.Random(2), 0.0, 0
    first_s = next_s = 0.0
    turn = HOME_AFTER if case.keys == DOWN else case.rows
    while True:
        ready, _, _ = select.select([terminal], [], [], 0.005)
        now_s = time.monotonic()
        if ready:
            try:
                data = os.read(terminal, 1 << 16)
            except OSError:  # how Linux tells that the other side is closed
                return latencies_ms, received
            if not data:
                return latencies_ms, received
            received += len(data)
            tail = (tail + data)[-65536:]
            names = CURSOR.findall(tail)
            if not first_s and b"NAMESPACE" in tail:
                first_s, next_s = now_s, now_s + 1
            if names and names[-1] != seen:
                seen = names[-1]
                if pressed_s:
                    latencies_ms.append((time.monotonic() - pressed_s) * 1000)
                    pressed_s, next_s = 0.0, now_s + rng.uniform(*case.pause_s)
        if first_s and not pressed_s and next_s < now_s < first_s + seconds - 1:
            index += 1
            os.write(terminal, (case.keys if index % turn < turn - 1 else HOME).encode())
            pressed_s = time.monotonic()


def spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {}
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2), "max": round(max(values), 2)}


def show(results: list[dict[str, Any]]) -> None:
    print(
        f"{'case':<16}{'rows':>7}{'chg/tick':>9}{'model p50':>11}{'frame p50':>11}{'p95':>8}"
        f"{'CPU p50':>9}{'p95':>8}{'key p50':>9}{'p95':>8}{'kB/frame':>10}{'Hz':>6}{'CPU %':>7}"
    )
    for each in results:
        model, frame, key = each["model_ms"], each["frame_ms"], each["key_ms"]
        cpu = each["cpu_ms"]
        print(
            f"{each['case']:<16}{each['rows']:>7}{each['changes_per_tick']:>9}"
            f"{model.get('p50', 0):>11}{frame.get('p50', 0):>11}{frame.get('p95', 0):>8}"
            f"{cpu.get('p50', 0):>9}{cpu.get('p95', 0):>8}"
            f"{key.get('p50', 0):>9}{key.get('p95', 0):>8}"
            f"{each['bytes_per_frame'] / 1000:>10.1f}{each['ticks_per_s']:>6}"
            f"{each['cpu_percent']:>7}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-freeze", action="store_true", help="leave garbage collection alone")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        *case, seconds, freeze, out = json.loads(args.child)
        collect_seldom()  # as `tuik8s ui` does
        app = Child(Case(*case), seconds, freeze)
        app.run()
        Path(out).write_text(json.dumps(app.report()))
        return
    cases = [
        Case("idle", args.rows, 0),
        Case("500 change", args.rows, min(500, args.rows)),
        Case("all change", args.rows, args.rows),
        Case("hold j", LONG, min(500, args.rows), "j", HELD_S),
        Case("hold ctrl+f", LONG, min(500, args.rows), PAGE, HELD_S),
    ]
    seconds = 3.0 if args.quick else args.seconds
    results = [measure(case, seconds, not args.no_freeze) for case in cases]
    show(results)
    print(json.dumps({"benchmark": "ui", "size": "160x50", "hertz": HERTZ, "results": results}))


if __name__ == "__main__":
    main()
