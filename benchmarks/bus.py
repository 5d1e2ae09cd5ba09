"""How fast the bus is: round trips and deliveries, in memory and over ZeroMQ beside raw pyzmq.

    python benchmarks/bus.py [--json FILE]

Raw pyzmq does the same with the same frames, sockets and processes, but without sequence numbers,
clones and event loop. Rounds alternate; the median of the ratios counts (bar P-WATCH-1).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import uvloop
import zmq

from tuik8s.api.types import Key, Reply, Request
from tuik8s.bus.client import Client
from tuik8s.bus.frames import encode
from tuik8s.bus.informer import Informer
from tuik8s.bus.publisher import Publisher
from tuik8s.bus.server import BusServer, Respond
from tuik8s.bus.zeromq import BusAddress, ZeroMqClient, ZeroMqServer, ipc_address
from tuik8s.bus.zeromq_socket import Context
from tuik8s.world.live import LiveDriver, LiveWorld
from tuik8s.world.simulated import Simulation

SUBSCRIBERS = 16
EVENTS = 8_000
AHEAD = 2_000
"""Events that the publisher may be ahead of the slowest subscriber, so that none is dropped."""

Count = Synchronized


def pod_bytes() -> bytes:
    """An object of 1.4 KB."""
    meta = {"name": "p", "namespace": "shop", "resourceVersion": "1", "note": "x" * 1_330}
    return encode({"metadata": meta, "spec": {"nodeName": "n1"}})


class Empty:
    """An API with no objects, behind a publisher."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher

    def handle(self, user: str, request: Request, respond: Respond) -> None:
        if request.verb != "list":
            respond(Reply(code=200, objects=(request.body,)))
            return
        epoch, sequence = self.publisher.position("pods/")
        respond(Reply(code=200, epoch=epoch, sequence=sequence))


def memory_round_trips(count: int = 20_000) -> float:
    """Microseconds of Python per request: client, transport, server and back."""
    simulation = Simulation(1)
    host = simulation.host("apiserver")
    transport = host.serve()
    publisher = Publisher(host.world, transport)
    BusServer(host.world, transport, Empty(publisher).handle)
    party = simulation.host("c")
    client = Client(party.world, party.dial("c"))
    obj = {"metadata": {"name": "p", "namespace": "shop"}}
    got: list[Reply] = []
    begin = time.perf_counter()
    for _ in range(count // 100):
        for _ in range(100):
            client.update("pods", obj, got.append)
        simulation.run_ms(3)
    assert len(got) == count
    return (time.perf_counter() - begin) / count * 1e6


def memory_deliveries(subscribers: int, count: int = 10_000) -> float:
    """Microseconds per delivery into an informer, the publisher's share included."""
    simulation = Simulation(1)
    host = simulation.host("apiserver")
    transport = host.serve()
    publisher = Publisher(host.world, transport)
    BusServer(host.world, transport, Empty(publisher).handle)
    publisher.start()
    informers = []
    for number in range(subscribers):
        party = simulation.host(f"c{number}")
        informers.append(Informer(Client(party.world, party.dial("c")), "pods"))
        informers[-1].start()
    simulation.run_ms(100)
    data = pod_bytes()
    keys = [Key("pods", "shop", f"p{number}") for number in range(1_000)]
    begin = time.perf_counter()
    for number in range(count):
        publisher.publish(keys[number % 1_000], "MODIFIED", number + 1, data, partition="n1")
        if number % 100 == 99:
            simulation.run_ms(2)
    spent = time.perf_counter() - begin
    assert all(informer.revision == count for informer in informers)
    return spent / count / subscribers * 1e6


def idle_heap(count: int = 200_000) -> float:
    """Microseconds per timer that fires and sets itself again, 1,000 of them."""
    simulation = Simulation(1)
    world = simulation.host("a").world

    def again() -> None:
        world.call_after(1_000, again)

    for number in range(1_000):
        world.call_after(number, again)
    begin = time.perf_counter()
    simulation.run_ms(count)
    return (time.perf_counter() - begin) / simulation.heap.events_count * 1e6


def our_subscribers(address: BusAddress, directory: str, counts: Any, ready: Any) -> None:
    """The other process: informers that count what they are told."""
    driver = LiveDriver(uvloop.new_event_loop())
    context = Context()
    informers = []

    def counter(number: int) -> Any:
        def count(change: object) -> None:
            counts[number] += 1

        return count

    for number in range(SUBSCRIBERS):
        transport = ZeroMqClient(driver, context, address, f"c{number}", f"c{number}")
        client = Client(LiveWorld(f"c{number}", driver, directory), transport)
        informers.append(Informer(client, "pods"))
        informers[-1].on_change(counter(number))
        informers[-1].on_sync(lambda: ready.release())
        informers[-1].start()
    driver.loop.run_forever()


def raw_subscribers(endpoint: str, counts: Any, ready: Any) -> None:
    """The other process: SUB sockets that are read and counted."""
    context = zmq.Context()
    poller = zmq.Poller()
    numbers: dict[Any, int] = {}
    for number in range(SUBSCRIBERS):
        socket = context.socket(zmq.SUB)
        socket.set(zmq.RCVHWM, 10_000)
        socket.set(zmq.SUBSCRIBE, b"pods/")
        socket.connect(endpoint)
        poller.register(socket, zmq.POLLIN)
        numbers[socket] = number
    for socket in numbers:
        socket.recv_multipart()
        ready.release()
    while True:
        for socket, _ in poller.poll():
            for _ in range(500):
                try:
                    socket.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                counts[numbers[socket]] += 1


def zeromq_deliveries() -> float:
    """Deliveries per second: our publisher to informers in another process."""
    counts, ready = (
        multiprocessing.Array("q", SUBSCRIBERS, lock=False),
        multiprocessing.Semaphore(0),
    )
    with tempfile.TemporaryDirectory() as directory:
        address = ipc_address(Path(directory) / "bus")
        driver = LiveDriver(uvloop.new_event_loop())
        context = Context()
        transport = ZeroMqServer(driver, context, (address,))
        world = LiveWorld("apiserver", driver, directory)
        publisher = Publisher(world, transport)
        BusServer(world, transport, Empty(publisher).handle)
        publisher.start()
        other = multiprocessing.Process(
            target=our_subscribers, args=(address, directory, counts, ready), daemon=True
        )
        other.start()
        joined = 0
        while joined < SUBSCRIBERS:
            turn(driver)
            joined += ready.acquire(block=False)
        for _ in range(200):
            turn(driver)
        data = pod_bytes()
        keys = [Key("pods", "shop", f"p{number}") for number in range(1_000)]
        begin = time.perf_counter()
        for number in range(EVENTS):
            publisher.publish(keys[number % 1_000], "MODIFIED", number + 1, data, partition="n1")
            if number % 100 == 99:
                turn(driver)
                while number - min(counts) > AHEAD:
                    turn(driver)
        while min(counts) < EVENTS:
            turn(driver)
        spent = time.perf_counter() - begin
        other.kill()
        other.join()
        transport.close()
        context.destroy(linger=0)
    return EVENTS * SUBSCRIBERS / spent


def turn(driver: LiveDriver) -> None:
    driver.loop.call_soon(driver.loop.stop)
    driver.loop.run_forever()


def raw_deliveries() -> float:
    """Deliveries per second: a raw PUB socket to SUB sockets in another process."""
    counts, ready = (
        multiprocessing.Array("q", SUBSCRIBERS, lock=False),
        multiprocessing.Semaphore(0),
    )
    with tempfile.TemporaryDirectory() as directory:
        endpoint = f"ipc://{directory}/raw.ipc"
        context = zmq.Context()
        socket = context.socket(zmq.PUB)
        socket.set(zmq.SNDHWM, 10_000)
        socket.bind(endpoint)
        other = multiprocessing.Process(
            target=raw_subscribers, args=(endpoint, counts, ready), daemon=True
        )
        other.start()
        joined = 0
        while joined < SUBSCRIBERS:
            socket.send_multipart((b"pods/hello", b"", b""))
            joined += ready.acquire(timeout=0.001)
        time.sleep(0.2)
        base = list(counts)
        frames = (b"pods/n1/shop/p1", b"h" * 40, pod_bytes())
        begin = time.perf_counter()
        for number in range(EVENTS):
            socket.send_multipart(frames)
            if number % 100 == 99:
                while number - min(c - b for c, b in zip(counts, base, strict=True)) > AHEAD:
                    time.sleep(0.0002)
        while min(c - b for c, b in zip(counts, base, strict=True)) < EVENTS:
            time.sleep(0.0002)
        spent = time.perf_counter() - begin
        other.kill()
        other.join()
        context.destroy(linger=0)
    return EVENTS * SUBSCRIBERS / spent


def zeromq_round_trips(count: int = 10_000) -> float:
    """Requests per second through one loop that is both ends, 100 in flight."""
    with tempfile.TemporaryDirectory() as directory:
        address = ipc_address(Path(directory) / "bus")
        driver = LiveDriver(uvloop.new_event_loop())
        context = Context()
        transport = ZeroMqServer(driver, context, (address,))
        world = LiveWorld("apiserver", driver, directory)
        BusServer(world, transport, Empty(Publisher(world, transport)).handle)
        client = Client(world, ZeroMqClient(driver, context, address, "c", "c"))
        obj = {"metadata": {"name": "p", "namespace": "shop"}}
        done = 0

        def again(reply: Reply) -> None:
            nonlocal done
            done += 1
            if done < count:
                client.update("pods", obj, again)
            else:
                driver.loop.stop()

        begin = time.perf_counter()
        for _ in range(100):
            client.update("pods", obj, again)
        driver.loop.run_forever()
        spent = time.perf_counter() - begin
        client.close()
        transport.close()
        context.destroy(linger=0)
    return count / spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    pairs = [(raw_deliveries(), zeromq_deliveries()) for _ in range(arguments.rounds)]
    rows = {
        "heap event (us)": idle_heap(),
        "memory request round trip (us)": memory_round_trips(),
        "memory delivery, 1 subscriber (us)": memory_deliveries(1),
        "memory delivery, 16 subscribers (us)": memory_deliveries(16),
        "zeromq requests/s, one process": zeromq_round_trips(),
        "raw pyzmq deliveries/s, 16 x 1.4 KB": statistics.median(raw for raw, _ in pairs),
        "our deliveries/s, 16 x 1.4 KB": statistics.median(ours for _, ours in pairs),
        "ratio (bar 0.5)": statistics.median(ours / raw for raw, ours in pairs),
    }
    for name, value in rows.items():
        print(f"{name:40} {value:>14,.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows, "pairs": pairs}, indent=1))


if __name__ == "__main__":
    main()
