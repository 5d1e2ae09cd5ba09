"""The cluster in a few lines: its processes, its workloads, how fast things change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tuik8s.api.types import Object
from tuik8s.ui.digests import PodDigest
from tuik8s.ui.lines import Line, line
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.traffic import bars

NOT_LOGGED = "processes are not in the log"
NONE_HERE = "no processes here: a log is looked at"
MINUTE_S = 60
COUNTS: Mapping[str, tuple[str, ...]] = {
    "apiserver": ("requests", "watches"),
    "scheduler": ("active", "unschedulable"),
    "controller-manager": ("depth",),
    "kubelet": ("pods",),
    "kube-proxy": ("connections",),
    "chaos": ("active",),
}
"""What each kind of process counts that is worth a word here."""


class Workloads(NamedTuple):
    """One line: how many of a kind there are, and how many are as they should be."""

    label: str
    ready: int
    total: int


def plane(processes: Sequence[Mapping[str, Any]]) -> list[Line]:
    """A line per kind of process: how many run, what they count, what is wrong with one."""
    if not processes:
        return [line(NONE_HERE, "dim")]
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for process in processes:
        kinds.setdefault(process["name"].partition("/")[0], []).append(process)
    return [_plane_line(kind, members) for kind, members in kinds.items()]


def _plane_line(kind: str, members: list[Mapping[str, Any]]) -> Line:
    ready = sum(each["state"] == "running" for each in members)
    style = "ok" if ready == len(members) else "bad" if not ready else "warn"
    counts = []
    for name in COUNTS.get(kind, ()):
        known = [
            value
            for each in members
            for key, value in (each.get("statistics") or {}).items()
            if key.rpartition(".")[2] == name
        ]
        if known:
            counts.append(f"{name} {sum(known):,}")
    restarts = sum(each.get("restarts", 0) for each in members)
    not_running = next((each for each in members if each["state"] != "running"), None)
    wrong = f"  {not_running['name']}: {not_running['state']}" if not_running else ""
    return (
        Cell(f"{kind:<19}"),
        Cell(f"{ready}/{len(members)}", style),
        Cell(f"  restarts {restarts}" if restarts else "", "warn"),
        Cell(f"  {'  '.join(counts)}" if counts and not wrong else "", "dim"),
        Cell(wrong, style),
    )


def workload_lines(
    workloads: Iterable[Workloads],
    pods: Sequence[PodDigest],
    services: tuple[int, int],
    budgets: tuple[int, int],
) -> list[Line]:
    """services: (all, without endpoints). budgets: (all, those that allow no disruption now)."""
    found: list[Line] = []
    for label, ready, total in workloads:
        if total:
            style = "ok" if ready == total else "warn"
            drawn = Cell(f"  {bar_of(ready, total)}", style)
            found.append((Cell(f"{label:<13}"), Cell(f"{ready:>5}/{total:<5}", style), drawn))
    found.append(pods_line(pods))
    found.append(_count_line("Services", services, "without endpoints"))
    if budgets[0]:
        found.append(_count_line("Budgets", budgets, "allow no disruption"))
    return found


def pods_line(pods: Sequence[PodDigest]) -> Line:
    """How many pods there are in each phase, pending and failed ones in colour."""
    phases: dict[str, int] = {}
    for pod in pods:
        phases[pod.phase] = phases.get(pod.phase, 0) + 1
    cells = [Cell(f"{'Pods':<13}"), Cell(f"{len(pods):>5}")]
    styles = {"Pending": "warn", "Failed": "bad", "Unknown": "bad"}
    for phase in ("Running", "Pending", "Failed", "Succeeded", "Unknown"):
        if phases.get(phase):
            text = f"  {phase.lower()} {phases[phase]:,}"
            cells.append(Cell(text, styles.get(phase, "dim")))
    return tuple(cells)


def brief(
    processes: Sequence[Mapping[str, Any]], pods: Sequence[PodDigest], instead: list[Line]
) -> list[Line]:
    """The same for a small window. instead: what is said where there are no processes."""
    ready = sum(each["state"] == "running" for each in processes)
    total = len(processes)
    style = "ok" if ready == total else "bad"
    told = (Cell(f"{'Processes':<13}"), Cell(f"{ready:>5}/{total}", style))
    return [told if total else instead[0], pods_line(pods)]


def rate_lines(changes: Sequence[int], starts: Sequence[int]) -> list[Line]:
    """Changes and pod starts, each as so many counts of seconds, the newest last."""
    return [
        _rate("changes/s", changes, "accent"),
        _rate("pods started/s", starts, "ok"),
    ]


def starts_per_second(pods: Iterable[PodDigest], now_ms: int) -> list[int]:
    """How many pods started in each of the last sixty seconds."""
    counts = [0] * MINUTE_S
    last = now_ms // 1000
    for pod in pods:
        if pod.started_at_ms is not None:
            index = MINUTE_S - 1 - (last - pod.started_at_ms // 1000)
            if 0 <= index < MINUTE_S:
                counts[index] += 1
    return counts


def is_ready(workload: Object) -> bool:
    """Whether it has as many ready pods as it wants."""
    status = workload.get("status") or {}
    wanted = workload["spec"].get("replicas", status.get("desiredNumberScheduled", 0))
    return bool(status.get("readyReplicas", status.get("numberReady", 0)) >= wanted)


def is_at_limit(budget: Object) -> bool:
    """Whether a PodDisruptionBudget lets no pod be evicted now."""
    status = budget.get("status") or {}
    return bool(status.get("expectedPods")) and not status.get("disruptionsAllowed")


def bar_of(part: int, whole: int, width: int = 10) -> str:
    """`▇▇▇▇▇▇▇░░░`; full only when nothing is missing."""
    full = part * width // whole if whole else 0
    return "▇" * full + "░" * (width - full)


def _count_line(label: str, counts: tuple[int, int], what: str) -> Line:
    total, wrong = counts
    return (
        Cell(f"{label:<13}"),
        Cell(f"{total:>5}"),
        Cell(f"  {wrong} {what}" if wrong else "", "warn"),
    )


def _rate(label: str, counts: Sequence[int], style: str) -> Line:
    drawn = bars([sum(counts[i : i + 3]) for i in range(0, len(counts), 3)])
    recent = sum(counts[-5:]) / 5
    return (Cell(f"{label:<15}"), Cell(drawn, style), Cell(f" {recent:>5.1f}", style))
