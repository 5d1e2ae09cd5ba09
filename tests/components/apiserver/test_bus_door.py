"""The bus door: components ask, and clones see every change, also when they come late."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import MAPS, Api
from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import Client, decode
from tuik8s.bus.informer import Informer
from tuik8s.components.apiserver.objects import decode_msgpack


def dialled(api: Api, party: str, identity: str) -> Client:
    host = api.simulation.host(party)
    return Client(host.world, host.dial(identity))


def asked(api: Api, client: Client, request: Request) -> Reply:
    replies: list[Reply] = []
    client.call(request, replies.append)
    api.simulation.run_while(lambda: not replies, 5_000)
    return replies[0]


def names(informer: Informer) -> list[str]:
    """Of what lies in `default`."""
    metas = [obj["metadata"] for obj in informer.items()]
    return sorted(meta["name"] for meta in metas if meta["namespace"] == "default")


def test_an_informer_follows(api: Api) -> None:
    api.config_map("before")
    informer = Informer(dialled(api, "client", "system:admin"), "configmaps")
    informer.start()
    api.simulation.run_ms(100)
    api.config_map("after")
    api.delete(f"{MAPS}/before")
    api.simulation.run_ms(100)
    assert (informer.synced, names(informer)) == (True, ["after"])


def test_a_list_during_a_burst_loses_nothing(api: Api) -> None:
    informer = Informer(dialled(api, "client", "system:admin"), "configmaps")
    for index in range(20):
        api.config_map(f"a-{index}")
        if index == 10:
            informer.start()
    api.simulation.run_ms(200)
    assert names(informer) == sorted(f"a-{index}" for index in range(20))


def test_a_kubelet_gets_the_pods_of_its_node_only(api: Api) -> None:
    client = dialled(api, "kubelet/n1", "system:node:n1")
    informer = Informer(client, "pods", partition="n1")
    informer.start()
    pod: Any = {"spec": {"containers": [{"name": "c", "image": "x"}]}}
    pods = "/api/v1/namespaces/default/pods"
    for name in ("a", "b"):
        api.post(pods, {**pod, "metadata": {"name": name}})
    api.post(f"{pods}/a/binding", {"target": {"name": "n1"}})
    api.simulation.run_ms(200)
    assert names(informer) == ["a"]


def test_a_peer_is_its_identity(api: Api) -> None:
    client = dialled(api, "stranger", "system:stranger")
    request = Request(verb="get", resource="pods", namespace="default", name="a")
    assert asked(api, client, request).code == 403
    scheduler = dialled(api, "scheduler", "system:kube-scheduler")
    assert asked(api, scheduler, request).code == 404


def test_changes_carry_author_and_cause(api: Api) -> None:
    client = dialled(api, "client", "system:admin")
    body = b"\x81\xa8metadata\x81\xa4name\xa1z"
    request = Request(
        verb="create",
        resource="configmaps",
        namespace="default",
        body=body,
        content_type="application/msgpack",
        cause=7,
    )
    reply = asked(api, client, request)
    assert (reply.code, reply.revision) == (201, api.server.store.revision)
    (change,) = api.get("/changes?key=configmaps/default/").body["items"]
    assert (change["author"], change["cause"]) == ("system:admin", 7)


def test_an_unknown_kind_is_refused_with_a_status(api: Api) -> None:
    client = dialled(api, "client", "system:admin")
    request = Request(verb="list", group="nobody.example.com", version="v1", resource="things")
    reply = asked(api, client, request)
    assert reply.code == 404
    assert decode(reply)["reason"] == "NotFound"


def test_a_full_disk_refuses_writes_and_lists_what_is_left(api: Api) -> None:
    api.config_map("before")
    client = dialled(api, "client", "system:admin")
    disk = api.simulation.disk("apiserver", "store")
    disk.limit_bytes = 0
    body = b"\x81\xa8metadata\x81\xa4name\xa1z"
    write = Request(
        verb="create",
        resource="configmaps",
        namespace="default",
        body=body,
        content_type="application/msgpack",
    )
    read = Request(verb="list", resource="configmaps", namespace="default")
    replies: list[Reply] = []
    client.call(write, replies.append)
    client.call(read, replies.append)
    api.simulation.run_ms(100)
    assert [reply.code for reply in replies] == [507, 200]
    assert [decode_msgpack(data)["metadata"]["name"] for data in replies[1].objects] == ["before"]
    disk.limit_bytes = None
    api.simulation.run_ms(5_000)
    assert asked(api, client, write).code == 201


@pytest.mark.parametrize(
    ("identity", "user", "manager"),
    [
        ("system:kube-controller-manager", "", "kube-controller-manager"),
        (
            "system:kube-controller-manager",
            "system:serviceaccount:kube-system:job-controller",
            "kube-controller-manager",
        ),
        ("system:admin", "", "tuik8s"),
    ],
)
def test_fields_belong_to_the_program_that_asks(
    api: Api, identity: str, user: str, manager: str
) -> None:
    client, replies = dialled(api, "client", identity), list[Reply]()
    meta = {"name": "e", "namespace": "default"}
    event = {"metadata": meta, "involvedObject": {}, "reason": "Said"}
    client.create("events", event, replies.append, user=user)
    api.simulation.run_while(lambda: not replies, 5_000)
    assert replies[0].ok, decode(replies[0])
    stored = api.get("/api/v1/namespaces/default/events/e").body
    assert stored["metadata"]["managedFields"][0]["manager"] == manager
