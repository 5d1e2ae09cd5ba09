"""Bytes really flow: the rules of a proxy on real loopback sockets."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop

from tests.components.proxy.plant import port_of
from tests.world.test_live import Bench
from tuik8s.api.routing.rules import ProxyNode
from tuik8s.api.routing.services import Endpoint, ServicePort
from tuik8s.components.proxy.listeners import Listeners
from tuik8s.components.proxy.modes.registry import MODES
from tuik8s.components.proxy.router import Router
from tuik8s.components.proxy.traffic import Traffic
from tuik8s.world.live_network import LiveListener, LiveNetwork
from tuik8s.world.network import Address, Answering, HttpAnswer, HttpRequest
from tuik8s.world.rng import seeded
from tuik8s.world.virtual import VirtualAddresses

pytestmark = pytest.mark.real

NODE = ProxyNode("node-1", "127.231.0.1", "zone-1")
SERVICE = "127.231.1.10"
PORT, NODE_PORT = 8_880, 30_877
ID = "default/web"


class RealProxy:
    """One node's proxy without an API: service ports are set by hand."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.network = LiveNetwork(bench.driver, bench.world)
        self.now_ms = 0
        self.router = Router(NODE, MODES["userspace"], seeded(1, "turns"))
        traffic = Traffic(bench.world)
        log = bench.world.log
        self.listeners = Listeners(self.network, lambda: self.now_ms, log, traffic)

    def pod(self, name: str, host: str = "127.231.4.2", port: int = 0) -> LiveListener:
        def answer(request: HttpRequest) -> HttpAnswer:
            return HttpAnswer(200, name.encode())

        return self.network.listen(Address(host, port), Answering(answer))

    def serve(self, *pods: Address, port: int = PORT, **more: object) -> None:
        ends = [Endpoint(host, number, "node-1") for host, number in pods]
        fields = {"addresses": (SERVICE,), "port": port, "node_port": NODE_PORT, **more}
        self.set(port_of(*ends, **fields))

    def set(self, *ports: ServicePort) -> None:
        self.router.set_service((ID,), ports)
        self.listeners.set_service(ID, [self.router])

    def who(self, host: str = SERVICE, port: int = PORT, source: str = "127.0.0.1") -> str:
        """The body of an answer, "" when the connection was refused or cut off."""
        return self.bench.loop.run_until_complete(asyncio.wait_for(ask(host, port, source), 3))


async def ask(host: str, port: int, source: str) -> str:
    try:
        reader, writer = await asyncio.open_connection(host, port, local_addr=(source, 0))
    except OSError:
        return ""
    writer.write(b"GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n")
    try:
        data = await reader.read()
    except OSError:
        return ""
    finally:
        writer.close()
    return data.partition(b"\r\n\r\n")[2].decode()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[RealProxy]:
    loop = uvloop.new_event_loop()
    bench = Bench(loop, tmp_path)
    bench.driver.virtual = VirtualAddresses(tmp_path / "net")
    made = RealProxy(bench)
    yield made
    made.set()
    bench.run(lambda: False, 0.01)
    loop.close()


def test_cluster_address_and_node_port_take_turns(proxy: RealProxy) -> None:
    pods = [proxy.pod(name) for name in ("a", "b", "c")]
    proxy.serve(*(pod.address for pod in pods))
    assert {proxy.who() for _ in range(3)} == {"a", "b", "c"}
    assert {proxy.who(NODE.address, NODE_PORT) for _ in range(3)} == {"a", "b", "c"}
    host, _, port = proxy.listeners.local_port(ID).partition(":")
    assert host == NODE.address
    assert {proxy.who(host, int(port)) for _ in range(3)} == {"a", "b", "c"}


def test_client_affinity_ends_with_its_timeout(proxy: RealProxy) -> None:
    pods = [proxy.pod(name) for name in ("a", "b")]
    proxy.serve(*(pod.address for pod in pods), affinity_ms=10_000)
    held = {proxy.who() for _ in range(4)}
    assert len(held) == 1
    assert {proxy.who(source=f"127.0.0.{n}") for n in range(2, 6)} == {"a", "b"}
    proxy.now_ms = 9_999
    assert proxy.who() in held
    proxy.now_ms += 10_000
    after = {proxy.who()}
    proxy.now_ms += 10_000
    assert after | {proxy.who()} == {"a", "b"}


def test_endpoints_count_from_the_moment_they_change(proxy: RealProxy) -> None:
    a, b = proxy.pod("a"), proxy.pod("b")
    proxy.serve(a.address, b.address)
    proxy.serve(b.address)
    assert {proxy.who() for _ in range(4)} == {"b"}
    proxy.serve()
    assert proxy.who() == ""
    proxy.serve(a.address)
    assert proxy.who() == "a"
    proxy.set()
    assert proxy.who() == ""


def test_refused_backend_is_never_seen_by_the_client(proxy: RealProxy) -> None:
    a, dead = proxy.pod("a"), proxy.pod("dead")
    proxy.serve(a.address, dead.address)
    dead.close()
    proxy.bench.run(lambda: False, 0.01)
    assert {proxy.who() for _ in range(6)} == {"a"}
    rows = proxy.router.table({}, {}, 0).services[0].endpoints
    failed = {row.address: row.tally.failed for row in rows}
    assert failed[str(dead.address)] >= 1
    assert failed[str(a.address)] == 0


def test_pods_outside_the_loopback_range(proxy: RealProxy) -> None:
    pod = proxy.pod("v", "10.244.1.5", 80)
    proxy.serve(pod.address, addresses=("10.96.0.7",))
    shown = proxy.listeners.listens(ID)
    assert shown["10.96.0.7:8880"] == "not a loopback address; use the local port"
    host, _, port = proxy.listeners.local_port(ID).partition(":")
    assert proxy.who(host, int(port)) == "v"
    assert proxy.who(NODE.address, NODE_PORT) == "v"


def test_low_port_is_served_and_shown_where_it_is(proxy: RealProxy) -> None:
    proxy.serve(proxy.pod("a").address, port=81)
    host, _, port = proxy.listeners.listens(ID)[f"{SERVICE}:81"].partition(":")
    assert int(port) in (81, 30_081)
    assert proxy.who(host, int(port)) == "a"


def test_datagrams(proxy: RealProxy) -> None:
    server, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    with server, client:
        server.bind(("127.231.4.2", 0))
        proxy.serve(Address(*server.getsockname()), protocol="UDP")
        client.connect((SERVICE, PORT))
        client.send(b"hi")
        assert proxy.bench.run(lambda: readable(server))
        data, sender = server.recvfrom(100)
        server.sendto(data + b"!", sender)
        assert proxy.bench.run(lambda: readable(client))
        assert client.recv(100) == b"hi!"


def readable(sock: socket.socket) -> bool:
    return bool(select.select([sock], [], [], 0)[0])
