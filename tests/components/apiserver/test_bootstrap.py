"""What a cluster has before anybody asks."""

from __future__ import annotations

import pytest

from tuik8s.components.apiserver import bootstrap
from tuik8s.config import ClusterConfig
from tuik8s.scenario.simulated_cluster import SimulatedCluster


@pytest.mark.sim
def test_default_objects_are_the_same_made_or_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte: a process's second cluster takes what the pipeline made for the first."""
    monkeypatch.setattr(bootstrap, "_MADE", {})
    asked = []
    for _ in range(2):
        cluster = SimulatedCluster(ClusterConfig(control_plane_only=True), 1)
        cluster.start()
        asked.append((cluster.digest(), cluster.apiserver.pipeline.requests_count))
    (made, made_count), (remembered, remembered_count) = asked
    assert made == remembered
    assert remembered_count == made_count - len(bootstrap._MADE)
    assert len(bootstrap._MADE) > 100
