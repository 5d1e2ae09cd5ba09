"""Show what a pod or a component wrote; -f goes on as it grows.

tuik8s logs pod/web                          also: web, deployment/shop (one of its pods)
tuik8s logs web -c sidecar -f --tail 20
tuik8s logs web --previous                   of the container before its last restart
tuik8s logs --component scheduler            a process of tuik8s, as tuik8s status names it
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque

from tuik8s.api.times import TimeError, parse_duration
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import directory_in, require_running
from tuik8s.cli.completers import completes, components, containers, pods
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.pods_of import pods_of
from tuik8s.cli.wanted import add_namespace
from tuik8s.components.supervisor.directory import Refusal

POLL_S = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pod = parser.add_argument("pod", nargs="?", metavar="POD", help="NAME, or KIND/NAME")
    completes(pod, pods)
    component = parser.add_argument("--component", metavar="NAME", help="as in tuik8s status")
    completes(component, components)
    parser.add_argument("-f", "--follow", action="store_true", help="go on as it grows")
    parser.add_argument("--tail", type=int, metavar="N", help="only the last N lines")
    group = parser.add_argument_group("of a pod")
    container = group.add_argument("-c", "--container", default="", metavar="NAME", help="which")
    completes(container, containers)
    group.add_argument("--previous", action="store_true", help="before its last restart")
    group.add_argument("--since", default="", metavar="TIME", help="of the last 5m, 1h, ...")
    group.add_argument("--timestamps", action="store_true", help="when each line was written")
    add_namespace(parser, all_too=False)


def run(args: argparse.Namespace) -> int:
    if args.tail is not None and args.tail < 0:
        raise Refusal(f"--tail {args.tail}: a number of lines, from 0")
    if bool(args.pod) == bool(args.component):
        raise Refusal("logs of what? Give a pod, such as pod/web, or --component NAME")
    return _of_component(args) if args.component else _of_pod(args)


def _of_component(args: argparse.Namespace) -> int:
    directory = directory_in(args)
    file = directory.log_file(args.component)
    if not file.exists():
        there = sorted(p.stem.replace(".", "/", 1) for p in directory.logs.glob("*.log"))
        known = ", ".join(there) or "none; has the cluster ever run?"
        raise Refusal(f"no log of component {args.component!r}; there are: {known}")
    with file.open(errors="replace") as lines:
        shown = deque(lines, args.tail) if args.tail is not None else lines
        for line in shown:
            sys.stdout.write(line)
        while args.follow:
            sys.stdout.flush()
            line = lines.readline()
            if line:
                sys.stdout.write(line)
            else:
                time.sleep(POLL_S)
    return 0


def _of_pod(args: argparse.Namespace) -> int:
    query = _query(args)
    _, running = require_running(args)
    api = ApiClient(running)
    try:
        kinds = Kinds(api)
        pods = kinds.find("pods")
        name = _pod(api, kinds, args)
        path = pods.path(args.namespace, name, "log", query)
        try:
            for line in api.lines(path, "text/plain, application/json"):
                sys.stdout.write(line.decode("utf-8", "replace"))
                sys.stdout.flush()
        except ApiRefusal as refusal:
            hint = (
                "; choose one with -c" if "container name must be specified" in str(refusal) else ""
            )
            raise ApiRefusal(refusal.code, f"{refusal}{hint}") from refusal
    finally:
        api.close()
    return 0


def _query(args: argparse.Namespace) -> dict[str, str]:
    query = {
        "container": args.container,
        "follow": "true" if args.follow else "",
        "previous": "true" if args.previous else "",
        "timestamps": "true" if args.timestamps else "",
        "tailLines": "" if args.tail is None else str(args.tail),
    }
    if args.since:
        try:
            query["sinceSeconds"] = str(max(1, parse_duration(args.since) // 1000))
        except TimeError as problem:
            raise Refusal(f"--since {args.since}: a time such as 30s, 5m or 1h") from problem
    return query


def _pod(api: ApiClient, kinds: Kinds, args: argparse.Namespace) -> str:
    """The name of the pod that is meant: of several the first."""
    if "/" not in args.pod:
        return str(args.pod)
    found = pods_of(api, kinds, args.pod, args.namespace)
    name = str(found[0]["metadata"]["name"])
    if len(found) > 1:
        print(f"{args.pod} has {len(found)} pods, this is pod/{name}", file=sys.stderr)
    return name
