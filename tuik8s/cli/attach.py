"""See what a container writes from now on; -i hands it what is typed here.

tuik8s attach web                            also: pod/web, deployment/shop (one of its pods)
tuik8s attach web -c debugger -it            a terminal, for a container with `tty: true`
echo one | tuik8s attach web -i              for one with `stdin: true`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from tuik8s.cli.api import ApiClient
from tuik8s.cli.arguments import require_running
from tuik8s.cli.completers import completes, containers, pods
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.pod_containers import chosen, require_alive
from tuik8s.cli.pods_of import pods_of
from tuik8s.cli.wanted import add_namespace
from tuik8s.components.supervisor.directory import Refusal, Running


def add_arguments(parser: argparse.ArgumentParser) -> None:
    completes(parser.add_argument("pod", metavar="POD", help="NAME, or KIND/NAME"), pods)
    container = parser.add_argument("-c", "--container", default="", metavar="NAME", help="which")
    completes(container, containers)
    parser.add_argument("-i", "--stdin", action="store_true", help="hand it what is typed here")
    parser.add_argument("-t", "--tty", action="store_true", help="as a terminal")
    add_namespace(parser, all_too=False)


def run(args: argparse.Namespace) -> int:
    _, running = require_running(args)
    with contextlib.closing(ApiClient(running)) as api:
        pod = pods_of(api, Kinds(api), args.pod, args.namespace)[0]
    require_alive(pod, "attach")
    container = chosen(pod, args.container)
    if args.tty and not container.get("tty"):
        raise Refusal(f"container {container['name']} has no terminal; leave out -t")
    if args.stdin and not container.get("stdin"):
        raise Refusal(f"container {container['name']} takes no input; leave out -i")
    if args.tty and not sys.stdin.isatty():
        raise Refusal("standard input is no terminal; leave out -t")
    return asyncio.run(_attach(args, running, pod["metadata"]["name"], container["name"]))


async def _attach(args: argparse.Namespace, running: Running, pod: str, container: str) -> int:
    from tuik8s.cli.remote import remote_path, run_remote
    from tuik8s.cli.terminal import raw, show, sizes, typed

    path = remote_path(
        args.namespace, pod, "attach", container=container, stdin=args.stdin, tty=args.tty
    )
    if args.tty:
        print("If you see no prompt, press Enter.", file=sys.stderr)
    with contextlib.ExitStack() as stack:
        queue = stack.enter_context(sizes()) if args.tty else None
        if args.tty:
            stack.enter_context(raw())
        return await run_remote(running, path, show, typed() if args.stdin else None, queue)
