"""Faults of the API in a simulated world: errors, delays, stale watches, and getting through."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.plant import FAULTS, ChaosPlant
from tuik8s.api.types import Reply
from tuik8s.bus.client import Client, decode
from tuik8s.bus.informer import Informer

API = "component/apiserver"


@pytest.fixture
def plant() -> ChaosPlant:
    return ChaosPlant()


def config_map(name: str) -> dict[str, Any]:
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def create(plant: ChaosPlant, name: str) -> Reply:
    return plant.call("create", "configmaps", config_map(name))


@pytest.mark.parametrize(
    ("code", "verb", "reason"),
    [
        (409, "create", "Conflict"),
        (410, "list_", "Expired"),
        (429, "get", "TooManyRequests"),
        (500, "get", "InternalError"),
        (503, "create", "ServiceUnavailable"),
        (504, "list_", "Timeout"),
    ],
)
def test_errors_in_the_words_of_a_server_that_has_them(
    plant: ChaosPlant, code: int, verb: str, reason: str
) -> None:
    plant.fault("api-error", API, code=code, resources="configmaps")
    args = {"create": (config_map("a"),), "list_": (), "get": ("default", "a")}[verb]
    reply = plant.call(verb, "configmaps", *args)
    assert reply.code == code
    assert decode(reply)["reason"] == reason
    assert plant.call("list_", "secrets").ok
    plant.heal()
    assert create(plant, "b").ok


def test_a_conflict_is_for_writes_and_an_expired_version_for_reads(plant: ChaosPlant) -> None:
    plant.fault("api-error", API, code=409)
    assert plant.call("list_", "configmaps").ok
    plant.heal()
    plant.fault("api-error", API, "g", code=410)
    assert create(plant, "a").ok


def test_some_in_a_hundred_by_chance(plant: ChaosPlant) -> None:
    plant.fault("api-error", API, code=503, percent=30, verbs="create", users="system:admin")
    codes = [create(plant, f"m{number}").code for number in range(100)]
    assert set(codes) == {201, 503}
    assert 15 <= codes.count(503) <= 45


def test_only_the_users_that_are_named(plant: ChaosPlant) -> None:
    plant.fault("api-error", API, code=503, users="system:node:*")
    assert create(plant, "a").ok
    renewed = plant.must("get", "leases.coordination.k8s.io", "kube-node-lease", "node-1")
    plant.run_ms(30_000)
    later = plant.must("get", "leases.coordination.k8s.io", "kube-node-lease", "node-1")
    assert later["spec"]["renewTime"] == renewed["spec"]["renewTime"]
    plant.heal()
    plant.run_ms(3_000)
    after = plant.must("get", "leases.coordination.k8s.io", "kube-node-lease", "node-1")
    assert after["spec"]["renewTime"] > later["spec"]["renewTime"]


def test_everything_fails_and_healing_works(plant: ChaosPlant) -> None:
    plant.fault("api-error", API, code=500)
    assert create(plant, "a").code == 500
    assert plant.phase() == "Active"
    plant.heal()
    assert not plant.call("get", FAULTS, "", "f").ok
    assert create(plant, "a").ok


def test_pods_start_all_the_same_once_it_is_over(plant: ChaosPlant) -> None:
    plant.fault("api-error", API, code=503, percent=50, users="system:node:*")
    plant.create_pod()
    plant.run_ms(20_000)
    plant.heal()
    plant.run_ms(15_000)
    assert plant.is_ready()


def test_delayed_requests_are_answered_later(plant: ChaosPlant) -> None:
    plant.fault("api-delay", API, delay="3s", verbs="create,list", resources="configmaps")
    before_ms = plant.now_ms
    assert create(plant, "a").ok
    assert 3_000 <= plant.now_ms - before_ms < 3_100
    before_ms = plant.now_ms
    assert plant.call("list_", "configmaps").ok
    assert plant.now_ms - before_ms >= 3_000
    before_ms = plant.now_ms
    assert plant.must("get", "configmaps", "default", "a")
    assert plant.now_ms - before_ms < 100


def watcher(plant: ChaosPlant, resource: str) -> Informer:
    host = plant.simulation.host("watcher")
    informer = Informer(Client(host.world, host.dial("system:admin")), resource)
    informer.start()
    plant.run_ms(100)
    return informer


def test_stale_watches_hear_late_and_miss_nothing(plant: ChaosPlant) -> None:
    seen = watcher(plant, "configmaps")
    known = len(seen)
    plant.fault("api-stale-watch", API, delay="5s")
    for number in range(3):
        assert create(plant, f"m{number}").ok
    plant.must("patch", "configmaps", "default", "m0", {"data": {"a": "b"}})
    late = watcher_revision = seen.revision
    plant.run_ms(4_500)
    assert len(seen) == known
    assert seen.revision <= watcher_revision
    assert plant.must("get", "configmaps", "default", "m0")["data"] == {"a": "b"}
    plant.run_ms(700)
    assert len(seen) == known + 3
    found = seen.get("default", "m0")
    assert found is not None
    assert found["data"] == {"a": "b"}
    assert seen.revision > late


def test_healed_watches_are_up_to_date_at_once(plant: ChaosPlant) -> None:
    seen = watcher(plant, "configmaps")
    known = len(seen)
    plant.fault("api-stale-watch", API, delay="60s")
    create(plant, "a")
    plant.run_ms(2_000)
    assert len(seen) == known
    plant.heal()
    assert len(seen) == known + 1
    create(plant, "b")
    plant.run_ms(100)
    assert len(seen) == known + 2


@pytest.mark.parametrize(
    ("action", "target", "more", "words"),
    [
        ("api-error", API, {}, "needs code, such as code: 503"),
        ("api-error", API, {"code": 418}, "none of 409, 410, 429"),
        ("api-error", API, {"code": 503, "verbs": "fetch"}, "no verb fetch; there are: get, list"),
        ("api-delay", "component/chaos", {"delay": "1s"}, "its target is component/apiserver"),
        ("api-stale-watch", API, {}, "needs delay"),
    ],
)
def test_refusals(
    plant: ChaosPlant, action: str, target: str, more: dict[str, Any], words: str
) -> None:
    plant.fault(action, target, **more)
    assert plant.phase() == "Refused"
    assert words in plant.fault_status()["message"]
