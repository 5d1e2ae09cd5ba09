"""Why is this object as it is: the scheduler's decision, and what led to it, step by step.

tuik8s why pod/web -n shop       where it went or why nowhere, node by node, and what would help
tuik8s why node/node-2           from its last change back to the first command or fault
tuik8s why pod/web --at -10m     from what it was ten minutes ago
tuik8s why pod/web --log out --at 784     of a run's log, or of a cluster that is stopped

kubectl shows the same chain: kubectl get explanations.explain.tuik8s.dev pods.web -n shop
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import add_cluster, add_log, api_in, directory_in
from tuik8s.cli.completers import completes, named_objects, namespaces
from tuik8s.cli.moments import add_at
from tuik8s.components.supervisor.directory import Refusal

_CHANGES_SHOWN = 10
_NEWEST = 2**62


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument(
        "object", metavar="KIND/NAME", help="such as pod/web or deployment/web"
    )
    completes(what, named_objects)
    where = parser.add_argument("-n", "--namespace", default="default", help="default: %(default)s")
    completes(where, namespaces)
    add_at(parser)
    parser.add_argument("--json", action="store_true", help="all of it as one JSON object")
    add_cluster(parser)
    add_log(parser)


def run(args: argparse.Namespace) -> int:
    word, slash, name = args.object.partition("/")
    if not slash or not word or not name or "/" in name:
        raise Refusal(f"expected KIND/NAME such as pod/web, got {args.object!r}")
    api = api_in(args)
    try:
        kind = _kind(api, word)
        namespace = args.namespace if kind.namespaced else ""
        revision = _revision_at(args) if args.at else 0
        explanation = _explanation(api, kind, args.namespace, name, revision)
        key = f"{kind.storage or kind.resource}/{namespace}/{name}"
        notes = _noted(api, key, revision)
        changes = _changes(api, key, revision)
        if args.json:
            found = {"key": key, "notes": notes, "changes": changes, "explanation": explanation}
            print(json.dumps(found))
            return 0
        _print_notes(notes)
        obj = _object(api, kind, namespace, name) if kind.resource == "pods" else None
        if obj is not None and not _decisions(notes):
            _print_known(api, obj)
        _print_chain(explanation)
        _print_changes(changes)
    finally:
        api.close()
    return 0


def _kind(api: ApiClient, word: str) -> Kind:
    from tuik8s.cli.kinds import kind_named, kinds_with

    definitions = api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    return kind_named(kinds_with(definitions), word)


def _revision_at(args: argparse.Namespace) -> int:
    from tuik8s.cli.log_directory import log_in, opened_log
    from tuik8s.cli.moments import moment_in

    with opened_log(log_in(args.log) if args.log else directory_in(args).log) as store:
        return moment_in(store, args.at).revision


def _explanation(api: ApiClient, kind: Kind, namespace: str, name: str, revision: int) -> Object:
    base = f"/apis/explain.tuik8s.dev/v1/namespaces/{namespace}/explanations"
    exact = f"?resourceVersion={revision}&resourceVersionMatch=Exact" if revision else ""
    try:
        found: Object = api.get(f"{base}/{kind.resource}.{name}{exact}")
    except ApiRefusal as refusal:
        if refusal.code == 404:
            raise Refusal(str(refusal).partition("not found: ")[2] or str(refusal)) from refusal
        raise
    return found


def _object(api: ApiClient, kind: Kind, namespace: str, name: str) -> Object | None:
    base = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.version}"
    scope = f"/namespaces/{namespace}" if namespace else ""
    try:
        found: Object = api.get(f"{base}{scope}/{kind.plural}/{name}")
    except ApiRefusal as refusal:
        if refusal.code == 404:
            return None
        raise
    return found


def _noted(api: ApiClient, key: str, revision: int) -> list[Object]:
    """Notes on the key, newest first."""
    notes: list[Object] = api.get(f"/notes/{key}")["items"]
    return [note for note in notes if not revision or note["revision"] <= revision]


def _changes(api: ApiClient, key: str, revision: int) -> list[Object]:
    """The last changes of the key, oldest first."""
    before = revision + 1 if revision else _NEWEST
    query = f"before={before}&limit={_CHANGES_SHOWN}&key={key}"
    found: list[Object] = api.get(f"/changes?{query}")["items"]
    return found[::-1]


# --- what is printed


def _decisions(notes: list[Object]) -> list[Object]:
    from tuik8s.api.decision import NOTE_KIND

    return [note for note in notes if note["kind"] == NOTE_KIND]


def _print_notes(notes: list[Object]) -> None:
    from tuik8s.api.decision import NOTE_KIND
    from tuik8s.api.times import format_micro_time
    from tuik8s.cli.decision_view import print_decision

    decisions = _decisions(notes)
    if decisions:
        newest = decisions[0]
        print(f"decided {format_micro_time(newest['atMs'])} by {newest['author']}")
        print_decision(newest["data"])
        if len(decisions) > 1:
            print(f"({len(decisions) - 1} earlier attempts are remembered; --json has them)")
        print()
    for note in notes:
        if note["kind"] != NOTE_KIND:
            when = format_micro_time(note["atMs"])
            print(f"{when}  {note['author']}  {note['kind']}: {json.dumps(note['data'])}")


def _print_known(api: ApiClient, pod: Object) -> None:
    """What a pod without a decision says itself: node, conditions, events."""
    meta, status = pod["metadata"], pod.get("status") or {}
    node = (pod.get("spec") or {}).get("nodeName")
    print("There is no stored decision of the scheduler about this pod.")
    if node:
        print(f"It is on {node}: it was created there, or the decision is older than the log.")
    print(f"phase {status.get('phase', '-')}")
    for condition in status.get("conditions") or ():
        words = ": ".join(w for w in (condition.get("reason"), condition.get("message")) if w)
        print(f"  {condition['type']}={condition['status']}  {words}".rstrip())
    query = f"fieldSelector=involvedObject.name%3D{meta['name']}%2CinvolvedObject.kind%3DPod"
    events = api.get(f"/api/v1/namespaces/{meta['namespace']}/events?{query}")["items"]
    for event in events:
        count = event.get("count") or 1
        times = f" (x{count})" if count > 1 else ""
        print(f"  {event.get('type')} {event.get('reason')}{times}: {event.get('message')}")
    print()


def _print_chain(explanation: Object) -> None:
    from tuik8s.api.reasons import COLUMNS, cells_of

    chain = explanation["status"]["chain"]
    if chain:
        print("What led to its last change, step by step back:")
        _print_rows(
            [tuple(map(str.upper, COLUMNS)), *(tuple(map(str, cells_of(s))) for s in chain)]
        )
        print()


def _print_changes(changes: list[Object]) -> None:
    if changes:
        print("Its last changes, oldest first:")
        rows = [("REVISION", "TIME", "TYPE", "AUTHOR", "CAUSE")]
        _print_rows([*rows, *(_change_row(change) for change in changes)])


def _change_row(change: Object) -> tuple[str, str, str, str, str]:
    from tuik8s.api.times import format_micro_time

    return (
        str(change["revision"]),
        format_micro_time(change["atMs"]),
        change["type"],
        change["author"] or "-",
        str(change["cause"] or "-"),
    )


def _print_rows(rows: list[Any]) -> None:
    from tuik8s.api.decision import aligned

    for line in aligned(rows):
        print(f"  {line}")
