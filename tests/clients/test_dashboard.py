"""The dashboard of a running cluster from outside: a real terminal, no terminal, and a browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.live import Live, curl, needs_kubectl
from tests.clients.terminal import QUIT, dashboard

pytestmark = [pytest.mark.real, pytest.mark.slow]


def on(cluster: Live, *words: str) -> tuple[str, ...]:
    return ("--data", str(cluster.data), *words)


def test_views_are_remembered_from_one_time_to_the_next(cluster: Live) -> None:
    with dashboard(*on(cluster)) as first:
        first.await_text(b"pods")
        first.type(b":nodes /node-2\r")
        first.await_text(b"nodes 1/3")
        first.type(QUIT)
        assert first.await_end() == 0
    remembered = json.loads((cluster.data / "ui.json").read_text())
    assert remembered["place"] == "nodes"
    assert remembered["views"]["nodes"]["filter"] == "node-2"
    with dashboard(*on(cluster)) as second:
        second.await_text(b"nodes 1/3")
        second.type(QUIT)
        assert second.await_end() == 0


@pytest.mark.parametrize("how", ["SIGHUP", "closed"])
def test_it_ends_with_its_terminal(cluster: Live, how: str) -> None:
    with dashboard(*on(cluster)) as terminal:
        terminal.await_text(b"LIVE")
        if how == "SIGHUP":
            os.kill(terminal.process.pid, signal.SIGHUP)
        else:
            terminal.hang_up()
        terminal.await_end()


def test_without_colours_and_in_ascii_everything_is_still_said(cluster: Live) -> None:
    with dashboard(*on(cluster, "--ascii"), NO_COLOR="1", COLORTERM="truecolor") as terminal:
        terminal.await_text(b"o LIVE")
        terminal.type(b":nodes /\r")
        terminal.await_text(b"nodes 3")
        terminal.await_text(b"> ")
        for columns, rows in ((20, 5), (300, 100), (60, 16), (1, 1), (120, 30)):
            terminal.resize(columns, rows)
        terminal.await_text(b"NAME ^")
        terminal.type(QUIT)
        assert terminal.await_end() == 0
    text = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", terminal.written)
    assert text.isascii()
    colours = re.findall(rb"38;2;(\d+);(\d+);(\d+)", terminal.written)
    assert colours
    assert all(len(set(colour)) == 1 for colour in colours)


def test_lines_instead_of_a_screen(cluster: Live) -> None:
    command = [sys.executable, "-m", "tuik8s.cli.main", "ui", "--plain", "--data"]
    done = subprocess.run(
        [*command, str(cluster.data)],
        input="nodes /node-2\ndescribe node-2\npods nowhere\nnod\nnodes\nwhy node-2\n"
        "overview\n@-1s\nengine\n\\\nproblems\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert "1 of 3 nodes\nNAME node-2; STATUS Ready; " in done.stdout
    assert "Name:         node-2" in done.stdout
    assert "no namespace 'nowhere'; there are default, " in done.stdout
    assert "did you mean 'nodes'?" in done.stdout
    assert "why node node-2\n" in done.stdout
    assert "\nworkloads\n" in done.stdout
    assert "◀ REWIND #" in done.stdout
    assert done.stdout.endswith("nothing is wrong\n")


def test_lines_of_a_log_instead_of_a_screen(cluster: Live) -> None:
    command = [sys.executable, "-m", "tuik8s.cli.main", "ui", "--plain", "--log"]
    done = subprocess.run(
        [*command, str(cluster.data)],
        input="nodes\ntimeline\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "3 nodes\nNAME node-1; STATUS Ready; " in done.stdout
    assert "timeline of 15m" in done.stdout


def test_keys_are_listed_and_a_wrong_setting_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "tuik8s"
    folder.mkdir()
    (folder / "ui.toml").write_text('fsp = 3\n[keys]\n"rows.yaml" = "f9"\n')
    done = subprocess.run(
        [sys.executable, "-m", "tuik8s.cli.main", "ui", "--print-keys"],
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert re.search(r"rows\.yaml +F9 +YAML", done.stdout)
    assert "ui.toml, line 1: no setting 'fsp'; did you mean 'fps'?" in done.stderr


def test_browsers_look_each_with_views_of_its_own(cluster: Live) -> None:
    aiohttp = pytest.importorskip("aiohttp")
    pytest.importorskip("textual_serve")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tuik8s.cli.main", "serve", "--port", str(port), "--data"]
    with subprocess.Popen([*command, str(cluster.data)], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert b"read-only, on http://127.0.0.1" in server.stdout.readline()
            asyncio.run(_look(aiohttp, f"http://127.0.0.1:{port}"))
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=60)


async def _look(aiohttp, url: str) -> None:  # type: ignore[no-untyped-def]
    async with aiohttp.ClientSession() as session:
        for _ in range(100):
            try:
                async with session.get(url) as page:
                    assert page.status == 200
                    break
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.1)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{url}/ws", origin="http://elsewhere.example")
        async with (
            session.ws_connect(f"{url}/ws?width=120&height=30", origin=url) as one,
            session.ws_connect(f"{url}/ws?width=120&height=30", origin=url) as two,
        ):
            await asyncio.gather(_await(one, b"LIVE"), _await(two, b"LIVE"))
            await one.send_json(["stdin", ":nodes /\r"])
            await two.send_json(["stdin", ":svc /\r"])
            await asyncio.gather(_await(one, b"nodes 3"), _await(two, b"services"))
            await one.send_json(["stdin", "\x1b[3~"])
            await _await(one, b"started with --read-only")


async def _await(socket, text: bytes) -> None:  # type: ignore[no-untyped-def]
    """Read what a viewer is sent until a text is in it."""
    written = b""
    while text not in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", written):
        message = await socket.receive(timeout=60)
        assert isinstance(message.data, bytes | str), (message, written[-500:])
        data = message.data
        written += data if isinstance(data, bytes) else data.encode()


@needs_kubectl
def test_a_port_is_forwarded_as_long_as_the_dashboard_is_open(cluster: Live) -> None:
    cluster.kubectl("run", "web", "--image=nginx", "--port=80")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/web")
    with dashboard(*on(cluster)) as terminal:
        terminal.await_text(b"LIVE")
        terminal.type(b":forward pod/web :80\r")
        terminal.await_text(b"is at 127.0.0.1:")
        text = re.sub(rb"\x1b\[[0-9;:]*m", b"", terminal.written)
        found = re.search(rb"is at (127\.0\.0\.1:\d+)", text)
        assert found
        address = found[1].decode()
        assert "<p>web</p>" in curl(address)
        terminal.type(QUIT)
        terminal.await_end()
    assert curl(address) == ""
