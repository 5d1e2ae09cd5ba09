"""The engine room's tables, from what the supervisor tells of its processes and from Leases. Pure.

What counts since a start is shown per second, as the difference between two looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object
from tuik8s.ui.rowstore import Cell, ColumnSpec
from tuik8s.ui.traffic import short

Process = Mapping[str, Any]
API = "apiserver"
BUS, TOPIC, STORE = "bus.", "bus.topic.", "store."
MIB = 1 << 20
SLOW_MS = 1_000
RATE_MS = 6_000
"""Rates are of so long: processes report every two seconds."""
QUEUES = ("active", "backoff", "unschedulable", "gated")
"""Where the scheduler's pods wait."""


class EngineRow(NamedTuple):
    uid: str
    cells: tuple[Cell, ...]
    sort_keys: tuple[Any, ...]
    health: str


PROCESSES = (
    ColumnSpec("PROCESS"),
    ColumnSpec("PID", "right"),
    ColumnSpec("STATE"),
    ColumnSpec("RESTARTS", "right"),
    ColumnSpec("UP"),
    ColumnSpec("CPU", "right"),
    ColumnSpec("MEMORY", "right"),
    ColumnSpec("LAST EXIT"),
    ColumnSpec("COUNTS", wide=True),
)
TOPICS = (ColumnSpec("TOPIC"), ColumnSpec("EVENTS/S", "right"), ColumnSpec("EVENTS", "right"))
SUBSCRIBERS = (
    ColumnSpec("SUBSCRIBER"),
    ColumnSpec("LAG", "right"),
    ColumnSpec("EVENTS/S", "right"),
    ColumnSpec("EVENTS", "right"),
    ColumnSpec("GAPS", "right"),
    ColumnSpec("LISTED AGAIN", "right"),
    ColumnSpec("CALLS WAITING", "right"),
)
WORK = (
    ColumnSpec("QUEUE"),
    ColumnSpec("DEPTH", "right"),
    ColumnSpec("DONE/S", "right"),
    ColumnSpec("DONE", "right"),
    ColumnSpec("DELAYED", "right"),
    ColumnSpec("IN WORK", "right"),
    ColumnSpec("RETRIES", "right"),
    ColumnSpec("FAILING", "right"),
    ColumnSpec("LONGEST WAIT", "right"),
)
LEASES = (
    ColumnSpec("LEASE"),
    ColumnSpec("HOLDER"),
    ColumnSpec("RENEWED AGO", "right"),
    ColumnSpec("GOOD FOR", "right"),
)
LOG = (ColumnSpec("OF THE LOG"), ColumnSpec("", "right"), ColumnSpec("PER SECOND", "right"))


class Look:
    """The processes as of now and of the last seconds: from the oldest look come the rates."""

    def __init__(self) -> None:
        self.processes: list[Process] = []
        self._looks: dict[tuple[str, int], deque[tuple[int, Process]]] = {}

    def take(self, processes: Sequence[Process], real_ms: int) -> None:
        """real_ms: time as it passes at the keyboard, by which processes use the machine."""
        self.processes = list(processes)
        kept = {}
        for process in processes:
            key = (process["name"], process["pid"])  # another pid counts from nought
            looks = kept[key] = self._looks.get(key) or deque()
            looks.append((real_ms, process))
            while looks[0][0] < real_ms - RATE_MS:
                looks.popleft()
        self._looks = kept

    def rate(self, process: Process, name: str) -> float | None:
        """By how much a count grows per second; None before it was seen twice."""
        return self._grown(process, lambda each: (each.get("statistics") or {}).get(name))

    def cpu_share(self, process: Process) -> float | None:
        """Of one processor; None where that is not known."""
        grown = self._grown(process, lambda each: each.get("cpu_ms"))
        return None if grown is None else grown / 1000

    def _grown(self, process: Process, count: Callable[[Process], int | None]) -> float | None:
        looks = self._looks[process["name"], process["pid"]]
        told = [(at_ms, value) for at_ms, p in looks if (value := count(p)) is not None]
        if not told or told[-1][0] <= told[0][0]:
            return None
        (old_ms, old), (new_ms, new) = told[0], told[-1]
        return max(0.0, (new - old) * 1000 / (new_ms - old_ms))


def process_rows(look: Look) -> list[EngineRow]:
    return [_process_row(look, process) for process in look.processes]


def _process_row(look: Look, process: Process) -> EngineRow:
    name, pid, state = process["name"], process["pid"], process["state"]
    style = "ok" if state == "running" else "warn" if state == "starting" else "bad"
    share, memory = look.cpu_share(process), process.get("memory_bytes")
    cells = (
        Cell(name, "accent"),
        Cell(str(pid or "-")),
        Cell(state, style),
        Cell(str(process["restarts"]), "warn" if process["restarts"] else ""),
        Cell(human_duration(process["up_ms"]) if pid else "-", "dim"),
        Cell("-" if share is None else f"{share:.1%}", "warn" if (share or 0) > 0.5 else ""),
        Cell("-" if memory is None else f"{memory / MIB:.0f} MiB"),
        Cell(process["last_exit"], "dim"),
        Cell(_counts(process), "dim"),
    )
    sizes = (round(share or 0, 2), (memory or 0) // MIB)
    # what a process uses and counts moves all the time: it is no change worth a mark
    return EngineRow(
        name, cells, (name, pid, state, process["restarts"], "", *sizes, "", ""), style
    )


def _counts(process: Process) -> str:
    counts = process.get("statistics") or {}
    return "  ".join(f"{name} {short(n)}" for name, n in counts.items() if "." not in name and n)


def topic_rows(look: Look) -> list[EngineRow]:
    """What the API server publishes, by resource."""
    rows = []
    for process in look.processes:
        for name, count in (process.get("statistics") or {}).items():
            if name.startswith(TOPIC):
                rate, topic = look.rate(process, name), name.removeprefix(TOPIC)
                cells = (Cell(topic, "accent"), _rate(rate), Cell(f"{count:,}"))
                rows.append(EngineRow(topic, cells, (topic, rate or 0, count), ""))
    return rows


def subscriber_rows(look: Look) -> list[EngineRow]:
    """Who follows the bus, and how well."""
    rows = []
    for process in look.processes:
        counts, name = process.get("statistics") or {}, process["name"]
        if f"{BUS}lag_ms" not in counts:
            continue
        lag, gaps = counts[f"{BUS}lag_ms"], counts.get(f"{BUS}gaps", 0)
        again, waiting = counts.get(f"{BUS}resyncs", 0), counts.get(f"{BUS}waiting", 0)
        rate, events = look.rate(process, f"{BUS}events"), counts.get(f"{BUS}events", 0)
        health = "warn" if lag >= SLOW_MS else ""
        cells = (
            Cell(name, "accent"),
            Cell(f"{lag} ms", health),
            _rate(rate),
            Cell(f"{events:,}"),
            Cell(str(gaps), "warn" if gaps else "dim"),
            Cell(str(again), "dim"),
            Cell(str(waiting), "dim"),
        )
        keys = (name, lag, rate or 0, events, gaps, again, waiting)
        rows.append(EngineRow(name, cells, keys, health))
    return rows


def work_rows(look: Look) -> list[EngineRow]:
    """The work queues of the controllers, and where the scheduler's pods wait."""
    rows = []
    for process in look.processes:
        counts = process.get("statistics") or {}
        for name in counts:
            owner, _, what = name.rpartition(".")
            if what == "depth":
                rows.append(_queue_row(look, process, owner))
        if all(name in counts for name in QUEUES):
            for name in QUEUES:
                title = f"{process['name']}: {name}"
                rate = look.rate(process, "attempts") if name == "active" else None
                done = counts.get("attempts", 0) if name == "active" else 0
                depth = counts[name]
                cells = (Cell(title, "accent"), Cell(str(depth), "warn" if depth else ""))
                more = (_rate(rate), Cell(f"{done:,}"), *(Cell("") for _ in WORK[4:]))
                keys = (title, depth, rate or 0, done)
                rows.append(EngineRow(title, (*cells, *more), keys, ""))
    return rows


def _queue_row(look: Look, process: Process, owner: str) -> EngineRow:
    def count(name: str) -> int:
        return _count(process, f"{owner}.{name}")

    rate = look.rate(process, f"{owner}.done")
    depth, failing, wait_ms = count("depth"), count("failing"), count("longest_wait_ms")
    more = [count(name) for name in ("delayed", "processing", "retries")]
    cells = (
        Cell(owner, "accent"),
        Cell(str(depth), "warn" if depth else ""),
        _rate(rate),
        Cell(f"{count('done'):,}"),
        *(Cell(str(each)) for each in more),
        Cell(str(failing), "bad" if failing else ""),
        Cell(f"{wait_ms} ms", "dim"),
    )
    return EngineRow(owner, cells, (owner, depth, rate or 0, count("done"), *more, failing), "")


def lease_rows(leases: Iterable[Object], now_ms: int) -> list[EngineRow]:
    """Who holds what: nodes their health, components their leadership. In the log, so of any
    moment."""
    rows = []
    for lease in leases:
        meta, spec = lease["metadata"], lease.get("spec") or {}
        name = f"{meta['namespace']}/{meta['name']}"
        renewed, good_s = spec.get("renewTime"), spec.get("leaseDurationSeconds") or 0
        age_ms = max(0, now_ms - parse_time(renewed)) if renewed else None
        expired = age_ms is not None and good_s and age_ms > good_s * 1000
        cells = (
            Cell(name, "accent"),
            Cell(str(spec.get("holderIdentity") or "nobody")),
            Cell("never" if age_ms is None else human_duration(age_ms), "bad" if expired else ""),
            Cell(f"{good_s}s", "dim"),
        )
        holder = cells[1].text
        rows.append(EngineRow(name, cells, (name, holder, "", good_s), "bad" if expired else ""))
    return rows


def log_rows(look: Look) -> list[EngineRow]:
    """The store's own account."""
    rows = []
    for process in look.processes:
        for name, count in (process.get("statistics") or {}).items():
            if process["name"] == API and name.startswith(STORE):
                title = name.removeprefix(STORE).replace("_", " ")
                rate = look.rate(process, name)
                cells = (Cell(title, "accent"), Cell(f"{count:,}"), _rate(rate))
                rows.append(EngineRow(title, cells, (title, count, rate or 0), ""))
    return rows


def _count(process: Process, name: str) -> int:
    return int((process.get("statistics") or {}).get(name, 0))


def _rate(rate: float | None) -> Cell:
    return Cell("-", "dim") if rate is None else Cell(short(rate), "" if rate else "dim")
