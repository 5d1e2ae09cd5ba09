"""Show the events of a running cluster, newest last.

tuik8s events                                of the namespace default
tuik8s events --for pod/web -w               about one object, and go on with new ones
tuik8s events -A --type Warning
tuik8s events --at -10m                      those that there were ten minutes ago
"""

from __future__ import annotations

import argparse
import json

from tuik8s.api.types import Object
from tuik8s.cli.api import TABLE
from tuik8s.cli.arguments import add_log, api_in
from tuik8s.cli.completers import completes, objects
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.moments import add_at
from tuik8s.cli.printing import TablePrinter
from tuik8s.cli.wanted import add_namespace, wanted_in
from tuik8s.components.supervisor.directory import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    about = parser.add_argument("--for", dest="about", metavar="KIND/NAME", help="about one object")
    completes(about, objects)
    parser.add_argument("--type", choices=("Normal", "Warning"), help="only these")
    parser.add_argument("-w", "--watch", action="store_true", help="go on with new ones")
    parser.add_argument("--no-headers", action="store_true", help="without the first line")
    add_namespace(parser)
    add_log(parser)
    add_at(parser, "now")


def run(args: argparse.Namespace) -> int:
    api = api_in(args, args.at)
    try:
        kinds = Kinds(api)
        events = kinds.find("events")
        query = {"fieldSelector": ",".join(_fields(kinds, args))}
        namespace = "" if args.all_namespaces else args.namespace
        whole = {**query, "includeObject": "Object"}
        printer = TablePrinter(wide=False, namespaces=not namespace, headers=not args.no_headers)
        table = api.get(events.path(namespace, query=whole), TABLE)
        printer.show({**table, "rows": sorted(table["rows"], key=_seen_at)})
        while args.watch:
            revision = table["metadata"]["resourceVersion"]
            asked = {**whole, "watch": "true", "resourceVersion": revision}
            for line in api.lines(events.path(namespace, query=asked), TABLE):
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise Refusal(f"the watch ended: {event['object'].get('message', '')}")
                if event["type"] in ("ADDED", "MODIFIED"):
                    printer.show(event["object"])
                    table["metadata"] = event["object"]["rows"][0]["object"]["metadata"]
    finally:
        api.close()
    return 0


def _fields(kinds: Kinds, args: argparse.Namespace) -> list[str]:
    fields = [f"type={args.type}"] if args.type else []
    if args.about:
        if "/" not in args.about:
            raise Refusal(f"--for {args.about}: expected KIND/NAME such as pod/web")
        ((resource, (name,)),) = wanted_in(kinds, [args.about])
        fields += [f"involvedObject.kind={resource.kind}", f"involvedObject.name={name}"]
    return fields


def _seen_at(row: Object) -> str:
    from tuik8s.ui.describe import event_time

    return event_time(row["object"])
