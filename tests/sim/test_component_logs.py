"""What each component logs, in a whole cluster in simulated time, and how it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.test_cluster import Cluster, deployment
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import decode
from tuik8s.config import ClusterConfig
from tuik8s.world.log_files import tail
from tuik8s.world.logs import USUAL

pytestmark = pytest.mark.sim


def started(verbosity: int = USUAL) -> Cluster:
    cluster = Cluster(ClusterConfig(nodes=2), seed=7, verbosity=verbosity)
    cluster.start()
    cluster.run_ms(500)
    return cluster


def said(cluster: Cluster, party: str) -> list[str]:
    return [line.text.partition("] ")[2] for line in tail(cluster.simulation.logs, party)]


def assert_in_order(lines: list[str], *parts: str) -> None:
    """Each part is in a line that comes after the one of the part before."""
    rest = iter(lines)
    for part in parts:
        assert any(part in line for line in rest), f"{part} is missing or too early in {lines}"


def pod(name: str, container: Object, **notes: str) -> Object:
    annotations = {f"tuik8s.dev/{key}": value for key, value in notes.items()}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "annotations": annotations},
        "spec": {"containers": [{"name": "c", "image": "app", **container}]},
    }


def ask(cluster: Cluster, path: str, **query: str) -> Reply:
    found: list[Reply] = []
    request = Request(verb="get", path=path, query={k: [v] for k, v in query.items()})
    cluster.client.call(request, found.append)
    cluster.run_until(lambda: bool(found), 10_000)
    return found[0]


def test_a_pods_way_is_told_by_scheduler_controllers_and_kubelet() -> None:
    cluster = started()
    cluster.must("create", "deployments.apps", deployment(1))
    cluster.run_ms(2_000)
    (made,) = cluster.pods()
    name, node = f"default/{made['metadata']['name']}", made["spec"]["nodeName"]
    cluster.must("delete", "deployments.apps", "default", "web")
    cluster.run_ms(60_000)
    assert_in_order(
        said(cluster, "scheduler"), f'"Successfully bound pod to node" pod="{name}" node="{node}"'
    )
    assert_in_order(
        said(cluster, "controller-manager"),
        '"Finished syncing" controller="deployment" resource="deployments.apps" key="default/web" '
        'wrote=["replicasets.apps@',
        'controller="replicaset"',
    )
    assert_in_order(
        said(cluster, f"kubelet/{node}"),
        '"Starting kubelet"',
        '"Successfully registered node"',
        f'"SyncLoop ADD" source="api" node="{node}" pods=["{name}"]',
        f'"SyncLoop (PLEG): event for pod" pod="{name}" event="ContainerStarted"',
        '"SyncLoop DELETE"',
        '"Killing container with a grace period"',
        '"SyncLoop REMOVE"',
    )


@pytest.mark.parametrize(
    ("container", "behaviour", "line"),
    [
        pytest.param(
            {"livenessProbe": {"httpGet": {"port": 80}}},
            "unhealthy after 5s",
            '"Probe failed" probeType="Liveness" pod="default/x" containerName="c"',
            id="probe",
        ),
        pytest.param({}, "crash after 1s", '"Error syncing pod, skipping"', id="back-off"),
        pytest.param({}, "pull fails", '"Failed to pull image" image="app"', id="pull"),
        pytest.param(
            {"imagePullPolicy": "Always"},
            "pull takes 3s",
            '"Pulled image" image="app" pod="default/x" took="3000ms"',
            id="pulled",
        ),
    ],
)
def test_what_goes_wrong_in_a_container(container: Object, behaviour: str, line: str) -> None:
    cluster = started()
    cluster.must("create", "pods", pod("x", container, behaviour=behaviour))
    cluster.run_ms(60_000)
    node = cluster.must("get", "pods", "default", "x")["spec"]["nodeName"]
    assert_in_order(said(cluster, f"kubelet/{node}"), line)


def test_a_pod_that_fits_nowhere() -> None:
    cluster = started()
    huge = {"resources": {"requests": {"cpu": "100"}}}
    cluster.must("create", "pods", pod("x", huge))
    cluster.run_ms(1_000)
    assert_in_order(
        said(cluster, "scheduler"),
        '"Unable to schedule pod; no fit; waiting" pod="default/x" err="0/2 nodes are available: '
        "2 Insufficient cpu.",
    )


def test_faults_are_told_by_chaos_and_by_those_whom_they_hit() -> None:
    cluster = started()
    of = {"resources": "nodes", "for": "30s"}
    cluster.fault("f", action="api-error", target="component/apiserver", code=503, **of)
    cluster.run_ms(60_000)
    assert_in_order(said(cluster, "chaos"), '"Fault begins" fault="f"', '"Fault ends" fault="f"')
    assert_in_order(
        said(cluster, "kubelet/node-1"), '"Error updating node status, will retry" node="node-1"'
    )
    assert_in_order(
        said(cluster, "apiserver"), '"Request refused" verb="patch" what="nodes/status/node-1"'
    )


def test_the_proxy_tells_of_services() -> None:
    cluster = started()
    ports = [{"name": "http", "port": 80}]
    spec = {"selector": {"app": "web"}, "ports": ports}
    meta = {"name": "web", "namespace": "default"}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
    cluster.must("create", "services", service)
    cluster.run_ms(1_000)
    cluster.must("delete", "services", "default", "web")
    cluster.run_ms(1_000)
    assert_in_order(
        said(cluster, "kube-proxy/node-2"),
        '"Adding new service port" portName="default/web:http"',
        '"SyncProxyRules complete" services=["default/web"]',
        '"Removing service port" portName="default/web:http"',
    )


@pytest.mark.parametrize(
    ("verbosity", "is_said"), [(USUAL, False), (3, True)], ids=["usual", "three"]
)
def test_more_is_said_at_a_higher_level(verbosity: int, is_said: bool) -> None:
    cluster = started(verbosity)
    cluster.must("create", "pods", pod("x", {}))
    cluster.run_ms(1_000)
    for party, part in (("scheduler", "Attempting to schedule"), ("apiserver", 'HTTP" verb="cre')):
        assert any(part in line for line in said(cluster, party)) == is_said


def test_the_same_seed_writes_the_same_logs_and_logging_changes_nothing() -> None:
    def run(**more: Any) -> tuple[str, dict[str, bytes]]:
        cluster = Cluster(ClusterConfig(nodes=2), seed=7, **more)
        cluster.start()
        cluster.must("create", "deployments.apps", deployment(2))
        cluster.run_ms(5_000)
        logs = cluster.simulation.logs
        return cluster.digest(), {name: logs.read(name) for name in logs.names()}

    first, again, silent = run(verbosity=3), run(verbosity=3), run()
    assert first == again
    assert len(first[1]) == 8
    assert silent == (first[0], {})


def test_logs_over_the_bus() -> None:
    cluster = started()
    parties = ["apiserver", "kubelet/node-1", "kubelet/node-2"]
    assert set(parties) <= set(decode(ask(cluster, "/logs/"))["parties"])
    text = ask(cluster, "/logs/kubelet.node-1.log", tailLines="1", timestamps="true").objects[0]
    assert text.startswith(b"2026-01-01T00:00:")
    assert b" I0101 00:00:" in text
    assert text.count(b"\n") == 1
    unknown = ask(cluster, "/logs/nobody.log")
    assert unknown.code == 404
    assert "there are: apiserver.log, " in decode(unknown)["message"]


def test_what_a_kubelet_answers_as_long_as_it_lives() -> None:
    cluster = started()

    def proxied(tail: str, **query: str) -> Reply:
        found: list[Reply] = []
        request = Request(
            verb="get",
            version="v1",
            resource="nodes",
            name="node-1",
            subresource="proxy",
            path=f"/api/v1/nodes/node-1/proxy/{tail}",
            query={k: [v] for k, v in query.items()},
        )
        cluster.client.call(request, found.append)
        cluster.run_until(lambda: bool(found), 10_000)
        return found[0]

    assert b'"Starting kubelet"' in proxied("logs/kubelet.log").objects[0]
    assert b'href="kube-proxy.log"' in proxied("logs/").objects[0]
    assert b"SyncProxyRules" in proxied("logs/", query="kube-proxy", tailLines="1").objects[0]
    assert proxied("logs/other.log").code == 404
    assert proxied("healthz").objects[0] == b"ok"
    assert b'"usageNanoCores"' in proxied("stats/summary").objects[0]
    assert b'"kind":"PodList"' in proxied("pods").objects[0]
    unknown = proxied("configz")
    assert (unknown.code, decode(unknown)["message"]) == (404, "404 page not found")
    cluster.hold("kubelet/node-1")
    assert proxied("healthz").code == 503
    assert proxied("logs/kubelet.log").code == 503
    assert ask(cluster, "/logs/kubelet.node-1.log").ok, "the machine's files are still there"
