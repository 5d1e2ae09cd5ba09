"""Subresources: scale, binding, eviction, token, approval, ephemeral containers, resize, log."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.components.apiserver.plant import APPLY, PODS, STRATEGIC, Api, pod
from tuik8s.api.types import Object
from tuik8s.world.network import Address, Answering, HttpAnswer, HttpRequest

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"


@pytest.fixture
def scaled(api: Api) -> Api:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod("x")["spec"]}
    spec = {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    api.post(DEPLOYMENTS, {"metadata": {"name": "d"}, "spec": spec})
    return api


def test_scale_shows_replicas_and_selector(scaled: Api) -> None:
    scale = scaled.get(f"{DEPLOYMENTS}/d/scale").body
    assert scale["kind"] == "Scale"
    assert scale["spec"] == {"replicas": 2}
    assert scale["status"] == {"replicas": 0, "selector": "a=b"}
    assert "managedFields" not in scale["metadata"]


def test_scale_is_written_through_to_its_parent(scaled: Api) -> None:
    patched = scaled.patch(f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": 5}})
    assert patched.body["spec"] == {"replicas": 5}
    parent = scaled.get(f"{DEPLOYMENTS}/d").body
    assert (parent["spec"]["replicas"], parent["metadata"]["generation"]) == (5, 2)
    owners = {m.get("subresource", "") for m in parent["metadata"]["managedFields"]}
    assert owners == {"", "scale"}


def test_scale_by_put_and_apply(scaled: Api) -> None:
    scale = scaled.get(f"{DEPLOYMENTS}/d/scale").body
    scale["spec"]["replicas"] = 0
    assert scaled.put(f"{DEPLOYMENTS}/d/scale", scale).body["spec"] == {}
    assert scaled.put(f"{DEPLOYMENTS}/d/scale", scale).code == 409
    config = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "d"}}
    config["spec"] = {"replicas": 7}
    forced = f"{DEPLOYMENTS}/d/scale?fieldManager=m&force=true"
    assert scaled.patch(forced, config, APPLY).body["spec"] == {"replicas": 7}


def test_negative_scale_is_refused(scaled: Api) -> None:
    answer = scaled.patch(f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": -1}})
    assert (answer.code, answer.body["details"]["kind"]) == (422, "Scale")


def bind(api: Api, name: str, target: Object, **meta: Any) -> Any:
    body = {"metadata": {"name": name, **meta}, "target": target}
    return api.post(f"{PODS}/{name}/binding", body)


def test_binding_assigns_once(api: Api) -> None:
    api.post(PODS, pod("p"))
    done = bind(api, "p", {"kind": "Node", "name": "n1"}, annotations={"a/b": "c"})
    assert (done.code, done.body["status"]) == (201, "Success")
    bound = api.get(f"{PODS}/p").body
    assert bound["spec"]["nodeName"] == "n1"
    assert bound["metadata"]["annotations"] == {"a/b": "c"}
    assert bound["status"]["conditions"][0]["type"] == "PodScheduled"
    again = bind(api, "p", {"name": "n2"})
    assert 'is already assigned to node "n1"' in again.body["message"]


@pytest.mark.parametrize(
    ("target", "message"),
    [({"kind": "Pod", "name": "n"}, "target.kind: Unsupported value"), ({}, "target.name")],
)
def test_bad_bindings(api: Api, target: Object, message: str) -> None:
    api.post(PODS, pod("p"))
    answer = bind(api, "p", target)
    assert answer.code == 500
    assert answer.body["message"].startswith(message)


def test_binding_by_the_collection(api: Api) -> None:
    api.post(PODS, pod("p"))
    body = {"metadata": {"name": "p"}, "target": {"name": "n1"}}
    assert api.post("/api/v1/namespaces/default/bindings", body).code == 201
    assert api.get(f"{PODS}/p").body["spec"]["nodeName"] == "n1"


@pytest.fixture
def guarded(api: Api) -> Api:
    """A running, ready pod under a budget."""
    labelled = pod("p", nodeName="n1")
    labelled["metadata"]["labels"] = {"a": "b"}
    api.post(PODS, labelled)
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    api.patch(f"{PODS}/p/status", {"status": ready})
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}
    api.post(BUDGETS, {"metadata": {"name": "b"}, "spec": spec})
    return api


def test_eviction_asks_the_budget(guarded: Api) -> None:
    eviction = {"metadata": {"name": "p"}}
    waiting = guarded.post(f"{PODS}/p/eviction", eviction)
    assert (waiting.code, waiting.body["details"]["retryAfterSeconds"]) == (429, 10)
    status = {"observedGeneration": 1, "disruptionsAllowed": 0, "desiredHealthy": 1}
    status |= {"currentHealthy": 1, "expectedPods": 1}
    guarded.patch(f"{BUDGETS}/b/status", {"status": status})
    full = guarded.post(f"{PODS}/p/eviction", eviction).body["details"]["causes"][0]["message"]
    assert full == "The disruption budget b needs 1 healthy pods and has 1 currently"
    guarded.patch(f"{BUDGETS}/b/status", {"status": {"disruptionsAllowed": 1}})
    assert guarded.post(f"{PODS}/p/eviction?dryRun=All", eviction).code == 201
    assert guarded.post(f"{PODS}/p/eviction", eviction).code == 201
    evicted = guarded.get(f"{PODS}/p").body
    assert evicted["metadata"]["deletionGracePeriodSeconds"] == 30
    assert guarded.get(f"{BUDGETS}/b").body["status"]["disruptedPods"] == {
        "p": "2026-01-01T00:00:00Z"
    }


def test_eviction_of_a_missing_pod(api: Api) -> None:
    assert api.post(f"{PODS}/p/eviction", {"metadata": {"name": "p"}}).code == 404


def test_token_names_the_account(api: Api) -> None:
    api.post("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "sa"}})
    url = "/api/v1/namespaces/default/serviceaccounts/sa/token"
    made = api.post(url, {"spec": {"audiences": ["x"], "expirationSeconds": 900}}).body
    payload = made["status"]["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["sub"] == "system:serviceaccount:default:sa"
    assert claims["aud"] == ["x"]
    assert claims["exp"] - claims["iat"] == 900
    assert api.post(url, {"spec": {"expirationSeconds": 5}}).code == 422
    assert api.get(url).code == 405


def test_ephemeral_containers_only_grow(api: Api) -> None:
    api.post(PODS, pod("p"))
    debug = {"spec": {"ephemeralContainers": [{"name": "dbg", "image": "busybox"}]}}
    url = f"{PODS}/p/ephemeralcontainers"
    assert api.patch(url, debug, STRATEGIC).code == 200
    gone = api.patch(url, {"spec": {"ephemeralContainers": []}})
    assert "may not be removed" in gone.body["message"]


def test_resize_changes_resources_only(api: Api) -> None:
    burstable = pod("p")
    burstable["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "500m"}}
    api.post(PODS, burstable)
    change = {"name": "c", "image": "other", "resources": {"requests": {"cpu": "1"}}}
    resized = api.patch(f"{PODS}/p/resize", {"spec": {"containers": [change]}}, STRATEGIC).body
    container = resized["spec"]["containers"][0]
    assert (container["image"], container["resources"]["requests"]) == ("nginx:1", {"cpu": "1"})


def test_log_of_an_unscheduled_pod_is_empty(api: Api) -> None:
    api.post(PODS, pod("p"))
    assert api.get(f"{PODS}/p/log").code == 204
    two = pod("two")
    two["spec"]["containers"].append({"name": "d", "image": "x"})
    api.post(PODS, two)
    assert "choose one of: [c d]" in api.get(f"{PODS}/two/log").body["message"]
    assert api.get(f"{PODS}/p/log?container=zz").code == 400


def test_connections_say_why_not(api: Api) -> None:
    api.post(PODS, pod("p"))
    assert "does not have a host assigned" in api.get(f"{PODS}/p/exec").body["message"]


def test_unknown_subresource(api: Api) -> None:
    assert api.get(f"{PODS}/p/nope").body["message"].startswith("the server could not find")
    assert api.get("/api/v1/namespaces/default/configmaps/a/status").code == 404


def test_log_comes_from_the_kubelet_and_is_followed(api: Api) -> None:
    lines = ["one\n", "two\n"]

    def answer(request: HttpRequest) -> HttpAnswer:
        begin = int(parse_qs(urlsplit(request.path).query).get("from", ["0"])[0])
        ended = "true" if len(lines) > 2 else "false"
        headers = {"x-next": str(len(lines)), "x-ended": ended}
        return HttpAnswer(200, "".join(lines[begin:]).encode(), headers)

    kubelet = api.simulation.host("kubelet/n1")
    kubelet.network.listen(Address("kubelet.n1", 10250), Answering(answer))
    api.post(PODS, pod("p", nodeName="n1"))
    assert api.get(f"{PODS}/p/log").text == "one\ntwo\n"
    stream = api.get(f"{PODS}/p/log?follow=true").answer.stream
    assert stream is not None, "a followed log goes on"
    sent: list[bytes] = []
    ends: list[bool] = []
    stream.send, stream.on_end = sent.append, lambda: ends.append(True)
    stream.start()
    lines.append("three\n")
    api.simulation.run_ms(600)
    assert (b"".join(sent), ends) == (b"one\ntwo\nthree\n", [True])


def test_log_of_a_silent_node(api: Api) -> None:
    api.post(PODS, pod("p", nodeName="gone"))
    answer = api.get(f"{PODS}/p/log")
    assert (answer.code, answer.body["reason"]) == (500, "InternalError")


def test_the_signing_key_outlives_a_restart(api: Api) -> None:
    before = api.get("/openid/v1/jwks").body
    api.simulation.crash("apiserver")
    api.server = type(api.server)(api.simulation.host("apiserver"), api.server.config)
    api.server.start()
    api.simulation.run_ms(20)
    assert api.get("/openid/v1/jwks").body == before
