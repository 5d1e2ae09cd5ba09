"""Show what a component wrote; -f follows it."""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque

from tuik8s.cli.arguments import add_cluster, directory_in
from tuik8s.components.supervisor.directory import Refusal

POLL_S = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    parser.add_argument("--component", required=True, metavar="NAME", help="as in tuik8s status")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as it grows")
    parser.add_argument("--tail", type=int, metavar="N", help="only the last N lines")


def run(args: argparse.Namespace) -> int:
    if args.tail is not None and args.tail < 0:
        raise Refusal(f"--tail {args.tail}: a number of lines, from 0")
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
