"""Make a new cluster from a moment of another one, running or stopped.

It has the history up to there and nothing after it: the same objects, keys and certificates. It
takes addresses of its own, so that both run side by side; with --same-addresses it takes the place
of the other one instead, and `up --switch` changes over.

tuik8s fork --at -10m                    a fork of `default` as it was ten minutes ago: default-f1
tuik8s up --detach --name default-f1     start it, beside the other
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
    parser.add_argument(
        "--same-addresses",
        action="store_true",
        help="keep nodes, pods and Services where they are: only one of the two runs at a time",
    )
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--as", dest="fork", default="", metavar="NAME", help="the fork's name")
    target.add_argument("--into", default="", metavar="DIR", help="the fork's data directory")


def run(args: argparse.Namespace) -> int:
    from tuik8s.components.store import Moment

    parent = directory_in(args)
    same = args.same_addresses
    origin, target = make(parent, args.at, args.fork, args.into, same_addresses=same)
    flag = f"--data {target.path}" if args.into else f"--name {target.path.name}"
    print(f"forked {origin.parent!r} at {shown(Moment(origin.revision, origin.at_ms))}")
    print(f"  data        {target.path}")
    print(f"  addresses   {_addresses(parent, target)}")
    print(f"  start it    tuik8s up --detach {flag}{' --switch' * same}")
    print(f"  look at it  tuik8s ui --log {target.path}")
    return 0


def _addresses(parent: DataDirectory, target: DataDirectory) -> str:
    from tuik8s.addresses import SLICES, range_of_slice

    old, new = parent.read_config().slice, target.read_config().slice
    if old == new:
        return f"those of {parent.path.name!r}: only one of the two runs at a time"
    assert old in SLICES, "a cluster that was never started has none to move"
    return f"{range_of_slice(new)}, those of {parent.path.name!r} are {range_of_slice(old)}"


def make(
    parent: DataDirectory, at: str, name: str, into: str, *, same_addresses: bool
) -> tuple[Origin, DataDirectory]:
    """Fork a cluster at a moment, "" the newest. Raises Refusal."""
    from tuik8s.components.supervisor.fork import fork_cluster
    from tuik8s.components.supervisor.kin import free_name

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
        origin = fork_cluster(
            parent, store, moment, target, target.path.name, same_addresses=same_addresses
        )
        return origin, target
