"""What a connection through a ClusterIP costs, beside a direct one and a C forwarder.

    python benchmarks/proxy.py [--json FILE] [--rounds N] [--seconds S]

The server and the peer are `splice_peer.c`, built here (gcc); the load is wrk, where there is one.
Rounds alternate direct, ours, C; the median of the ratios counts. Bars: P-PROXY-1 requests/s at
least 0.25 of direct and 0.5 of C; new connection p50 at most 5 times direct; P-PROXY-3 p50 with
5,000 services at most 1.2 times that with 10; P-PROXY-4 p99 of a changed endpoint at most 100 ms.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop

from tuik8s.api.routing.rules import ProxyNode
from tuik8s.api.routing.services import Endpoint, ServicePort
from tuik8s.components.proxy.listeners import Listeners
from tuik8s.components.proxy.modes.registry import MODES
from tuik8s.components.proxy.router import Router
from tuik8s.components.proxy.traffic import Traffic
from tuik8s.world.live import LiveDriver, LiveWorld
from tuik8s.world.live_network import LiveNetwork
from tuik8s.world.logs import NOTHING
from tuik8s.world.rng import seeded

CONNECTIONS = 32
NODE = ProxyNode("node-1", "127.239.0.1")
SERVICE = "127.239.1.1"
PORT = 8_080
MANY, FEW = 5_000, 10
REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def service(number: int, target: int) -> ServicePort:
    address = f"127.239.{1 + number // 250}.{1 + number % 250}"
    return ServicePort(
        namespace="bench",
        name=f"s{number}",
        port_name="",
        protocol="TCP",
        port=PORT,
        addresses=(address,),
        endpoints=(Endpoint("127.0.0.1", target),),
    )


class Proxy:
    """kube-proxy's router and listeners in this process, told what to serve over a pipe."""

    def __init__(self, orders: Connection) -> None:
        self._orders = orders
        loop = uvloop.new_event_loop()
        driver = LiveDriver(loop, verbosity=NOTHING)
        world = LiveWorld("proxy", driver, tempfile.mkdtemp())
        self._router = Router(NODE, MODES["userspace"], seeded(1, "turns"))
        self._listeners = Listeners(
            LiveNetwork(driver, world), world.now_ms, world.log, Traffic(world)
        )
        self._count = 0
        loop.add_reader(orders.fileno(), self._take)
        loop.run_forever()

    def _take(self) -> None:
        count, target = self._orders.recv()
        for number in (*range(self._count, count), 0):
            port = service(number, target)
            self._router.set_service((port.id,), (port,))
            self._listeners.set_service(port.id, [self._router])
        self._count = max(count, self._count)
        self._orders.send(True)


def wrk(host: str, port: int, seconds: float) -> float:
    """Requests per second."""
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", f"http://{host}:{port}/"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found, out
    return float(found[1])


def own_load(host: str, port: int, seconds: float) -> float:
    """Requests per second of one connection after the other answering; where wrk is not there."""
    count, until = 0, time.perf_counter() + seconds
    with socket.create_connection((host, port)) as sock:
        while time.perf_counter() < until:
            sock.sendall(REQUEST)
            _read_answer(sock)
            count += 1
    return count / seconds


def _read_answer(sock: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    left = int(head.rpartition(b"content-length: ")[2]) - len(body)
    while left > 0:
        left -= len(sock.recv(65_536))


def connect_us(host: str, port: int, count: int = 400) -> list[float]:
    """Microseconds from connect to the whole first answer, a new connection each time."""
    found = []
    for _ in range(count):
        begin = time.perf_counter()
        with socket.create_connection((host, port)) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(REQUEST)
            _read_answer(sock)
            found.append((time.perf_counter() - begin) * 1e6)
    return sorted(found)


def percentile(found: list[float], share: float) -> float:
    return found[min(len(found) - 1, int(len(found) * share))]


def rounds(places: dict[str, tuple[str, int]], count: int, seconds: float) -> dict[str, Any]:
    load: Callable[[str, int, float], float] = wrk if shutil.which("wrk") else own_load
    raw: dict[str, dict[str, list[float]]] = {name: {"rps": [], "p50": []} for name in places}
    for _ in range(count):
        for name, (host, port) in places.items():
            raw[name]["rps"].append(load(host, port, seconds))
            raw[name]["p50"].append(percentile(connect_us(host, port), 0.5))
    ratios = {}
    for peer in [name for name in places if name != "ours"]:
        pairs = zip(raw["ours"]["rps"], raw[peer]["rps"], strict=True)
        ratios[f"rps/{peer}"] = statistics.median(a / b for a, b in pairs)
        pairs = zip(raw["ours"]["p50"], raw[peer]["p50"], strict=True)
        ratios[f"p50/{peer}"] = statistics.median(a / b for a, b in pairs)
    return {"load": load.__name__, "raw": raw, "ratios": ratios}


def flips_ms(orders: Connection, first: int, second: int, count: int = 100) -> list[float]:
    """From the order to change an endpoint to an answer through the new one."""
    found = []
    for number in range(count):
        begin = time.perf_counter()
        orders.send((0, second if number % 2 else first))
        orders.recv()
        connect_us(SERVICE, PORT, 1)
        found.append((time.perf_counter() - begin) * 1e3)
    return sorted(found)


def build(directory: str) -> str:
    if shutil.which("gcc") is None:
        sys.exit("proxy benchmark: no gcc, so there is no peer; install gcc")
    binary = f"{directory}/peer"
    source = Path(__file__).with_name("splice_peer.c")
    subprocess.run(["gcc", "-O2", "-o", binary, str(source)], check=True)
    return binary


def measure(count: int, seconds: float) -> dict[str, Any]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    backend, second, forwarder = free_port(), free_port(), free_port()
    context = multiprocessing.get_context("spawn")
    orders, far = context.Pipe()
    with tempfile.TemporaryDirectory() as directory:
        binary = build(directory)
        peers = [
            subprocess.Popen([binary, "serve", str(backend)]),
            subprocess.Popen([binary, "serve", str(second)]),
            subprocess.Popen([binary, "forward", str(forwarder), str(backend)]),
        ]
        proxy = context.Process(target=Proxy, args=(far,))
        proxy.start()
        try:
            orders.send((FEW, backend))
            orders.recv()
            places = {
                "direct": ("127.0.0.1", backend),
                "ours": (SERVICE, PORT),
                "C": ("127.0.0.1", forwarder),
            }
            result = rounds(places, count, seconds)
            few = connect_us(SERVICE, PORT, 2_000)
            flips = flips_ms(orders, second, backend)
            services = min(MANY, (hard - 500) // 2)
            orders.send((services, backend))
            orders.recv()
            many = connect_us(SERVICE, PORT, 2_000)
        finally:
            for peer in peers:
                peer.kill()
            proxy.kill()
    p50 = percentile(many, 0.5) / percentile(few, 0.5)
    result["dispatch"] = {"services": services, "few": FEW, "p50_ratio": p50}
    result["connect_p99_us"] = percentile(few, 0.99)
    result["flip_ms"] = {"p50": percentile(flips, 0.5), "p99": percentile(flips, 0.99)}
    return result


def report(found: dict[str, Any]) -> None:
    print(f"{'':10}{'requests/s':>12}{'new connection p50':>22}")
    for name, raw in found["raw"].items():
        rps, p50 = statistics.median(raw["rps"]), statistics.median(raw["p50"])
        print(f"{name:10}{rps:>12,.0f}{p50:>19,.0f} us")
    bars = (
        ("requests/s, of direct", found["ratios"]["rps/direct"], ">=", 0.25),
        ("requests/s, of C splice", found["ratios"]["rps/C"], ">=", 0.5),
        ("new connection p50, of direct", found["ratios"]["p50/direct"], "<=", 5.0),
        ("p50 with many services, of few", found["dispatch"]["p50_ratio"], "<=", 1.2),
        ("new connection p99, ms", found["connect_p99_us"] / 1000, "<=", 3.0),
        ("changed endpoint p99, ms", found["flip_ms"]["p99"], "<=", 100.0),
    )
    print()
    for name, value, sign, bar in bars:
        good = value >= bar if sign == ">=" else value <= bar
        print(f"{'ok  ' if good else 'MISS'} {name:34}{value:>8.2f}  (bar {sign} {bar:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples there")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    found = measure(options.rounds, options.seconds)
    report(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
