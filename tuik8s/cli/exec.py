"""Run a command in a container; its exit code becomes this one's.

tuik8s exec web -- ls /etc                   also: pod/web, deployment/shop (one of its pods)
tuik8s exec -it web -- sh                    at this terminal
echo hello | tuik8s exec -i web -c sidecar -- cat
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

INTERMIXED = True
"""Options may stand between the pod and the command."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    completes(parser.add_argument("pod", metavar="POD", help="NAME, or KIND/NAME"), pods)
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="and its arguments")
    container = parser.add_argument("-c", "--container", default="", metavar="NAME", help="which")
    completes(container, containers)
    parser.add_argument("-i", "--stdin", action="store_true", help="hand it what is typed here")
    parser.add_argument("-t", "--tty", action="store_true", help="as a terminal")
    add_namespace(parser, all_too=False)


def run(args: argparse.Namespace) -> int:
    if not args.command:
        raise Refusal(
            "you must specify at least one command for the container: "
            f"tuik8s exec {args.pod} -- COMMAND"
        )
    if args.tty and not sys.stdin.isatty():
        raise Refusal("standard input is no terminal; leave out -t")
    _, running = require_running(args)
    with contextlib.closing(ApiClient(running)) as api:
        pod = pods_of(api, Kinds(api), args.pod, args.namespace)[0]
    require_alive(pod, "exec into")
    container = chosen(pod, args.container)["name"]
    code = asyncio.run(_exec(args, running, pod["metadata"]["name"], container))
    if code:
        print(f"command terminated with exit code {code}", file=sys.stderr)
    return code


async def _exec(args: argparse.Namespace, running: Running, pod: str, container: str) -> int:
    from tuik8s.cli.remote import remote_path, run_remote
    from tuik8s.cli.terminal import raw, show, sizes, typed

    path = remote_path(
        args.namespace,
        pod,
        "exec",
        container=container,
        command=tuple(args.command),
        stdin=args.stdin,
        tty=args.tty,
    )
    with contextlib.ExitStack() as stack:
        queue = stack.enter_context(sizes()) if args.tty else None
        if args.tty:
            stack.enter_context(raw())
        return await run_remote(running, path, show, typed() if args.stdin else None, queue)
