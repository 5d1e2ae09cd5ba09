"""The routing screen: a Service, a node, how rules are written, live traffic, and the past."""

from __future__ import annotations

import msgspec
import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.screens.routing import RoutingScreen

pytestmark = pytest.mark.slow

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {
        "selector": {"app": "web"},
        "type": "NodePort",
        "ports": [{"name": "http", "port": 80, "targetPort": 8080}],
    },
}


def a_stage() -> Stage:
    stage = Stage()
    stage.create("services", SERVICE)
    stage.cluster.run_ms(2_000)
    return stage


def table(stage: Stage, total: int) -> bytes:
    """What a proxy would tell of so many connections."""
    [piece] = [
        each
        for each in stage.feed.items("endpointslices.discovery.k8s.io")
        if each["metadata"]["namespace"] == "default"
        and each["metadata"]["name"].startswith("web-")
    ]
    tally = {"open": 1, "total": total, "failed": 0, "bytes_in": 0, "bytes_out": 0}
    ends = [
        {"address": f"{e['addresses'][0]}:8080", "node": e["nodeName"], "ready": True}
        | {"tally": tally}
        for e in piece["endpoints"]
    ]
    rows = [{"id": "default/web:http", "endpoints": ends, "local_port": "127.0.0.1:4711"}]
    told = {"node": "node-1", "mode": "userspace", "at_ms": stage.cluster.now_ms, "services": rows}
    return msgspec.msgpack.encode(told)


def test_r_on_a_service_opens_its_routes() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("4")
        await stage.type("/web")
        await stage.press("enter", "r")
        assert "routes of service default/web at all nodes" in stage.status
        assert "default/web:http  TCP" in stage.text
        assert "service proxy  3 endpoints, in turn" in stage.text
        assert "NodePort  127." in stage.text
        await stage.press("i")
        assert "▸ KUBE-SVC-" in stage.text
        assert "├ p=0.33333 ▸ KUBE-SEP-" in stage.text
        await stage.press("y")
        assert "iptables rules of node-1" in stage.status
        assert "-A KUBE-SERVICES -d 127." in stage.text
        await stage.press("q", "r")
        assert "at all nodes" in stage.status
        assert "default/kubernetes" in stage.text
        await stage.press("q")
        assert not isinstance(stage.app.screen, RoutingScreen)

    play(scene, stage=a_stage())


def test_r_on_a_node_opens_its_rules_and_o_goes_on() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("3", "r")
        assert "at node-1" in stage.status
        assert "userspace rules of node-1 127." in stage.text
        await stage.press("o")
        assert "at node-2" in stage.status
        assert "rules of node-2 127." in stage.text
        await stage.press("o", "o")
        assert "at all nodes" in stage.status
        await stage.press("3", "2", "r")
        assert "routes are of a Service or a node" in stage.toasts

    play(scene, stage=a_stage())


def test_connections_are_counted_and_are_not_in_the_past() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("5")
        stage.feed._on_route("telemetry/routes/node-1", table(stage, 10))
        await stage.wait(1_000)
        stage.feed._on_route("telemetry/routes/node-1", table(stage, 60))
        await stage.wait(1_000)
        row = next(each for each in stage.lines if "default/web:http  " in each and " yes " in each)
        told = row.split()
        assert told[5:7] == ["1", "12"]  # 60 in 5 s: the proxy itself had told of none
        assert told[7].endswith("█")
        assert "REDIRECT to 127.0.0.1:4711" in stage.text
        await stage.press("left_square_bracket")
        await stage.wait()
        assert "the past: connections are not in the log" in stage.text
        assert "127.0.0.1:4711" not in stage.text
        row = next(each for each in stage.lines if "default/web:http  " in each and " yes " in each)
        assert "█" not in row
        assert "·" in row.split()

    play(scene, stage=a_stage())


def test_enter_on_an_endpoint_opens_its_pod_and_the_past_has_its_own_rules() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":routes")
        await stage.press("enter")
        await stage.type("/web")
        await stage.press("enter")
        assert "default/kubernetes:https  1" not in stage.text
        await stage.press("enter")
        assert "pod/web-" in stage.status
        await stage.press("q")
        moment = stage.cluster.now_ms
        stage.cluster.client.delete("services", "default", "web", lambda reply: None)
        await stage.wait(2_000)
        assert "default/web:http  TCP" not in stage.text
        stage.app.rewinder.go_to_time(moment)
        await stage.wait()
        await stage.wait()
        assert "default/web:http  TCP" in stage.text

    play(scene, stage=a_stage())
