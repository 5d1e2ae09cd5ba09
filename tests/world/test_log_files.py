"""Logs on a disk: kept and bounded, read from the end by time."""

from __future__ import annotations

import pytest

from tuik8s.world.disks import SimulatedDisk
from tuik8s.world.kept_logs import KeptLogs
from tuik8s.world.log_files import parties, party_of, tail
from tuik8s.world.log_pages import log_page
from tuik8s.world.logs import format_line, stamp_of

FILES = {"kubelet.log": "kubelet/n1"}


def line(at_ms: int, message: str, party: str = "kubelet/n1") -> str:
    return format_line(stamp_of(at_ms), "I", party, "a.py:1", message, {})


@pytest.fixture(name="disk")
def _disk() -> SimulatedDisk:
    """A line a second, 0 to 9,999, over many pieces of the file and a file before it."""
    disk = SimulatedDisk()
    kept = KeptLogs(disk, bytes_max=500_000)
    for number in range(10_000):
        kept(line(number * 1000, f"number {number}"))
    assert disk.names() == ["kubelet.n1.log", "kubelet.n1.log.1"]
    return disk


def numbers(disk: SimulatedDisk, **query: str) -> list[int]:
    page = log_page(disk, FILES, "kubelet.log", query, 10_000_000)
    assert page.code == 200, page.body
    return [int(each.partition('"number ')[2].rstrip('"')) for each in page.body.splitlines()]


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        pytest.param({}, 0, 9_999, id="all"),
        pytest.param({"tailLines": "3"}, 9_997, 9_999, id="tail"),
        pytest.param({"sinceTime": "1970-01-01T02:00:00Z"}, 7_200, 9_999, id="since"),
        pytest.param({"sinceSeconds": "60"}, 9_940, 9_999, id="since seconds ago"),
        pytest.param({"untilTime": "1970-01-01T00:00:07Z"}, 0, 7, id="until"),
        pytest.param(
            {"untilTime": "1970-01-01T01:00:00Z", "tailLines": "2"}, 3_599, 3_600, id="tail until"
        ),
        pytest.param({"pattern": 'number 12\\d"'}, 120, 129, id="pattern"),
    ],
)
def test_what_is_asked_for(
    disk: SimulatedDisk, query: dict[str, str], first: int, last: int
) -> None:
    assert numbers(disk, **query) == list(range(first, last + 1))


def test_the_last_lines_of_a_pattern(disk: SimulatedDisk) -> None:
    query = {"pattern": '00"$', "tailLines": "2", "untilTime": "1970-01-01T01:00:00Z"}
    assert numbers(disk, **query) == [3_500, 3_600]


def test_no_pattern_takes_for_ever(disk: SimulatedDisk) -> None:
    """It is matched in the process of the API server, whoever writes it."""
    assert numbers(disk, pattern=r"(\w*\s*)*#") == []


def test_no_lines_are_wanted(disk: SimulatedDisk) -> None:
    assert numbers(disk, tailLines="0") == []


@pytest.mark.parametrize(
    ("asked", "query", "code", "said"),
    [
        ("kubelet.log", {"tailLines": "x"}, 400, "tailLines=x: a number"),
        ("kubelet.log", {"sinceTime": "noon"}, 400, "sinceTime=noon: a time such as"),
        ("kubelet.log", {"tailLines": "\u00b2"}, 400, "tailLines=\u00b2: a number"),
        ("kubelet.log", {"sinceSeconds": "9" * 30}, 400, "a number"),
        ("kubelet.log", {"sinceSeconds": "9" * 18, "tailLines": "1"}, 200, '"number 9999"'),
        ("kubelet.log", {"pattern": "("}, 400, "pattern=(: Unmatched ("),
        ("other.log", {}, 404, "there is no log other.log; there are: kubelet.log"),
        ("", {}, 200, '<a href="kubelet.log">kubelet.log</a>'),
        ("", {"query": "kubelet", "tailLines": "1"}, 200, '"number 9999"'),
    ],
)
def test_answers(
    disk: SimulatedDisk, asked: str, query: dict[str, str], code: int, said: str
) -> None:
    page = log_page(disk, FILES, asked, query, 10_000_000)
    assert (page.code, said in page.body) == (code, True), page.body


def test_what_has_no_time_stays_with_the_line_before_it() -> None:
    disk = SimulatedDisk()
    text = f"{line(0, 'a')}\nTraceback\n  at x\n{line(5_000, 'b')}\n"
    disk.append("scheduler.log", text.encode())
    assert [found.text for found in tail(disk, "scheduler", until="1970-01-01T00:00:01Z")] == [
        'I0101 00:00:00.000000       1 a.py:1] "a"',
        "Traceback",
        "  at x",
    ]
    assert parties(disk) == ["scheduler"]


@pytest.mark.parametrize(
    ("file", "party"),
    [
        ("kubelet.node-1.log", "kubelet/node-1"),
        ("kubelet.node-1..node-50.log", "kubelet/node-1..node-50"),
        ("controller-manager.log", "controller-manager"),
        ("scheduler.log.1", ""),
        ("other", ""),
        (".log", ""),
    ],
)
def test_names(file: str, party: str) -> None:
    assert party_of(file) == party
