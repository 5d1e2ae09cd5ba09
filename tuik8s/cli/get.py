"""Show objects of a running cluster: as the server's table, or as YAML, JSON, names.

tuik8s get pods                              also: po, pod, Pod, pods,services, all
tuik8s get pod web -o yaml                   also: pod/web service/shop
tuik8s get pods -A -o wide -w                and go on with what changes
tuik8s get pods -l app=web --field-selector status.phase=Running
tuik8s get pods --at -10m                    as they were; also --at REVISION, --at BOOKMARK
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator

from tuik8s.api.types import Object
from tuik8s.cli.api import JSON, TABLE, ApiClient, ApiRefusal
from tuik8s.cli.arguments import add_log, api_in
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.moments import add_at
from tuik8s.cli.printing import TablePrinter, show_objects
from tuik8s.cli.wanted import (
    Wanted,
    add_namespace,
    add_selectors,
    add_what,
    scope_of,
    selectors_in,
    wanted_in,
)
from tuik8s.components.supervisor.directory import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_what(parser)
    parser.add_argument("-o", "--output", choices=("wide", "yaml", "json", "name"), help="how")
    parser.add_argument("-w", "--watch", action="store_true", help="go on with what changes")
    add_selectors(parser)
    parser.add_argument(
        "-L", "--label-columns", action="append", default=[], metavar="LABEL", help="a column each"
    )
    parser.add_argument("--show-labels", action="store_true", help="a column with all labels")
    parser.add_argument("--no-headers", action="store_true", help="tables without their first line")
    parser.add_argument(
        "--show-managed-fields", action="store_true", help="in YAML and JSON: who owns which field"
    )
    add_namespace(parser)
    add_log(parser)
    add_at(parser, "now")


def run(args: argparse.Namespace) -> int:
    api = api_in(args, args.at)
    try:
        wanted = wanted_in(Kinds(api), args.what)
        return _Get(api, args, wanted).run()
    finally:
        api.close()


class _Get:
    """One run of the command."""

    def __init__(self, api: ApiClient, args: argparse.Namespace, wanted: list[Wanted]) -> None:
        self._api = api
        self._args = args
        self._wanted = wanted
        self._namespace = scope_of(args, wanted)
        self._query = selectors_in(args, wanted)
        self._is_table = args.output in (None, "wide")
        self._failures: list[str] = []

    def run(self) -> int:
        if self._args.watch:
            if len(self._wanted) != 1 or len(self._wanted[0].names) > 1:
                raise Refusal("-w watches one kind, or one object of it")
            self._watch(self._wanted[0])
        if self._is_table:
            self._tables()
        else:
            self._objects()
        for failure in self._failures:
            print(f"tuik8s: {failure}", file=sys.stderr)
        return 2 if self._failures else 0

    def _tables(self) -> None:
        shown = 0
        for each in self._wanted:
            tables = [t for t in self._fetch(each, TABLE) if t["rows"]]
            if not tables:
                continue
            if shown:
                print()
            shown += 1
            printer = self._printer(each)
            printer.show({**tables[0], "rows": [row for t in tables for row in t["rows"]]})
        if not shown and not self._failures:
            namespaced = any(each.resource.namespaced for each in self._wanted)
            where = f" in {self._namespace} namespace" if self._namespace and namespaced else ""
            print(f"No resources found{where}.", file=sys.stderr)

    def _objects(self) -> None:
        found = [(each, obj) for each in self._wanted for obj in self._found(each)]
        if self._args.output == "name":
            for each, obj in found:
                print(f"{each.resource.word}/{obj['metadata']['name']}")
            return
        single = sum(len(each.names) for each in self._wanted) == 1
        if found or not single:
            show_objects(
                [obj for _, obj in found],
                self._args.output,
                single=single,
                managed=self._args.show_managed_fields,
            )

    def _found(self, each: Wanted) -> Iterator[Object]:
        """Objects, with the kind that a list leaves out of its items."""
        for answer in self._fetch(each, JSON):
            for obj in answer["items"] if not each.names else [answer]:
                yield each.resource.whole(obj)

    def _fetch(self, each: Wanted, accept: str) -> Iterator[Object]:
        """The list, or each named object; one that is refused is a failure of its own."""
        if not each.names:
            yield self._api.get(each.resource.path(self._namespace, query=self._query), accept)
        for name in each.names:
            try:
                yield self._api.get(each.resource.path(self._namespace, name), accept)
            except ApiRefusal as refusal:
                self._failures.append(str(refusal))

    def _printer(self, each: Wanted) -> TablePrinter:
        several = len(self._wanted) > 1
        return TablePrinter(
            wide=self._args.output == "wide",
            namespaces=not self._namespace and each.resource.namespaced,
            headers=not self._args.no_headers,
            prefix=f"{each.resource.word}/" if several else "",
            labels=[label for word in self._args.label_columns for label in word.split(",")],
            all_labels=self._args.show_labels,
        )

    # --- watching -----------------------------------------------------------------------------

    def _watch(self, each: Wanted) -> None:
        """Show what there is, then every change, until interrupted."""
        resource, query = each.resource, dict(self._query)
        if each.names:
            self._api.get(resource.path(self._namespace, each.names[0]))
            query["fieldSelector"] = f"metadata.name={each.names[0]}"
        show = self._shower(each)
        first = self._api.get(
            resource.path(self._namespace, query=query), TABLE if self._is_table else JSON
        )
        for one in [first] if self._is_table else map(resource.whole, first["items"]):
            show(one)
        revision = first["metadata"]["resourceVersion"]
        while True:
            asked = {**query, "watch": "true", "resourceVersion": revision}
            asked["allowWatchBookmarks"] = "true"
            path = resource.path(self._namespace, query=asked)
            for line in self._api.lines(path, TABLE if self._is_table else JSON):
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise Refusal(f"the watch ended: {event['object'].get('message', '')}")
                revision = _revision(event["object"]) or revision
                if event["type"] != "BOOKMARK":
                    show(event["object"])

    def _shower(self, each: Wanted) -> Callable[[Object], None]:
        if self._is_table:
            return self._printer(each).show
        form, managed = self._args.output, self._args.show_managed_fields

        def show(obj: Object) -> None:
            if form == "name":
                print(f"{each.resource.word}/{obj['metadata']['name']}", flush=True)
                return
            if form == "yaml":
                print("---")
            show_objects([obj], form, single=True, managed=managed)

        return show


def _revision(obj: Object) -> str:
    """The revision that an event brings one to; of a table that of its row."""
    rows = obj.get("rows")
    meta = ((rows[0].get("object") or {}) if rows else obj).get("metadata") or {}
    return str(meta.get("resourceVersion") or "")
