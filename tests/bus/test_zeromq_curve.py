"""CURVE: who has no listed key gets nothing; who lies about who they are is not heard."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop

from tuik8s.bus.zeromq import BusAddress, ZeroMqClient, ZeroMqServer, ipc_address
from tuik8s.bus.zeromq_curve import ClientKeys, ServerKeys, new_key_pair
from tuik8s.bus.zeromq_socket import Context
from tuik8s.world.live import LiveDriver


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Door:
    """A server with one listed key, and what it was asked."""

    def __init__(self, directory: Path) -> None:
        self.driver = LiveDriver(uvloop.new_event_loop())
        self.server_context, self.context = Context(), Context()
        self.listed = ClientKeys(*new_key_pair())
        self.keys = ServerKeys(*new_key_pair(), {self.listed.public: ("system:node:far-*",)})
        endpoints = [f"tcp://127.0.0.1:{free_port()}" for _ in range(2)]
        self.tcp = BusAddress(endpoints[0], endpoints[1], self.keys.public)
        self.ipc = ipc_address(directory / "bus")
        addresses = (self.tcp, self.ipc)
        self.server = ZeroMqServer(self.driver, self.server_context, addresses, self.keys)
        self.asked: list[str] = []
        self.heard: list[bytes] = []
        self.clients: list[ZeroMqClient] = []
        self.server.on_request = lambda peer, frames: self.asked.append(peer.partition("#")[0])

    def client(
        self, identity: str, keys: ClientKeys | None, address: BusAddress | None = None
    ) -> ZeroMqClient:
        client = ZeroMqClient(self.driver, self.context, address or self.tcp, "p", identity, keys)
        client.on_event = lambda frames: self.heard.append(frames[0])
        client.subscribe(b"pods/")
        client.send((b"hello",))
        self.clients.append(client)
        return client

    def run(self, duration_s: float) -> None:
        """Publish and turn the loop until somebody was heard or the time is over."""
        end = time.monotonic() + duration_s
        while time.monotonic() < end and not (self.asked and self.heard):
            self.server.publish((b"pods/-/a/b", b"h", b"o"))
            self.driver.loop.call_later(0.005, self.driver.loop.stop)
            self.driver.loop.run_forever()

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.server.close()
        self.context.destroy(linger=0)
        self.server_context.destroy(linger=0)
        self.driver.loop.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.close()


def test_a_listed_key_is_let_in_under_its_identities(door: Door) -> None:
    door.client("system:node:far-1", door.listed)
    door.run(3)
    assert door.asked == ["system:node:far-1"]
    assert door.heard


def test_the_private_socket_beside_it_needs_no_key(door: Door) -> None:
    door.client("system:admin", None, door.ipc)
    door.run(3)
    assert door.asked == ["system:admin"]
    assert door.heard


@pytest.mark.parametrize("case", ["unlisted", "wrong server key"])
def test_others_get_nothing(door: Door, case: str) -> None:
    keys = door.listed
    address = door.tcp
    if case == "unlisted":
        keys = ClientKeys(*new_key_pair())
    else:
        address = BusAddress(door.tcp.requests, door.tcp.events, new_key_pair()[0])
    door.client("system:node:far-1", keys, address)
    door.run(0.2)
    assert door.asked == []
    assert door.heard == []


def test_a_false_identity_is_dropped(door: Door) -> None:
    door.client("system:admin", door.listed)
    door.run(0.3)
    assert door.asked == []
    assert door.server.refused_count > 0


def test_tcp_without_keys_is_refused(door: Door) -> None:
    with pytest.raises(AssertionError, match="CURVE"):
        ZeroMqClient(door.driver, door.context, door.tcp, "p", "system:admin")
