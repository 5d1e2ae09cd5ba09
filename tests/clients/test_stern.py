"""stern on a live cluster: the logs of a workload, also of pods that come while it follows."""

from __future__ import annotations

import pytest

from tests.clients.live import Live, needs_kubectl
from tests.clients.programs import Program, needs
from tests.clients.terminal import opened

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl, needs("stern")]

PLAIN = ("--color", "never", "--output", "raw")


@pytest.fixture(name="stern", scope="module")
def _stern(cluster: Live) -> Program:
    words = ("create", "deployment", "told", "--image=example/told:1", "--replicas=2")
    cluster.kubectl(*words)
    cluster.kubectl("rollout", "status", "deployment/told", "--timeout=60s")
    return Program("stern", cluster)


def test_what_all_pods_wrote(stern: Program) -> None:
    told = stern("deployment/told", "--no-follow", *PLAIN)
    assert told.splitlines() == ["example/told:1 started"] * 2


def test_pods_that_come_later(stern: Program) -> None:
    cluster = stern.cluster
    with opened([stern.path, "deployment/told", *PLAIN], stern.env) as terminal:
        terminal.await_text(b"example/told:1 started")
        cluster.kubectl("set", "image", "deployment/told", "told=example/told:2")
        terminal.await_text(b"example/told:2 started")
