"""The parts of a report, each as a pure function."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tuik8s.api.bookmarks import Bookmark
from tuik8s.components.store.types import Change
from tuik8s.scenario.report.axis import LEFT, WIDTH, Axis, clock_of, round_up
from tuik8s.scenario.report.charts import COLUMNS, reduced
from tuik8s.scenario.report.history import Bar, history_of
from tuik8s.scenario.report.markup import Markup, safe, table, tag

FAULT = "faults.chaos.tuik8s.dev//f"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>&'\"", "&lt;b&gt;&amp;&#x27;&quot;"),
        ("a\x1b[31m\x00", "a\\x1b[31m\\x00"),
        ("right\u202eleft", "right\\u202eleft"),
        ("two\nlines\t", "two\nlines\t"),
        (Markup("<b>"), "<b>"),
        (7, "7"),
    ],
)
def test_nothing_goes_in_unescaped(text: object, shown: str) -> None:
    assert safe(text) == shown
    assert shown in tag("p", text)


def test_tags_and_tables() -> None:
    assert tag("a", "x", href='"<', class_="") == '<a href="&quot;&lt;">x</a>'
    assert tag("svg", view_box="0 0", aria_label="l") == '<svg viewBox="0 0" aria-label="l"></svg>'
    assert "<td>&lt;i&gt;</td><td><i>b</i></td>" in table(["a"], [("<i>", tag("i", "b"))])


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (1, 1), (3, 4), (5, 5), (7, 8), (9, 10), (11, 20), (4100, 5000)]
)
def test_round_up(value: float, top: float) -> None:
    assert round_up(value) == top


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0:00:00"), (1_005, "0:00:01"), (3_723_400, "1:02:03.4")]
)
def test_clock(ms: int, text: str) -> None:
    assert clock_of(ms) == text


@pytest.mark.parametrize(
    ("spent_s", "ticks"),
    [
        (0, ["0:00:00"]),
        (6, ["0:00:00", "0:00:01", "0:00:02", "0:00:03", "0:00:04", "0:00:05", "0:00:06"]),
        (425, ["0:00:00", "0:02:00", "0:04:00", "0:06:00"]),
        (30 * 86400, [f"{24 * day}:00:00" for day in range(0, 31, 5)]),
    ],
)
def test_ticks_are_round(spent_s: int, ticks: list[str]) -> None:
    assert [text for _, text in Axis(1000, 1000 + spent_s * 1000).ticks()] == ticks


def test_the_axis_has_ends() -> None:
    axis = Axis(0, 100)
    assert [axis.x(at) for at in (-5, 0, 50, 100, 200)] == [
        LEFT, LEFT, LEFT + WIDTH / 2, LEFT + WIDTH, LEFT + WIDTH,
    ]  # fmt: skip


def test_reducing_keeps_dips() -> None:
    points = [(at, 5.0) for at in range(100_000)]
    points[50_001] = (50_001, 1.0)
    kept = reduced(points, Axis(0, 100_000))
    assert (50_001, 1.0) in kept
    assert len(kept) <= 4 * (COLUMNS + 1)
    assert kept == sorted(kept)


class Log:
    """Changes, one a second, each about one object."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.held: dict[str, bytes] = {}

    def put(self, key: str, obj: dict[str, Any] | None) -> None:
        number = len(self.changes)
        previous = self.held.pop(key, None)
        kind = "DELETED" if obj is None else "ADDED" if previous is None else "MODIFIED"
        value = msgspec.msgpack.encode(obj or {})
        if obj is not None:
            self.held[key] = value
        self.changes.append(Change(number + 2, kind, key, value, previous, "a", 0, number * 1000))


def _with(kind: str, status: str, **more: Any) -> dict[str, Any]:
    return {"status": {"conditions": [{"type": kind, "status": status}], **more}}


def test_history_counts_what_there_is() -> None:
    log = Log()
    log.put("pods/d/p", {"status": {"phase": "Pending"}})
    log.put("pods/d/p", _with("Ready", "True", phase="Running"))
    log.put("pods/d/q", _with("Ready", "True", phase="Running"))
    log.put("pods/d/p", None)
    slices = "endpointslices.discovery.k8s.io/d/s"
    log.put(slices, {"endpoints": [{"conditions": {"ready": False}}, {}, {}]})
    found = history_of(log.changes, 0, 10_000)
    assert found.pods_pending == [(0, 1.0), (1000, 0.0)]
    assert found.pods_ready == [(1000, 1.0), (2000, 2.0), (3000, 1.0)]
    assert found.endpoints == [(4000, 2.0)]
    assert [value for _, value in found.rate] == [1.0] * 5 + [0.0] * 6
    assert (found.at(4), found.at(1), found.at(99)) == (log.changes[2], None, None)


def test_history_sees_what_lasts() -> None:
    log = Log()
    spec = {"action": "node-stop", "target": "node/n"}
    log.put("nodes//n", _with("Ready", "False"))
    log.put("nodes//n", _with("Ready", "True"))
    log.put(FAULT, {"spec": spec})
    log.put(FAULT, {"spec": spec, "status": {"phase": "Active"}})
    log.put("nodes//n", _with("Ready", "Unknown"))
    log.put(FAULT, None)
    log.put("nodes//n", _with("Ready", "True"))
    log.put(FAULT + "2", {"spec": spec, "status": {"phase": "Done"}})
    log.put(FAULT + "3", {"spec": spec, "status": {"phase": "Active"}})
    found = history_of(log.changes, 0, 20_000)
    told = "node-stop node/n"
    assert found.faults == [
        Bar("f", told, 3000, 5000), Bar("f2", told, 7000, 7000), Bar("f3", told, 8000, 0),
    ]  # fmt: skip
    assert found.nodes_lost == [Bar("n", "node n is not Ready (Unknown)", 4000, 6000)]
    assert [bar.name for bar in found.faults_at(4000)] == ["f"]


def test_history_hears_what_is_said() -> None:
    log = Log()
    about = {"kind": "Pod", "name": "p"}
    log.put(
        "events/d/1", {"type": "Warning", "reason": "R", "message": "m", "involvedObject": about}
    )
    lease = "leases.coordination.k8s.io/kube-system/leader"
    for holder in ("a", "a", "b"):
        log.put(lease, {"spec": {"holderIdentity": holder}})
    log.put("leases.coordination.k8s.io/kube-node-lease/n", {"spec": {"holderIdentity": "n"}})
    found = history_of(log.changes, 0, 10_000, [Bookmark("half time", 3, 1_000)])
    assert [moment.text for moment in found.warnings] == ["R pod/p: m"]
    assert [moment.text for moment in found.marks] == ["half time"]
    assert [(m.text, m.revision) for m in found.leaders] == [
        ("leader is held by a", 3), ("leader is held by b", 5),
    ]  # fmt: skip
