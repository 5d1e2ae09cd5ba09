"""Compare two moments of a cluster, or two futures of one past, object by object.

A and B are [CLUSTER]@WHEN or CLUSTER; CLUSTER is a name, or a path of a data directory or a log;
without one, for B that of A, for A the one that --name, --data or --log mean. WHEN is
a revision, a time or -10m.

tuik8s diff @-10m                      the last ten minutes of `default`
tuik8s diff @4711 @4800 --kind pod     two revisions, pods alone
tuik8s diff default default-f1         a cluster and its fork, as they are now
tuik8s diff @-10m -o short             a line for each object, as :diff in the dashboard says it
tuik8s diff --log DIR @1 @             all that a log tells, first to last

Events, Leases, heartbeats, managedFields and resourceVersions are left out unless --all says so.
Exits with 1 when something differs, as diff does.
"""

from __future__ import annotations

import argparse
import json

from tuik8s.api.comparison import NOISE
from tuik8s.cli.arguments import add_cluster, directory_in
from tuik8s.cli.diff_view import document, print_names, print_objects
from tuik8s.cli.log_directory import log_in
from tuik8s.cli.states import compare, state_at


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", metavar="A", help="such as @4711, @-10m, default, two@4711")
    parser.add_argument("b", metavar="B", nargs="?", default="@", help="default: the newest")
    add_cluster(parser)
    parser.add_argument("--log", default="", metavar="DIR", help="a log instead of a cluster")
    group = parser.add_argument_group("what is shown")
    group.add_argument("-n", "--namespace", default="", help="this namespace alone")
    group.add_argument("--kind", default="", help="this kind alone")
    group.add_argument("--all", action="store_true", help="what is left out otherwise, too")
    group.add_argument(
        "-o",
        "--output",
        choices=("name", "short"),
        help="a line for each object: its name, or what differs most, too",
    )
    group.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    default = log_in(args.log) if args.log else directory_in(args).log
    old, log = state_at(default, args.a)
    new, _ = state_at(log, args.b)
    skipped = () if args.all or args.kind else NOISE
    found = compare(old, new, args.namespace, args.kind, skipped=skipped, everything=args.all)
    if args.json:
        print(json.dumps(document(found)))
    elif args.output:
        print_names(found, with_what=args.output == "short")
    else:
        print_objects(found)
    return 1 if found.objects else 0
