"""The real data plane: pods that answer, forwarders that forward, on loopback sockets."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import uvloop

from tests.world.test_live import Bench
from tuik8s.world import live_network
from tuik8s.world.live_network import LiveNetwork
from tuik8s.world.network import (
    Address,
    AddressTaken,
    Answering,
    Forwarding,
    HttpAnswer,
    HttpRequest,
)
from tuik8s.world.virtual import VirtualAddresses

HOST = "127.231.7.9"
FREE = Address(HOST, 0)


class Told:
    """What a forwarding listener reported."""

    def __init__(self, *targets: Address, udp: bool = False) -> None:
        self.targets = targets
        self.events: list[tuple[object, ...]] = []
        self.service = Forwarding(
            lambda client: self.targets,
            lambda client, target: self.events.append(("open", target)),
            lambda client, target, sent, got: self.events.append(("close", target, sent, got)),
            lambda client, target: self.events.append(("failed", target)),
            udp,
        )


def closed_port() -> Address:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return Address(*probe.getsockname())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    loop = uvloop.new_event_loop()
    made = Bench(loop, tmp_path)
    yield made
    made.run(lambda: False, 0.002)
    loop.close()


@pytest.fixture
def network(bench: Bench) -> LiveNetwork:
    return LiveNetwork(bench.driver, bench.world)


def echo(request: HttpRequest) -> HttpAnswer:
    text = f"{request.method} {request.path} {request.headers.get('x-a', '')}".encode()
    delay_ms = 500 if request.path == "/slow" else 0
    return HttpAnswer(body=text + b" " + request.body, headers={"x-b": "1"}, delay_ms=delay_ms)


async def exchange(to: Address, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*to)
    writer.write(data)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


def run(bench: Bench, to: Address, data: bytes) -> bytes:
    return bench.loop.run_until_complete(asyncio.wait_for(exchange(to, data), 2))


PIPELINED = (
    b"GET /slow HTTP/1.1\r\nHost: x\r\nX-A: 7\r\n\r\n"
    b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    b"HEAD /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
)


def test_a_pod_answers_pipelined_requests_in_order(bench: Bench, network: LiveNetwork) -> None:
    listener = network.listen(FREE, Answering(echo))
    got = run(bench, listener.address, PIPELINED)
    head, first, second = got.split(b"\r\n\r\n", 2)
    assert head.startswith(b"HTTP/1.1 200 OK\r\nx-b: 1\r\ncontent-length: 12")
    assert first.startswith(b"GET /slow 7 HTTP/1.1 200")
    assert second.startswith(b"POST /b  abcHTTP/1.1 200")
    assert second.endswith(b"connection: close\r\n\r\n")


def test_no_http_gets_400(bench: Bench, network: LiveNetwork) -> None:
    listener = network.listen(FREE, Answering(echo))
    assert run(bench, listener.address, b"rubbish\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_who_asks_for_another_protocol_is_answered_in_this_one(
    bench: Bench, network: LiveNetwork
) -> None:
    """`curl --http2` offers it with its first request."""
    listener = network.listen(FREE, Answering(echo))
    offer = b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    got = run(bench, listener.address, offer)
    assert got.startswith(b"HTTP/1.1 200 OK")
    assert got.endswith(b"connection: close\r\n\r\nGET /a  ")


def test_a_surprise_in_an_answer_ends_the_process(bench: Bench, network: LiveNetwork) -> None:
    def fail(request: HttpRequest) -> HttpAnswer:
        raise KeyError(request.path)

    listener = network.listen(FREE, Answering(fail))
    task = bench.loop.create_task(exchange(listener.address, b"GET / HTTP/1.1\r\n\r\n"))
    assert bench.run(lambda: bool(bench.codes))
    task.cancel()


def test_a_forwarder_tries_the_next_target_and_counts_bytes(
    bench: Bench, network: LiveNetwork
) -> None:
    pod = network.listen(FREE, Answering(echo))
    nobody = closed_port()
    told = Told(nobody, pod.address)
    service = network.listen(FREE, told.service)
    request = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    got = run(bench, service.address, request)
    assert got.startswith(b"HTTP/1.1 200 OK")
    assert bench.run(lambda: len(told.events) == 3)
    close = ("close", pod.address, len(request), len(got))
    assert told.events == [("failed", nobody), ("open", pod.address), close]


def test_a_lost_connection_is_silent_until_it_is_given_up(
    bench: Bench, network: LiveNetwork
) -> None:
    silent_ms = [100, 3_600_000]
    lost = msgspec.structs.replace(Told().service, silent_ms=lambda client: silent_ms.pop(0))
    service = network.listen(FREE, lost)

    async def ask(*, patience_s: float) -> bytes:
        reader, writer = await asyncio.open_connection(*service.address)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        try:
            return await asyncio.wait_for(reader.read(), patience_s)
        finally:
            writer.close()

    began_ms = bench.driver.now_ms()
    assert bench.loop.run_until_complete(ask(patience_s=30)) == b"", "cut off in the end"
    assert bench.driver.now_ms() - began_ms >= 100
    with pytest.raises(TimeoutError):
        bench.loop.run_until_complete(ask(patience_s=0.2))
    assert bench.run(lambda: not service.connections), "who gives up leaves nothing behind"


@pytest.mark.parametrize("targets", [(), "closed"], ids=["no target", "all refuse"])
def test_without_a_target_the_client_is_cut_off(
    bench: Bench, network: LiveNetwork, targets: object
) -> None:
    told = Told(*([closed_port()] if targets else []))
    service = network.listen(FREE, told.service)
    assert run(bench, service.address, b"x") == b""
    assert [event[0] for event in told.events] == (["failed"] if targets else [])


def test_much_goes_through_with_half_close(bench: Bench, network: LiveNetwork) -> None:
    """16 MiB each way through a slow reader: both directions wait, nothing is lost."""
    size = 16 << 20

    async def turn_around(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        everything = await reader.read()
        writer.write(everything)
        await writer.drain()
        writer.close()

    async def go() -> int:
        server = await asyncio.start_server(turn_around, HOST, 0)
        told.targets = (Address(*server.sockets[0].getsockname()),)
        got = await exchange(service.address, b"x" * size)
        server.close()
        return len(got)

    told = Told()
    service = network.listen(FREE, told.service)
    assert bench.loop.run_until_complete(asyncio.wait_for(go(), 10)) == size
    assert bench.run(lambda: len(told.events) == 2)
    assert told.events[1][2:] == (size, size)


def test_forwarders_share_an_address_and_pods_do_not(network: LiveNetwork) -> None:
    first = network.listen(FREE, Told().service)
    second = network.listen(first.address, Told().service)
    assert first.address == second.address
    pod = network.listen(FREE, Answering(echo))
    with pytest.raises(AddressTaken, match="cannot be bound"):
        network.listen(pod.address, Answering(echo))
    with pytest.raises(AddressTaken, match="only loopback"):
        network.listen(Address("0.0.0.0", 0), Answering(echo))


def test_a_virtual_address_whose_socket_cannot_be_made_is_refused(
    bench: Bench, network: LiveNetwork, tmp_path: Path
) -> None:
    bench.driver.virtual = VirtualAddresses(tmp_path / ("a long way down " * 7))
    with pytest.raises(AddressTaken, match="cannot be bound"):
        network.listen(Address("10.244.1.5", 80), Answering(echo))


def test_closing_ends_what_is_open(bench: Bench, network: LiveNetwork) -> None:
    pod = network.listen(FREE, Answering(echo))
    service = network.listen(FREE, Told(pod.address).service)

    async def go() -> bytes:
        reader, writer = await asyncio.open_connection(*service.address)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        service.close()
        try:
            return await asyncio.wait_for(reader.read(1_000), 1)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    bench.loop.run_until_complete(go())
    with pytest.raises(ConnectionError):
        run(bench, service.address, b"x")
    pod.close()
    again = network.listen(pod.address, Answering(echo))
    assert run(bench, again.address, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200")
    again.close()
    network.listen(FREE, Answering(echo)).close()
    bench.run(lambda: False, 0.01)


def test_a_port_that_may_not_be_bound_moves(
    network: LiveNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    exactly = live_network._bind_exactly

    def refuse_low(address: Address, shared: bool, udp: bool) -> socket.socket:
        if 0 < address.port < 1024:
            raise PermissionError(13, "not permitted")
        return exactly(address, shared, udp)

    monkeypatch.setattr(live_network, "_bind_exactly", refuse_low)
    listeners = [network.listen(Address(HOST, 80), Told().service) for _ in range(2)]
    assert [listener.address for listener in listeners] == [Address(HOST, 30_080)] * 2


def test_datagrams_find_their_way_back(bench: Bench, network: LiveNetwork) -> None:
    target = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    target.bind((HOST, 0))
    target.settimeout(1)
    told = Told(Address(*target.getsockname()), udp=True)
    service = network.listen(FREE, told.service)
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setblocking(False)
    client.sendto(b"ping", service.address)
    assert bench.run(lambda: told.events == [("open", told.targets[0])])
    data, peer = target.recvfrom(100)
    target.sendto(data + b"pong", peer)
    bench.run(lambda: False, 0.02)
    assert client.recv(100) == b"pingpong"
    assert bench.run(lambda: len(told.events) == 2, 3)
    assert told.events[1] == ("close", told.targets[0], 4, 8)
    target.close()
    client.sendto(b"ping", service.address)
    bench.run(lambda: len(told.events) == 3, 0.02)
    client.sendto(b"ping", service.address)
    assert bench.run(lambda: ("failed", told.targets[0]) in told.events)
    client.close()
    service.close()


def test_datagrams_to_where_no_way_leads_are_reported(bench: Bench, network: LiveNetwork) -> None:
    """The call that connects the flow's socket refuses; the process goes on."""
    told = Told(Address("255.255.255.255", 53), udp=True)
    service = network.listen(FREE, told.service)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"ping", service.address)
        client.sendto(b"ping", service.address)
        assert bench.run(lambda: len(told.events) == 2)
    assert told.events == [("failed", told.targets[0])] * 2
    service.close()


def test_a_client_that_hangs_up_before_it_is_accepted_leaves_nothing(
    bench: Bench, network: LiveNetwork
) -> None:
    told = Told(closed_port())
    service = network.listen(FREE, told.service)
    client = socket.create_connection(service.address)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()  # a reset
    surprises: list[object] = []
    bench.loop.set_exception_handler(lambda _, context: surprises.append(context))
    bench.run(lambda: False, 0.05)
    assert (surprises, told.events, service.connections) == ([], [], set())
    service.close()


def test_a_forwarded_connection_waits_as_long_as_it_is_told(
    bench: Bench, network: LiveNetwork
) -> None:
    pod = network.listen(FREE, Answering(echo))
    told = Told(pod.address)
    asked = []

    def wait_ms(client: Address, target: Address) -> int:
        asked.append(bench.driver.now_ms())
        return 80

    service = msgspec.structs.replace(told.service, wait_ms=wait_ms)
    proxy = network.listen(FREE, service)
    got = run(bench, proxy.address, b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 OK")
    assert bench.driver.now_ms() - asked[0] >= 80
