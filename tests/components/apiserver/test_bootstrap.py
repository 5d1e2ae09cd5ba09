"""What a cluster has before anybody asks."""

from __future__ import annotations

import pytest

from tests.components.apiserver.plant import TOKENS, Api
from tuik8s.components.apiserver import ApiServerConfig, bootstrap, build
from tuik8s.config import ClusterConfig
from tuik8s.scenario.simulated_cluster import SimulatedCluster

SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/{}"


def test_its_own_service_says_where_the_server_is_after_a_start_at_another_port() -> None:
    own = "/api/v1/namespaces/default/{}/kubernetes"
    paths = [own.format("services"), own.format("endpoints"), SLICES.format("kubernetes")]
    api = Api(advertise_port=7001)
    before = [api.get(path).body for path in paths]
    api.simulation.crash("apiserver")
    settings = ApiServerConfig(tokens=TOKENS, faults_propagate=True, advertise_port=7002)
    api.server = build(api.simulation.host("apiserver"), settings)
    api.server.start()
    api.simulation.run_ms(20)
    service, endpoints, piece = after = [api.get(path).body for path in paths]
    assert service["spec"]["ports"][0]["targetPort"] == 7002
    assert endpoints["subsets"][0]["ports"][0]["port"] == 7002
    assert piece["ports"][0]["port"] == 7002
    for old, new in zip(before, after, strict=True):
        assert old["metadata"]["uid"] == new["metadata"]["uid"]

    api.simulation.crash("apiserver")
    api.server = build(api.simulation.host("apiserver"), settings)
    api.server.start()
    api.simulation.run_ms(20)
    assert [api.get(path).body for path in paths] == after  # nothing to say, nothing is written


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
