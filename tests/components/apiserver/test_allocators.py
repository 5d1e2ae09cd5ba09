"""Addresses and ports of Services: given once, kept, given back."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from tests.components.apiserver.plant import Api
from tuik8s.api.types import Object

SERVICES = "/api/v1/namespaces/default/services"
ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses"


def service(name: str, **spec: Any) -> Object:
    return {"metadata": {"name": name}, "spec": {"ports": [{"port": 80}], **spec}}


def test_address_is_of_the_range_and_written_down(api: Api) -> None:
    spec = api.post(SERVICES, service("s")).body["spec"]
    assert ipaddress.ip_address(spec["clusterIP"]) in ipaddress.ip_network("10.96.0.0/16")
    assert spec["clusterIPs"] == [spec["clusterIP"]]
    noted = api.get(f"{ADDRESSES}/{spec['clusterIP']}").body["spec"]["parentRef"]
    assert noted == {"resource": "services", "namespace": "default", "name": "s"}


def test_address_comes_back_with_its_service(api: Api) -> None:
    api.post(SERVICES, service("s", clusterIP="10.96.1.1"))
    taken = api.post(SERVICES, service("t", clusterIP="10.96.1.1"))
    assert "provided IP is already allocated" in taken.body["message"]
    api.delete(f"{SERVICES}/s")
    api.simulation.run_ms(5)
    assert api.get(f"{ADDRESSES}/10.96.1.1").code == 404
    assert api.post(SERVICES, service("t", clusterIP="10.96.1.1")).code == 201


@pytest.mark.parametrize("address", ["10.97.0.1", "10.96.0.0"])
def test_addresses_that_cannot_be_given(api: Api, address: str) -> None:
    answer = api.post(SERVICES, service("s", clusterIP=address))
    assert (answer.code, answer.body["details"]["causes"][0]["field"]) == (422, "spec.clusterIPs")


def test_dry_run_shows_placeholders(api: Api) -> None:
    spec = api.post(f"{SERVICES}?dryRun=All", service("s", type="NodePort")).body["spec"]
    assert (spec["clusterIP"], spec["ports"][0]["nodePort"]) == ("10.96.0.0", 32769)


def test_node_ports_follow_the_type(api: Api) -> None:
    made = api.post(SERVICES, service("s", type="NodePort")).body["spec"]["ports"][0]["nodePort"]
    assert 30000 <= made <= 32767
    kept = api.patch(f"{SERVICES}/s", {"metadata": {"labels": {"a": "b"}}}).body["spec"]
    assert kept["ports"][0]["nodePort"] == made
    plain = api.patch(f"{SERVICES}/s", {"spec": {"type": "ClusterIP"}}).body["spec"]
    assert "nodePort" not in plain["ports"][0]
    wanted = [{"port": 80, "nodePort": made}]
    assert api.post(SERVICES, service("t", type="NodePort", ports=wanted)).code == 201


def test_a_refused_service_keeps_nothing(api: Api) -> None:
    bad = service("BAD", clusterIP="10.96.1.1")
    assert api.post(SERVICES, bad).code == 422
    assert api.post(SERVICES, service("good", clusterIP="10.96.1.1")).code == 201


def test_headless_and_external_services_have_no_address(api: Api) -> None:
    headless = api.post(SERVICES, service("h", clusterIP="None", selector={"a": "b"})).body["spec"]
    assert headless["clusterIPs"] == ["None"]
    external = {"type": "ExternalName", "externalName": "example.com"}
    named = api.post(SERVICES, {"metadata": {"name": "e"}, "spec": external}).body["spec"]
    assert "clusterIP" not in named


def test_allocations_survive_a_restart(api: Api) -> None:
    api.post(SERVICES, service("s", clusterIP="10.96.1.1"))
    api.simulation.crash("apiserver")
    api.server = type(api.server)(api.simulation.host("apiserver"), api.server.config)
    api.server.start()
    api.simulation.run_ms(20)
    assert api.post(SERVICES, service("t", clusterIP="10.96.1.1")).code == 422
