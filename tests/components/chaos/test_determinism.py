"""The same seed gives the same log with faults, too; another one gives another log."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.test_cluster import Cluster, deployment
from tuik8s.config import ClusterConfig

pytestmark = [pytest.mark.sim, pytest.mark.slow]

STORM: tuple[dict[str, Any], ...] = (
    {"action": "pod-kill", "target": "pods", "count": 1, "schedule": "every 15s"},
    {"action": "pod-not-ready", "target": "pods", "count": "50%", "schedule": "every 20s for 5s"},
    {"action": "api-error", "target": "component/apiserver", "code": 503, "percent": 20},
    {"action": "api-stale-watch", "target": "component/apiserver", "delay": "700ms"},
    {"action": "link-drop", "target": "node/node-1", "percent": 20},
    {"action": "link-reorder", "target": "node/node-2", "jitter": "300ms"},
    {"action": "component-slow", "target": "component/scheduler", "delay": "150ms"},
    {"action": "clock-skew", "target": "component/kubelet/node-2", "ahead": "20s"},
    {"action": "node-drain", "target": "nodes", "count": 1, "for": "30s"},
    {"action": "disk-tearing", "target": "component/apiserver", "for": "2s"},
)


def weather(seed: int) -> str:
    """The digest of the log after a minute of all of it at once and a minute of calm."""
    cluster = Cluster(ClusterConfig(nodes=2), seed)
    cluster.start()
    cluster.run_ms(500)
    cluster.must("create", "deployments.apps", deployment(4))
    cluster.run_ms(3_000)
    for number, spec in enumerate(STORM):
        cluster.fault(f"f{number}", **spec)
    cluster.run_ms(60_000)
    for number in range(len(STORM)):
        cluster.must("delete", "faults.chaos.tuik8s.dev", "", f"f{number}")
    cluster.run_ms(60_000)
    assert len(cluster.ready_on()) == 4
    assert {cluster.node_ready(f"node-{n}") for n in (1, 2)} == {"True"}
    return cluster.digest()


def test_a_storm_repeats_with_its_seed_and_the_cluster_recovers() -> None:
    first = weather(1)
    assert weather(1) == first
    assert weather(2) != first
