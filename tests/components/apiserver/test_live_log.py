"""An API server over a log that is only looked at: real files, a real bus, nothing changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.components.apiserver.plant import MAPS, Api, save_log
from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import Client, decode
from tuik8s.bus.zeromq import ipc_address
from tuik8s.components.apiserver.live_log import serve_log, view_of
from tuik8s.components.apiserver.objects import decode_msgpack
from tuik8s.components.store import Damaged
from tuik8s.world.live import LiveDriver
from tuik8s.world.live_disk import RealDisk
from tuik8s.world.live_host import LiveProcess

Ask = Callable[..., Any]


@pytest.fixture(name="log")
def _log(api: Api, tmp_path: Path) -> Path:
    """The files of a cluster with ConfigMap a at two revisions, and an Event that would end."""
    api.config_map("a", v="1")
    event: dict[str, Any] = {
        "metadata": {"name": "e"},
        "involvedObject": {"kind": "Pod", "namespace": "default", "name": "x"},
    }
    assert api.post("/api/v1/namespaces/default/events", event).code == 201
    api.put(f"{MAPS}/a", {"metadata": {"name": "a"}, "data": {"v": "2"}})
    assert api.put("/bookmarks/calm", None).code == 200
    return save_log(api, tmp_path / "log")


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def with_server(log: Path, scratch: Path, scene: Callable[[Client], Any]) -> None:
    """Run a scene, a coroutine, before a server of the log."""

    async def run() -> None:
        driver = LiveDriver(asyncio.get_running_loop(), sink=lambda line: None)
        process = LiveProcess(driver, ipc_address(scratch / "bus"))
        view = view_of(log)
        serve_log(process, view, scratch)
        host = process.host("ui", scratch)
        client = Client(host.world, host.dial("system:admin"))
        try:
            await scene(client)
        finally:
            client.close()
            process.close()
            view.close()

    asyncio.run(run())


async def asked(client: Client, **fields: Any) -> Reply:
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[Reply] = loop.create_future()
    client.call(Request(**fields), waiting.set_result)
    return await asyncio.wait_for(waiting, 30)


@pytest.mark.parametrize("torn", [b"", b"\xc1tk8 cut short"])
def test_it_is_read_and_nothing_is_changed(log: Path, tmp_path: Path, torn: bytes) -> None:
    with (log / "segment-00000001.log").open("ab") as file:
        file.write(torn)
    before = content(log)

    async def scene(client: Client) -> None:
        where = {"resource": "configmaps", "namespace": "default", "name": "a"}
        reply = await asked(client, verb="get", **where)
        obj = decode_msgpack(reply.objects[0])
        assert obj["data"] == {"v": "2"}
        changes = await asked(
            client, verb="get", path="/changes", query={"key": ["configmaps/default/a"]}
        )
        first = decode_msgpack(changes.objects[0])["revision"]
        query = {"resourceVersion": [str(first)], "resourceVersionMatch": ["Exact"]}
        past = await asked(client, verb="get", query=query, **where)
        assert decode_msgpack(past.objects[0])["data"] == {"v": "1"}
        for verb in ("create", "update", "delete", "patch"):
            refused = await asked(client, verb=verb, **where)
            assert refused.code == 403
            assert decode(refused)["message"] == (
                "this is a log, not a cluster; tuik8s fork makes a cluster of it"
            )
        note = await asked(client, verb="post", path="/notes/configmaps/default/a", body=b"{}")
        assert note.code == 403
        kept = await asked(client, verb="get", path="/bookmarks")
        assert [decode_msgpack(data)["name"] for data in kept.objects] == ["calm"]
        assert (await asked(client, verb="put", path="/bookmarks/storm")).code == 403
        events = await asked(client, verb="list", resource="events")
        assert len(events.objects) == 1, "its hour is long over, but nothing ends in a log"

    with_server(log, tmp_path, scene)
    assert content(log) == before


def test_a_log_that_is_being_written_is_shown_as_it_was(api: Api, log: Path) -> None:
    view = view_of(log)
    size = view.size("segment-00000001.log")
    RealDisk(log).append("segment-00000001.log", b"more")
    assert view.size("segment-00000001.log") == size
    view.close()


def test_damage_is_told(log: Path, tmp_path: Path) -> None:
    segment = log / "segment-00000001.log"
    data = bytearray(segment.read_bytes())
    data[200] ^= 1
    segment.write_bytes(data)

    async def scene(client: Client) -> None:
        raise AssertionError("no such server may start")

    with pytest.raises(Damaged, match="segment-00000001"):
        with_server(log, tmp_path, scene)


def test_a_directory_without_a_log(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        view_of(tmp_path)
