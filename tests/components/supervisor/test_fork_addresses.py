"""A fork with addresses of its own, alive: in simulated time, both futures from one log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ui.stage import deployment
from tuik8s.addresses import range_of_slice
from tuik8s.api.address_move import FIELDS, AddressMove
from tuik8s.components.apiserver.objects import decode_msgpack
from tuik8s.components.supervisor.fork_addresses import move_log
from tuik8s.config import ClusterConfig
from tuik8s.scenario.simulated_cluster import SimulatedCluster
from tuik8s.world.live_disk import RealDisk

pytestmark = pytest.mark.sim
THERE_AND_BACK = (
    AddressMove.between(range_of_slice(1), range_of_slice(2)),
    AddressMove.between(range_of_slice(2), range_of_slice(1)),
)
SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]},
}


def grown(number: int, log: Path | None = None) -> SimulatedCluster:
    """A cluster in a slice; from a log, if there is one."""
    cluster = SimulatedCluster(ClusterConfig(nodes=2, slice=number), 7)
    if log is not None:
        disk, files = cluster.simulation.disk("apiserver", "store"), RealDisk(log)
        for name in files.names():
            disk.append(name, files.read(name))

        cluster.simulation.heap.run_until(cluster.now_ms + 60_000)  # as late as the log is
    cluster.start()
    return cluster


def objects(cluster: SimulatedCluster, resource: str) -> dict[str, dict[str, Any]]:
    entries = cluster.apiserver.store.range(f"{resource}/").entries
    return {entry.key: decode_msgpack(entry.value) for entry in entries}


def test_it_lives_in_its_own_slice_with_the_same_pods(tmp_path: Path) -> None:
    parent = grown(1)
    for resource, obj in (("deployments.apps", deployment()), ("services", SERVICE)):
        parent.client.create(resource, obj, lambda reply: None)
    parent.run_ms(30_000)
    written, log = parent.simulation.disk("apiserver", "store"), RealDisk(tmp_path)
    for name in written.names():
        log.append(name, written.read(name))
    log.close()
    there, back = THERE_AND_BACK
    moved = move_log(tmp_path, there, parent.now_ms)
    assert moved > 10
    fork = grown(2, tmp_path)
    fork.run_ms(30_000)
    for cluster, elsewhere in ((parent, back), (fork, there)):
        for resource in FIELDS:
            for key, obj in objects(cluster, resource).items():
                assert elsewhere.moved(resource, obj) is obj, key
                assert elsewhere.key(key) == key

    before, after = objects(parent, "pods"), objects(fork, "pods")
    assert len(after) == 3
    for key, pod in after.items():
        assert pod["metadata"]["uid"] == before[key]["metadata"]["uid"]
        assert pod["status"]["podIP"] == there.text(before[key]["status"]["podIP"])
        assert pod["status"]["containerStatuses"][0]["restartCount"] == 0
        assert pod["status"]["containerStatuses"][0]["ready"]
    (service,) = [s for s in objects(fork, "services").values() if s["metadata"]["name"] == "web"]
    old = objects(parent, "services")["services/default/web"]
    assert service["spec"]["clusterIP"] == there.text(old["spec"]["clusterIP"])
    assert service["status"] == there.moved("services", old)["status"]
    held = {key.rpartition("/")[2] for key in objects(fork, "ipaddresses.networking.k8s.io")}
    assert service["spec"]["clusterIP"] in held


def test_moving_there_and_back_gives_the_same_objects(tmp_path: Path) -> None:
    parent = grown(1)
    written, log = parent.simulation.disk("apiserver", "store"), RealDisk(tmp_path)
    for name in written.names():
        log.append(name, written.read(name))
    log.close()
    counts = [move_log(tmp_path, move, parent.now_ms) for move in THERE_AND_BACK]
    assert counts[0] == counts[1]
    assert move_log(tmp_path, THERE_AND_BACK[1], parent.now_ms) == 0
