"""A cluster in a test's hands: time passes only when told to, and faults are undone."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tuik8s.config import ClusterConfig
from tuik8s.scenario.served import Cluster, Failed, Refused
from tuik8s.scenario.served.authority import authority

pytestmark = [pytest.mark.sim, pytest.mark.slow]

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {"containers": [{"name": "web", "image": "nginx"}]},
}
CUT = (ConnectionError, ssl.SSLEOFError, http.client.IncompleteRead)
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: nginx}]}
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path, seed=3)
    try:
        yield found
    finally:
        found.close()
        for connection in Client.opened:
            connection.close()
        Client.opened.clear()


class Client:
    """A client over HTTPS, as the kubeconfig's user."""

    opened: ClassVar[list[http.client.HTTPSConnection]] = []

    def __init__(self, cluster: Cluster) -> None:
        pki = authority().pki
        context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
        host, _, port = cluster.server.removeprefix("https://").partition(":")
        self.connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=60)
        self.opened.append(self.connection)

    def ask(self, method: str, path: str, body: Any = None) -> http.client.HTTPResponse:
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, {"Content-Type": "application/json"})
        return self.connection.getresponse()

    def json(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.ask(method, path, body).read())


def test_time_stands_until_it_is_told_to_pass(cluster: Cluster) -> None:
    client, began = Client(cluster), cluster.now
    client.json("POST", "/api/v1/namespaces/default/pods", POD)
    cluster.get("pod/web")
    assert "nodeName" not in client.json("GET", "/api/v1/namespaces/default/pods/web")["spec"]
    assert cluster.now == began
    cluster.advance("90s")
    assert (cluster.now - began).total_seconds() == 90
    assert client.json("GET", "/api/v1/namespaces/default/pods/web")["status"]["phase"] == "Running"


def test_a_watch_hears_while_the_test_lets_time_pass(cluster: Cluster) -> None:
    path = "/api/v1/namespaces/default/pods?watch=true"
    answer = Client(cluster).ask("GET", path)
    cluster.create(POD)
    cluster.advance("1m")
    phases = []
    while "Running" not in phases:
        phases.append(json.loads(answer.readline())["object"]["status"]["phase"])
    assert phases[0] == "Pending"


def test_waits_by_word_expression_and_callable(cluster: Cluster) -> None:
    cluster.apply(DEPLOYMENT)
    cluster.wait(available="deployment/shop")
    cluster.scale("deployment/shop", 1)
    cluster.wait(expr="pods('app=shop').size() == 1")
    cluster.delete("deploy/shop")
    cluster.wait(lambda: not cluster.list("po", "app=shop"))
    assert cluster.list("deployments") == []


def test_what_did_not_come_about_is_told(cluster: Cluster) -> None:
    spec = {"containers": [{"name": "web", "image": "nginx"}], "nodeSelector": {"disk": "none"}}
    cluster.create(POD | {"spec": spec})
    began = cluster.now
    says = r"wait ready pod/web: not within 5s; pod/web has .*phase=Pending"
    with pytest.raises(Failed, match=says):
        cluster.wait(ready="pod/web", within="5s")
    assert (cluster.now - began).total_seconds() == 5
    with pytest.raises(Failed, match="did not come to hold within 1s"):
        cluster.wait(lambda: False, within="1s")


def test_settle_ends_at_rest_and_says_what_does_not_rest(cluster: Cluster) -> None:
    cluster.apply(DEPLOYMENT)
    cluster.settle()
    assert {pod["status"]["phase"] for pod in cluster.list("pods")} == {"Running"}
    with pytest.raises(Failed, match="not at rest within 1s"):
        cluster.settle(quiet="2s", within="1s")


def test_a_reset_is_the_start_again(cluster: Cluster) -> None:
    began, revision = cluster.now, cluster.get("namespace/default")["metadata"]["resourceVersion"]
    client = Client(cluster)
    cluster.apply(DEPLOYMENT)
    cluster.advance("1m")
    cluster.reset()
    assert cluster.now == began
    assert cluster.get("namespace/default")["metadata"]["resourceVersion"] == revision
    client.connection.close()
    assert client.json("GET", "/api/v1/pods")["items"] == []


def test_the_same_seed_gives_the_same_log(tmp_path: Path) -> None:
    digests = []
    for seed in (1, 1, 2):
        cluster = Cluster(tmp_path, seed=seed)
        Client(cluster).json("POST", "/api/v1/namespaces/default/pods", POD)
        cluster.advance("1m")
        digests.append(cluster.digest())
        cluster.close()
    assert digests[0] == digests[1] != digests[2]


def test_a_fault_holds_inside_and_is_healed_after(cluster: Cluster) -> None:
    def ready() -> str:
        conditions = cluster.get("node/node-2")["status"]["conditions"]
        return next(str(c["status"]) for c in conditions if c["type"] == "Ready")

    with cluster.fault("node-stop", "node/node-2") as name:
        assert cluster.get(f"fault/{name}")["status"]["phase"] == "Active"
        cluster.advance("2m")
        assert ready() == "Unknown"
    assert cluster.list("faults") == []
    cluster.wait(ready="node/node-2")
    with (
        pytest.raises(Refused, match="node-9"),
        cluster.fault("node-stop", "node/node-9"),
    ):
        pytest.fail("a fault on nobody is in force")
    assert cluster.list("faults") == []


def test_a_killed_server_cuts_its_clients_and_comes_back(cluster: Cluster) -> None:
    client = Client(cluster)
    watch = Client(cluster).ask("GET", "/api/v1/pods?watch=true")
    cluster.create(POD)
    with cluster.fault("component-kill", "component/apiserver"):
        with pytest.raises(CUT):
            client.ask("GET", "/api/v1/pods")
        with contextlib.suppress(*CUT):
            watch.read()
        assert watch.isclosed()
        with pytest.raises(Refused, match="advance the clock"):
            cluster.get("pod/web")
        cluster.advance("1m")
        assert cluster.get("pod/web")["status"]["phase"] == "Running"
    client.connection.close()
    assert len(client.json("GET", "/api/v1/pods")["items"]) == 1


def test_a_paused_server_answers_when_it_is_resumed(cluster: Cluster) -> None:
    with cluster.fault("component-pause", "component/apiserver", for_="10s"):
        with pytest.raises(Refused, match="paused"):
            cluster.list("pods")
        client = Client(cluster)
        client.connection.request("GET", "/api/v1/nodes")
        cluster.advance("20s")
        assert len(json.loads(client.connection.getresponse().read())["items"]) == 3


def test_time_that_runs_by_itself_serves_who_waits(cluster: Cluster) -> None:
    cluster.create(POD)
    client = Client(cluster)
    with cluster.running(rate=1000):
        path = "/api/v1/namespaces/default/pods/web"
        while client.json("GET", path)["status"]["phase"] != "Running":
            """Time passes meanwhile."""
        with pytest.raises(Failed, match="leave `running`"):
            cluster.reset()
    stands = cluster.now
    client.json("GET", "/api/v1/pods")
    assert cluster.now == stands


def test_custom_kinds_and_manifests_of_every_form(cluster: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("kind: List\nitems:\n- " + json.dumps(POD))
    assert [found["kind"] for found in cluster.apply(file)] == ["Pod"]
    cluster.patch("pod/default/web", {"metadata": {"labels": {"tier": "front"}}})
    assert [p["metadata"]["name"] for p in cluster.list("pods", "tier=front", namespace="")] == [
        "web"
    ]
    with pytest.raises(ValueError, match="did you mean 'pod'"):
        cluster.get("podd/web")
    with pytest.raises(ValueError, match="needs its definition first"):
        cluster.apply({"apiVersion": "x.io/v1", "kind": "Widget", "metadata": {"name": "w"}})
    with pytest.raises(Refused, match="not found") as refused:
        cluster.delete("pod/nobody")
    assert (refused.value.code, refused.value.reason) == (404, "NotFound")


def test_a_saved_log_is_whole(cluster: Cluster, tmp_path: Path) -> None:
    from tuik8s.components.store.tools import verify
    from tuik8s.components.supervisor.directory import DataDirectory
    from tuik8s.world.live_disk import RealDisk

    cluster.apply(DEPLOYMENT)
    cluster.settle()
    revision = max(int(p["metadata"]["resourceVersion"]) for p in cluster.list("pods"))
    data = DataDirectory(cluster.save_log(tmp_path / "kept"))
    report = verify(RealDisk(data.log))
    assert report.is_whole
    assert report.last_revision >= revision
    assert data.read_config().nodes == ClusterConfig().nodes


def test_a_slow_server_has_not_answered_until_time_has_passed(cluster: Cluster) -> None:
    with cluster.fault("api-delay", "component/apiserver", delay="2s"):
        with pytest.raises(Refused, match="slow"):
            cluster.list("pods")
        client = Client(cluster)
        client.connection.request("GET", "/api/v1/nodes")
        cluster.advance("5s")
        assert len(json.loads(client.connection.getresponse().read())["items"]) == 3


def test_an_asyncio_test_goes_on_while_time_passes(cluster: Cluster) -> None:
    async def operator(ended: asyncio.Event) -> int:
        turns = 0
        while not ended.is_set():
            turns += 1
            await asyncio.sleep(0)
        return turns

    async def test() -> int:
        ended = asyncio.Event()
        task = asyncio.create_task(operator(ended))
        await asyncio.to_thread(cluster.advance, "10m")
        ended.set()
        return await task

    assert asyncio.run(test()) > 1
