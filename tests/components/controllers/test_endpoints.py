"""Endpoints and EndpointSlices: which pods, which ports, which slice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.controllers.fixtures import NOW_MS, Shown, key, lines, node, obj, pod, writes
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Change
from tuik8s.components.controllers.endpoints import EndpointsReconciler, subsets_of
from tuik8s.components.controllers.endpointslice import EndpointSliceReconciler
from tuik8s.components.controllers.endpointslicemirroring import EndpointSliceMirroringReconciler
from tuik8s.components.controllers.parts import backends
from tuik8s.components.controllers.parts.slices import SLICES

GOING: dict[str, Any] = {"deletionTimestamp": format_time(NOW_MS)}


def service(**spec: Any) -> Object:
    whole = {
        "selector": {"app": "web"},
        "clusterIP": "10.96.0.5",
        "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}],
        **spec,
    }
    return obj("Service", "svc", spec=whole)


def addresses(subsets: list[Object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for subset in subsets:
        for field in ("addresses", "notReadyAddresses"):
            found.setdefault(field, []).extend(
                a["targetRef"]["name"] for a in subset.get(field, ())
            )
    return found


@pytest.mark.parametrize(
    ("what", "ready", "unready"),
    [
        pytest.param(pod("a"), ["a"], [], id="ready"),
        pytest.param(pod("a", ready=False), [], ["a"], id="not ready"),
        pytest.param(pod("a", **GOING), [], [], id="terminating"),
        pytest.param(pod("a", phase="Succeeded"), [], [], id="ended"),
    ],
)
def test_subsets(what: Object, ready: list[str], unready: list[str]) -> None:
    found = addresses(subsets_of(service(), [what]))
    assert found.get("addresses", []) == ready
    assert found.get("notReadyAddresses", []) == unready


def test_unready_addresses_may_be_published() -> None:
    found = subsets_of(service(publishNotReadyAddresses=True), [pod("a", ready=False)])
    assert addresses(found)["addresses"] == ["a"]


def test_named_ports_split_subsets() -> None:
    old, new = pod("a"), pod("b", ip="10.0.0.2")
    old["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": 8081}]
    new["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": 8082}]
    ports = [{"port": 80, "targetPort": "http", "protocol": "TCP"}]
    found = subsets_of(service(ports=ports), [old, new])
    assert sorted(s["ports"][0]["port"] for s in found) == [8081, 8082]


def test_endpoints_are_made_with_the_service() -> None:
    view = Shown(services=[service()], pods=[pod("a")])
    plan = EndpointsReconciler().reconcile(key("services", "svc"), view, NOW_MS)
    assert lines(plan) == ["create endpoints svc"]
    assert "notReadyAddresses" not in writes(plan)[0].obj["subsets"][0]


def slice_plan(view: Any) -> Any:
    return EndpointSliceReconciler().reconcile(key("services", "svc"), view, NOW_MS)


def test_terminating_pod_stays_in_its_slice() -> None:
    going = pod("a", **GOING)
    view = Shown(services=[service()], pods=[going], nodes=[node("node-1")])
    (write,) = writes(slice_plan(view))
    conditions = write.obj["endpoints"][0]["conditions"]
    assert conditions == {"ready": False, "serving": True, "terminating": True}


def test_service_without_pods_has_one_empty_slice() -> None:
    (write,) = writes(slice_plan(Shown(services=[service()])))
    assert (write.obj["endpoints"], write.obj["ports"]) == (None, None)


def test_slices_hold_a_hundred() -> None:
    pods = [pod(f"p{i}", ip=f"10.0.{i // 250}.{i % 250}") for i in range(250)]
    plan = slice_plan(Shown(services=[service()], pods=pods, nodes=[node("node-1")]))
    assert [len(w.obj["endpoints"]) for w in plan.writes] == [100, 100, 50]


def test_one_changed_pod_rewrites_one_slice() -> None:
    pods = [pod(f"p{i}", ip=f"10.0.0.{i}") for i in range(150)]
    view = Shown(services=[service()], pods=pods, nodes=[node("node-1")])
    for number, write in enumerate(slice_plan(view).writes):
        made = write.obj
        made["metadata"].update(name=f"svc-{number}", resourceVersion="5", uid=f"uid-{number}")
        view.add(SLICES, made)
    assert slice_plan(view).writes == ()
    view.objects["pods"][120] = pod("p120", ip="10.0.0.120", ready=False)
    assert lines(slice_plan(view)) == [f"update {SLICES} svc-1"]
    del view.objects["pods"][120]
    assert lines(slice_plan(view)) == [f"update {SLICES} svc-1"]


def test_hand_made_endpoints_are_mirrored() -> None:
    subsets: list[Object] = [
        {"addresses": [{"ip": "10.9.8.1"}], "ports": [{"name": "p", "port": 99}]}
    ]
    bare = service()
    del bare["spec"]["selector"]
    view = Shown(services=[bare], endpoints=[obj("Endpoints", "svc", subsets=subsets)])
    reconciler = EndpointSliceMirroringReconciler()
    (write,) = writes(reconciler.reconcile(key("endpoints", "svc"), view, NOW_MS))
    assert write.obj["endpoints"] == [{"addresses": ["10.9.8.1"], "conditions": {"ready": True}}]
    view.objects["services"] = [service()]
    assert reconciler.reconcile(key("endpoints", "svc"), view, NOW_MS).writes == ()


@pytest.mark.parametrize(
    ("old", "new", "wakes"),
    [
        pytest.param(None, pod("a"), True, id="new"),
        pytest.param(pod("a"), None, True, id="gone"),
        pytest.param(pod("a"), pod("a", ready=False), True, id="readiness"),
        pytest.param(pod("a"), pod("a", phase="Succeeded"), False, id="phase alone"),
        pytest.param(pod("a"), pod("a", labels={"app": "other"}), True, id="labels"),
        pytest.param(
            pod("a", labels={"app": "x"}), pod("a", labels={"app": "y"}), False, id="not ours"
        ),
    ],
)
def test_which_pod_changes_matter(old: Object | None, new: Object | None, wakes: bool) -> None:
    keys = backends.services_of_pod(Change("pods", old, new), Shown(services=[service()]))
    assert bool(keys) == wakes


def test_trigger_time_is_the_services_then_the_pods() -> None:
    times, svc = backends.TriggerTimes(), service()
    assert times.trigger_ms(svc, [pod("a", since_ms=1_000)]) == NOW_MS - 60_000
    assert times.trigger_ms(svc, [pod("a", since_ms=1_000)]) is None
    assert times.trigger_ms(svc, [pod("a", since_ms=5_000)]) == 5_000
