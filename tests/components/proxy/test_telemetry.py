"""Telemetry in the API server: who may post it, what is refused, what is kept."""

from __future__ import annotations

import msgspec
import pytest

from tests.components.kubelet.plant import Plant
from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import Client
from tuik8s.components.apiserver.telemetry import BODY_BYTES_MAX

PATH = "/telemetry/routes/node-1"


@pytest.fixture(scope="module")
def plant() -> Plant:
    return Plant(nodes=0)


def ask(plant: Plant, identity: str, verb: str, path: str, body: bytes = b"") -> Reply:
    host = plant.simulation.host(f"peer/{identity}")
    client = Client(host.world, host.dial(identity))
    found: list[Reply] = []
    request = Request(verb=verb, path=path, body=body, content_type="application/msgpack")
    client.call(request, found.append)
    plant.run_until(lambda: bool(found))
    return found[0]


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ("system:kube-proxy", 202),
        ("system:node:node-1", 202),
        ("system:admin", 202),
        ("system:anonymous", 403),
    ],
)
def test_who_may_post(plant: Plant, identity: str, code: int) -> None:
    body = msgspec.msgpack.encode({"from": identity})
    assert ask(plant, identity, "post", PATH, body).code == code


def test_the_last_word_is_kept(plant: Plant) -> None:
    for number in (1, 2):
        ask(plant, "system:kube-proxy", "post", PATH, msgspec.msgpack.encode({"n": number}))
    kept = ask(plant, "system:admin", "get", PATH)
    assert msgspec.msgpack.decode(kept.objects[0]) == {"n": 2}


def test_refusals(plant: Plant) -> None:
    assert ask(plant, "system:admin", "get", "/telemetry/nothing").code == 404
    assert ask(plant, "system:admin", "delete", PATH).code == 405
    large = msgspec.msgpack.encode(b"x" * BODY_BYTES_MAX)
    assert ask(plant, "system:kube-proxy", "post", PATH, large).code == 413
