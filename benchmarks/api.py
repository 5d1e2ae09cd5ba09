"""The API server over TLS beside a no-op application in the same run: a table and one line of JSON.

    python -m benchmarks.api [--seconds 5] [--quick]

GET of one pod, POST of pods (durable), LIST of 5,000 pods, watch fan-out to 100 watchers of one
pod; the client is a process of its own on keep-alive connections, in Python, so the figures are
what both ends manage together. `wrk` is used for GET where it is installed. The no-op application
is uvicorn with the same protocol and certificate, answering 200 to everything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import uvloop

from tests.golden_replay import served

TOKEN = "admin-token"
PODS = "/api/v1/namespaces/bench/pods"
LISTED = 5_000
Figures = dict[str, float]


def pod(name: str) -> bytes:
    container = {
        "name": "c",
        "image": "nginx:1.25",
        "env": [{"name": "A", "value": "b"}],
        "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
    }
    labels = {"app": "x", "tier": "y"}
    return json.dumps(
        {"metadata": {"name": name, "labels": labels}, "spec": {"containers": [container]}}
    ).encode()


class Connection:
    """One keep-alive connection that sends requests and reads whole answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        context = ssl._create_unverified_context()
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=context))

    def send(self, method: str, path: str, body: bytes = b"") -> None:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
            f"Accept: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: {kind}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)

    async def call(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        self.send(method, path, body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length: ") + 16
        length = int(head[at : head.index(b"\r", at)])
        return int(head[9:12]), await self.reader.readexactly(length)


async def ask(port: int) -> None:
    """One request; back when it is answered."""
    await (await Connection.open(port)).call("GET", "/")


async def hammer(port: int, connections: int, seconds: float, method: str, path: str) -> Figures:
    """Requests a second and the latencies of a closed loop on some connections."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def worker(number: int) -> None:
        connection, count = await Connection.open(port), 0
        while (now := time.perf_counter()) < end:
            count += 1
            body = pod(f"w-{number}-{count}-{int(end)}") if method == "POST" else b""
            code, text = await connection.call(method, path, body)
            assert code in (200, 201), text[:300]
            times.append(time.perf_counter() - now)
        connection.writer.close()

    await asyncio.gather(*(worker(number) for number in range(connections)))
    return {"per_second": len(times) / seconds, **_latencies(times)}


def _latencies(times: list[float]) -> Figures:
    cuts = quantiles(times, n=100)
    return {"p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000}


async def prepare(port: int) -> None:
    connection = await Connection.open(port)
    namespace = json.dumps({"metadata": {"name": "bench"}}).encode()
    await connection.call("POST", "/api/v1/namespaces", namespace)
    account = json.dumps({"metadata": {"name": "default"}}).encode()
    await connection.call("POST", "/api/v1/namespaces/bench/serviceaccounts", account)
    for index in range(LISTED):
        code, text = await connection.call("POST", PODS, pod(f"p-{index}"))
        assert code == 201, text[:300]


async def lists(port: int, rounds: int) -> Figures:
    connection, times, size = await Connection.open(port), list[float](), 0
    for _ in range(rounds):
        began = time.perf_counter()
        _, body = await connection.call("GET", f"{PODS}?limit={LISTED}")
        times.append(time.perf_counter() - began)
        size = len(body)
    return {"p50_ms": median(times) * 1000, "first_ms": times[0] * 1000, "megabytes": size / 1e6}


async def fan_out(port: int, watchers: int, changes: int) -> Figures:
    """Deliveries a second to watchers of one pod while it is patched."""
    writer, ready = await Connection.open(port), []
    counts = [0] * watchers
    for _ in range(watchers):
        connection = await Connection.open(port)
        connection.send("GET", f"{PODS}?watch=true&fieldSelector=metadata.name%3Dp-1")
        await connection.reader.readuntil(b'"ADDED"')
        ready.append(connection)

    async def count(number: int) -> None:
        while counts[number] < changes:
            data = await ready[number].reader.read(65536)
            counts[number] += data.count(b'"type":"MODIFIED"')

    tasks = [asyncio.create_task(count(number)) for number in range(watchers)]
    began = time.perf_counter()
    for index in range(changes):
        body = json.dumps({"metadata": {"labels": {"n": str(index)}}}).encode()
        code, text = await writer.call("PATCH", f"{PODS}/p-1", body)
        assert code == 200, text[:300]
    await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    return {"per_second": watchers * changes / took, "changes_per_second": changes / took}


def noop(listening: socket.socket, folder: str) -> None:
    """The no-op application."""
    import uvicorn

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": LENGTH})
        await send({"type": "http.response.body", "body": b"ok"})

    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        log_level="error",
        ssl_certfile=f"{folder}/server.crt",
        ssl_keyfile=f"{folder}/server.key",
    )
    uvicorn.Server(config).run(sockets=[listening])


LENGTH = [(b"content-length", b"2")]


def wrk(port: int, path: str, seconds: float) -> Figures | None:
    """GET by wrk, None where it is not installed."""
    if shutil.which("wrk") is None:
        return None
    command = ["wrk", "-t1", "-c16", f"-d{int(seconds)}s", "-H", f"Authorization: Bearer {TOKEN}"]
    found = subprocess.run(
        [*command, f"https://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    )
    line = next(line for line in found.stdout.splitlines() if line.startswith("Requests/sec"))
    return {"per_second": float(line.split()[1])}


def run(seconds: float) -> dict[str, Figures]:
    results: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="tuik8s-bench-") as folder, served(Path(folder)) as url:
        port = int(url.rpartition(":")[2])
        uvloop.run(prepare(port))
        one = f"{PODS}/p-1"
        # Listening before the process starts: the first request, not measured, waits for it.
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        other_port = listening.getsockname()[1]
        other = get_context("spawn").Process(target=noop, args=(listening, f"{folder}/data"))
        other.start()
        uvloop.run(ask(other_port))
        results["no-op"] = uvloop.run(hammer(other_port, 16, seconds, "GET", "/"))
        results["GET"] = uvloop.run(hammer(port, 16, seconds, "GET", one))
        for name, where, path in (("no-op (wrk)", other_port, "/"), ("GET (wrk)", port, one)):
            found = wrk(where, path, seconds)
            if found is not None:
                results[name] = found
        other.terminate()
        other.join()
        results["LIST 5,000"] = uvloop.run(lists(port, 15))
        results["POST"] = uvloop.run(hammer(port, 32, seconds, "POST", PODS))
        results["watch, 100 watchers"] = uvloop.run(fan_out(port, 100, int(100 * seconds)))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--quick", action="store_true", help="one second of each")
    options = parser.parse_args()
    results = run(1 if options.quick else options.seconds)
    for name, figures in results.items():
        shown = "  ".join(f"{key} {value:,.1f}" for key, value in figures.items())
        print(f"{name:22} {shown}")
    json.dump(results, sys.stdout)
    print()


if __name__ == "__main__":
    main()
