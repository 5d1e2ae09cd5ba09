"""The dashboard in a browser: one process per viewer, each with views of its own; read-only.

tuik8s serve                       http://127.0.0.1:8000, to look at
tuik8s serve --port 9000           elsewhere
tuik8s serve --read-write          who opens the page may change the cluster
"""

from __future__ import annotations

import argparse
import shlex
import socket
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tuik8s.cli.arguments import add_cluster, name_in, require_running
from tuik8s.components.supervisor.directory import Refusal

if TYPE_CHECKING:
    from textual_serve.server import Server

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MISSING = "the browser needs textual-serve: pip install 'tuik8s[serve]'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--host", default=LOOPBACK[0], help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--read-write", action="store_true", help="let whoever opens the page change the cluster"
    )


def run(args: argparse.Namespace) -> int:
    directory, _ = require_running(args)
    if args.host not in LOOPBACK and args.read_write:
        raise Refusal(
            f"--read-write with --host {args.host}: everybody who reaches it could change the "
            "cluster without a password; serve on 127.0.0.1 and let a proxy ask who it is"
        )
    _check_port(args.host, args.port)
    command = viewer_command(name_in(args), str(directory.path), read_write=args.read_write)
    try:
        server = make_server(command, args.host, args.port, f"tuik8s {name_in(args)}")
    except ImportError as missing:
        raise Refusal(MISSING) from missing
    what = "read-write" if args.read_write else "read-only"
    print(
        f"cluster {name_in(args)!r}, {what}, on http://{args.host}:{args.port}; Ctrl+C ends it",
        flush=True,
    )
    server.serve()
    return 0


def viewer_command(name: str, data: str, *, read_write: bool) -> str:
    """What runs for each viewer, for a shell."""
    words = [sys.executable, "-m", "tuik8s.cli.main", "ui", "--name", name, "--data", data]
    return "exec " + shlex.join([*words, *([] if read_write else ["--read-only"])])


def is_from_page(origin: str, host: str) -> bool:
    """Whether a WebSocket is opened by the page that this server gave: browsers say where a script
    comes from, and any page may open sockets to loopback addresses."""
    return not origin or urlsplit(origin).netloc == host


def make_server(command: str, host: str, port: int, title: str) -> Server:
    """Raises ImportError where textual-serve is not installed."""
    from aiohttp import web
    from textual_serve.server import Server

    class OwnPageOnly(Server):  # type: ignore[misc, unused-ignore]
        """Refuses sockets that scripts of other pages open."""

        async def handle_websocket(self, request: Any) -> Any:
            if not is_from_page(request.headers.get("Origin", ""), request.host):
                raise web.HTTPForbidden(text="this dashboard is opened from its own page only")
            return await super().handle_websocket(request)

        async def on_startup(self, app: Any) -> None:
            """The command has said where it is."""

    return OwnPageOnly(command, host=host, port=port, title=title)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as problem:
            raise Refusal(f"cannot listen on {host}:{port}: {problem}; try --port") from problem
