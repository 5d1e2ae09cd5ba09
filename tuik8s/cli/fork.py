"""Make a new cluster from a moment of another one, running or stopped.

It has the history up to there and nothing after it: the same objects, keys and certificates. Both
have the same addresses, so only one of the two runs at a time; --switch changes over.

tuik8s fork --at -10m                    a fork of `default` as it was ten minutes ago: default-f1
tuik8s up --detach --name default-f1 --switch       stop the one that runs, start the fork
tuik8s fork --name two --at 4711 --as calm          a fork of `two` at a revision, named calm
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tuik8s.cli.arguments import add_cluster, directory_in
from tuik8s.cli.log_directory import opened_log
from tuik8s.cli.moments import add_at, moment_in, shown
from tuik8s.components.supervisor.directory import (
    DataDirectory,
    Origin,
    Refusal,
    directory_of,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    add_at(parser)
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--as", dest="fork", default="", metavar="NAME", help="the fork's name")
    target.add_argument("--into", default="", metavar="DIR", help="the fork's data directory")


def run(args: argparse.Namespace) -> int:
    from tuik8s.components.store import Moment

    parent = directory_in(args)
    origin, target = make(parent, args.at, args.fork, args.into)
    flag = f"--data {target.path}" if args.into else f"--name {target.path.name}"
    print(f"forked {origin.parent!r} at {shown(Moment(origin.revision, origin.at_ms))}")
    print(f"  data        {target.path}")
    print(f"  start it    tuik8s up --detach {flag} --switch")
    print(f"  look at it  tuik8s ui --log {target.path}")
    return 0


def make(parent: DataDirectory, at: str, name: str, into: str) -> tuple[Origin, DataDirectory]:
    """Fork a cluster at a moment, "" the newest. Raises Refusal."""
    from tuik8s.components.supervisor.fork import fork_cluster, free_name

    if any(parent.path.glob("segment-*.log")):
        raise Refusal(
            f"{parent.path} is a log by itself; a fork needs its cluster's keys and configuration, "
            "too: give the data directory that it comes from"
        )
    if not parent.exists():
        raise Refusal(f"there is no cluster at {parent.path} to fork (tuik8s ls lists them)")
    name = name or free_name(parent.path.name)
    target = DataDirectory(Path(into).expanduser()) if into else directory_of(name, "", "--as")
    with opened_log(parent.log) as store:
        moment = moment_in(store, at)
        return fork_cluster(parent, store, moment, target, target.path.name), target
