"""The clock of a running cluster, set from the command line: all its processes keep one time."""

from __future__ import annotations

import pytest

from tests.clients.live import Live, until
from tuik8s.api.times import parse_time

pytestmark = pytest.mark.real


def told(fresh: Live, *words: str) -> tuple[int, str]:
    """The cluster's time in milliseconds, and how it goes."""
    done = fresh.tuik8s("clock", *words)
    assert done.returncode == 0, done.stderr
    time, _, pace = done.stdout.strip().partition("  ")
    return parse_time(time), pace


def test_time_stands_is_stepped_and_goes_on(fresh: Live) -> None:
    fresh.up("--nodes", "1")
    assert told(fresh)[1] == "goes at 1 times real time"
    stood_at, pace = told(fresh, "pause")
    assert pace.startswith("stands")
    lease = fresh.get("lease", "node-1", "-n", "kube-node-lease")["spec"]["renewTime"]
    assert told(fresh)[0] == stood_at
    told(fresh, "step", "5m")
    until(lambda: told(fresh)[1].startswith("stands"))
    assert told(fresh)[0] >= stood_at + 299_000
    renewed = fresh.get("lease", "node-1", "-n", "kube-node-lease")["spec"]["renewTime"]
    assert parse_time(renewed) >= parse_time(lease) + 280_000
    assert told(fresh, "resume")[1] == "goes at 1 times real time"


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("fast",), "pause, resume, step or a rate"),
        (("1000",), "between 0 and 100"),
        (("step",), "a duration such as 30s"),
        (("step", "soon"), "a duration such as 30s"),
        (("pause", "10s"), "only step takes a duration"),
    ],
)
def test_what_is_no_clock_is_refused(cluster: Live, words: tuple[str, ...], remedy: str) -> None:
    done = cluster.tuik8s("clock", *words)
    assert done.returncode != 0
    assert remedy in done.stderr
