"""Show, verify or salvage a cluster's log (its store), whether the cluster runs or not.

show prints one line per record: revision, time, author, cause, what, key. verify reads everything
and exits with 1 when the store would refuse to start. salvage writes all whole records to a new
directory, and says what was lost; nothing is ever changed in place.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tuik8s.cli.arguments import add_cluster, directory_in
from tuik8s.cli.log_directory import log_in
from tuik8s.components.supervisor.directory import Refusal

if TYPE_CHECKING:
    from tuik8s.components.store.tools import Found
    from tuik8s.world.live_disk import RealDisk


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print records")
    _add_source(show)
    show.add_argument("--key", default="", metavar="PREFIX", help="only keys that begin like this")
    show.add_argument("--from", dest="first", type=int, default=0, metavar="REVISION")
    show.add_argument("--to", dest="last", type=int, default=0, metavar="REVISION")
    show.add_argument("--json", action="store_true", help="one JSON object per line, with values")
    _add_source(actions.add_parser("verify", help="read everything and report damage"))
    salvage = actions.add_parser("salvage", help="write all whole records to a new directory")
    _add_source(salvage)
    salvage.add_argument("--into", required=True, metavar="DIR", help="an empty directory")


def run(args: argparse.Namespace) -> int:
    from tuik8s.components.store import FormatTooNew

    actions = {"show": _show, "verify": _verify, "salvage": _salvage}
    try:
        return actions[args.action](args)
    except FormatTooNew as newer:
        raise Refusal(str(newer)) from newer


def _add_source(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    parser.add_argument("--log", default="", metavar="DIR", help="a data directory or a log")


def _disk(args: argparse.Namespace) -> RealDisk:
    from tuik8s.world.live_disk import RealDisk

    path = log_in(args.log) if args.log else directory_in(args).log
    if not path.is_dir():
        raise Refusal(f"there is no log at {path}")
    return RealDisk(path)


def _show(args: argparse.Namespace) -> int:
    from tuik8s.components.store.lines import line_of, matches
    from tuik8s.components.store.tools import Loss, walk

    for item in walk(_disk(args)):
        if isinstance(item, Loss):
            print(item, file=sys.stderr)
        elif matches(item.record, args.key, args.first, args.last):
            print(_json_of(item) if args.json else line_of(item.record))
    return 0


def _json_of(item: Found) -> str:
    from tuik8s.components.store.lines import fields_of

    fields = {"segment": item.file, "offset": item.offset, **fields_of(item.record)}
    return json.dumps(fields, ensure_ascii=True)


def _verify(args: argparse.Namespace) -> int:
    from tuik8s.components.store.tools import verify

    report = verify(_disk(args))
    for loss in report.losses:
        print(loss)
    print(
        f"{report.records} records, revisions {report.first_revision} to {report.last_revision}, "
        f"{report.segments} segments, {report.snapshots} snapshots: "
        f"{'whole' if report.is_whole else 'damaged (see tuik8s log salvage)'}"
    )
    return 0 if report.is_whole else 1


def _salvage(args: argparse.Namespace) -> int:
    from tuik8s.components.store import StoreOptions
    from tuik8s.components.store.tools import salvage
    from tuik8s.world.live_disk import RealDisk

    source, into = _disk(args), Path(args.into)
    try:
        if into.exists() and any(into.iterdir()):
            raise Refusal(f"--into {into}: it is not empty; choose a new directory")
        target = RealDisk(into)
    except OSError as problem:
        raise Refusal(f"--into {into}: {problem.strerror}; choose a new directory") from problem
    done = salvage(source, target, StoreOptions().segment_bytes)
    for loss in done.losses:
        print(loss)
    print(
        f"{done.records} records written to {args.into}, up to revision {done.revision}; "
        f"{done.missing_revisions} revisions are lost"
    )
    return 0
