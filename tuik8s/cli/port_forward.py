"""Reach ports of a pod or a Service at ports of this machine, until Ctrl+C.

tuik8s port-forward pod/web 8080:80          also: service/web, deployment/shop
tuik8s port-forward service/web 8080:http    a port by its name
tuik8s port-forward web 80 :443              the same port here, and any free one
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from typing import TYPE_CHECKING

from tuik8s.api.remote_port import ports_in
from tuik8s.cli.arguments import require_running
from tuik8s.cli.completers import completes, pods
from tuik8s.cli.wanted import add_namespace
from tuik8s.components.supervisor.directory import Refusal, Running

if TYPE_CHECKING:
    from tuik8s.cli.forwards import LocalForward


def add_arguments(parser: argparse.ArgumentParser) -> None:
    target = parser.add_argument("target", metavar="TARGET", help="a pod's NAME, or KIND/NAME")
    completes(target, pods)
    parser.add_argument("ports", nargs="+", metavar="[LOCAL:]PORT", help="8080:80, 80 or :80")
    parser.add_argument(
        "--address", default="127.0.0.1", help="where to listen (default: %(default)s)"
    )
    add_namespace(parser, all_too=False)


def run(args: argparse.Namespace) -> int:
    try:
        wanted = [ports_in(text) for text in args.ports]
    except ValueError as problem:
        raise Refusal(str(problem)) from problem
    _, running = require_running(args)
    return asyncio.run(_run(args, running, wanted))


async def _run(args: argparse.Namespace, running: Running, wanted: list[tuple[int, str]]) -> int:
    from tuik8s.cli.forwards import LocalForward

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    with contextlib.ExitStack() as stack:
        for local_port, port in wanted:
            forward = LocalForward(running, args.namespace, args.target, port, _complain)
            stack.callback(forward.close)
            await forward.listen(args.address, local_port)
            _tell(forward)
        await ended.wait()
    return 0


def _tell(forward: LocalForward) -> None:
    host, port = forward.address
    print(f"Forwarding from {host}:{port} -> {forward.target} port {forward.port}", flush=True)


def _complain(text: str) -> None:
    print(f"tuik8s: {text}", file=sys.stderr, flush=True)
