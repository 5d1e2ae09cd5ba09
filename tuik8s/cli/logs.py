"""Show what pods and processes of the cluster wrote, several of them merged by time.

tuik8s logs web                              also: pod/web, deployment/shop (all its pods)
tuik8s logs web -c sidecar -f --tail 20
tuik8s logs web -p                           of the container before its last restart
tuik8s logs -l app=web --all-containers --since 5m
tuik8s logs scheduler                        a process, as tuik8s status names it
tuik8s logs kubelet/node-1 -f                node/node-1: its kubelet and its kube-proxy; all: all
tuik8s logs pod/web-0 kubelet/node-1 scheduler --timestamps
tuik8s logs kubelet/node-1 --log DIR         of a cluster that is stopped
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import sys
import time
from collections.abc import Iterable

from tuik8s.api.times import TimeError, parse_duration
from tuik8s.cli.api import ApiRefusal
from tuik8s.cli.arguments import add_log
from tuik8s.cli.completers import completes, containers, log_writers
from tuik8s.cli.log_writers import Logs, Writer, writers_of
from tuik8s.cli.wanted import add_namespace
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.ui.logs import LogLine, newer

POLL_S = 0.5
ALL_LINES = -1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument("pod", nargs="*", metavar="WHAT", help="pods, KIND/NAME, processes")
    completes(what, log_writers)
    parser.add_argument("-f", "--follow", action="store_true", help="go on as it grows")
    tail_help = "only the last N lines of each; -1: all (default)"
    parser.add_argument("--tail", type=int, default=ALL_LINES, metavar="N", help=tail_help)
    parser.add_argument("--since", default="", metavar="TIME", help="of the last 5m, 1h, ...")
    parser.add_argument("--timestamps", action="store_true", help="when each line was written")
    parser.add_argument("--prefix", action="store_true", help="who wrote each, also of one alone")
    group = parser.add_argument_group("of pods")
    container = group.add_argument("-c", "--container", default="", metavar="NAME", help="which")
    completes(container, containers)
    group.add_argument("--all-containers", action="store_true", help="of all their containers")
    group.add_argument("-l", "--selector", default="", metavar="LABELS", help="app=web,tier!=db")
    group.add_argument("-p", "--previous", action="store_true", help="before its last restart")
    add_namespace(parser, all_too=False)
    add_log(parser)


def run(args: argparse.Namespace) -> int:
    if args.tail < ALL_LINES:
        raise Refusal("--tail must be greater than or equal to -1")
    if not args.pod and not args.selector:
        raise Refusal("logs of what? A pod, such as pod/web, a process such as scheduler, or -l")
    if args.follow and args.log:
        raise Refusal("in a log nothing changes any more: leave out -f")
    query = {"tailLines": "" if args.tail == ALL_LINES else str(args.tail), **_since(args)}
    with contextlib.closing(Logs(args)) as logs:
        writers = writers_of(logs, args.pod, args)
        if args.follow and len(writers) == 1 and not writers[0].is_component:
            _stream(logs, writers[0], query, args)
            return 0
        shown = args.prefix or len(writers) > 1
        heard = {writer: _lines(logs, writer, query, alone=len(writers) == 1) for writer in writers}
        _show(heapq.merge(*heard.values(), key=_at), args, prefixed=shown)
        while args.follow:
            time.sleep(POLL_S)
            _show(_new(logs, heard, query), args, prefixed=shown)
    return 0


def _since(args: argparse.Namespace) -> dict[str, str]:
    if not args.since:
        return {}
    try:
        since_ms = parse_duration(args.since)
        if since_ms < 0:
            raise Refusal("--since must be greater than 0")
        return {"sinceSeconds": str(-(-since_ms // 1000))} if since_ms else {}
    except TimeError as problem:
        raise Refusal(f"--since {args.since}: a time such as 30s, 5m or 1h") from problem


def _lines(logs: Logs, writer: Writer, query: dict[str, str], *, alone: bool) -> list[LogLine]:
    """Of several, one that cannot be had now does not hide the others."""
    try:
        return logs.lines(writer, query)
    except ApiRefusal as refusal:
        if alone:
            raise
        print(f"tuik8s: {writer.name}: {refusal}", file=sys.stderr)
        return []


def _new(logs: Logs, heard: dict[Writer, list[LogLine]], query: dict[str, str]) -> list[LogLine]:
    """What came since the last look, by time; the last lines of each are kept in heard."""
    found = []
    for writer, known in heard.items():
        asked = {"sinceTime": known[-1].at} if known else query
        try:
            new = newer(known, logs.lines(writer, asked))
        except ApiRefusal:
            continue  # it is not there now; it may come back
        found += new
        heard[writer] = [*known, *new][-1000:]
    return sorted(found, key=_at)


def _at(line: LogLine) -> str:
    return line.at


def _show(lines: Iterable[LogLine], args: argparse.Namespace, *, prefixed: bool) -> None:
    for line in lines:
        prefix = f"[{line.source}] " if prefixed else ""
        stamp = f"{line.at} " if args.timestamps else ""
        sys.stdout.write(f"{prefix}{stamp}{line.text}\n")
    sys.stdout.flush()


def _stream(logs: Logs, writer: Writer, query: dict[str, str], args: argparse.Namespace) -> None:
    """Follow one container until it ends."""
    stamped = "true" if args.timestamps else ""
    url = writer.url({**query, "follow": "true", "timestamps": stamped})
    prefix = f"[{writer.name}] " if args.prefix else ""
    for line in logs.api.lines(url, "text/plain, application/json"):
        sys.stdout.write(f"{prefix}{line.decode('utf-8', 'replace')}")
        sys.stdout.flush()
