"""Why is this object as it is: the scheduler's stored decision, and who changed it because of what.

tuik8s why pod/web -n shop       where it went or why nowhere, node by node, and what would help
tuik8s why deployment/web        the last changes, each with its author and what made him write
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import add_cluster, require_running
from tuik8s.components.supervisor.directory import Refusal

_CHANGES_SHOWN = 10
_PAGE = 1_000
_WINDOW = 5_000  # revisions looked through at first; ten times as many each further time
_CAUSES_MAX = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("object", metavar="KIND/NAME", help="such as pod/web or deployment/web")
    parser.add_argument("-n", "--namespace", default="default", help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="notes and changes as one JSON object")
    add_cluster(parser)


def run(args: argparse.Namespace) -> int:
    kind, name = _parse(args.object)
    namespace = args.namespace if kind.namespaced else ""
    _, running = require_running(args)
    api = ApiClient(running)
    try:
        key = f"{kind.resource}/{namespace}/{name}"
        obj = _object(api, kind, namespace, name)
        notes = api.get(f"/notes/{key}")["items"]
        changes = _changes(api, key, obj)
        if obj is None and not notes and not changes:
            where = f" in namespace {namespace}" if namespace else ""
            raise Refusal(f'{kind.plural} "{name}" not found{where}, nor a trace of it in the log')
        causes = _causes(api, changes)
        if args.json:
            print(json.dumps({"key": key, "notes": notes, "changes": changes, "causes": causes}))
            return 0
        _print_notes(notes)
        if kind.resource == "pods" and obj is not None and not _decisions(notes):
            _print_known(api, obj)
        _print_changes(changes, causes)
    finally:
        api.close()
    return 0


def _parse(text: str) -> tuple[Kind, str]:
    from tuik8s.api.kinds.registry import builtin

    word, slash, name = text.partition("/")
    if not slash or not word or not name or "/" in name:
        raise Refusal(f"expected KIND/NAME such as pod/web, got {text!r}")
    wanted = word.lower()
    for kind in builtin().all():
        if wanted in (kind.plural, kind.singular, kind.kind.lower(), kind.resource) or (
            wanted in kind.short_names
        ):
            return kind, name
    raise Refusal(f"no kind {word!r} in this cluster (kubectl api-resources lists them)")


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


# --- the log


def _changes(api: ApiClient, key: str, obj: Object | None) -> list[Object]:
    """The last changes of the key, oldest first; looks back step by step."""
    newest = int(obj["metadata"]["resourceVersion"]) if obj else _newest_revision(api)
    window = _WINDOW
    while True:
        after = max(newest - window, 0)
        found = [change for change in _page_through(api, key, after) if change["key"] == key]
        begins = bool(found) and found[0]["type"] == "ADDED"
        if after == 0 or begins or len(found) >= _CHANGES_SHOWN:
            return found[-_CHANGES_SHOWN:]
        window *= 10


def _newest_revision(api: ApiClient) -> int:
    listed = api.get("/api/v1/namespaces?limit=1")
    return int(listed["metadata"]["resourceVersion"])


def _page_through(api: ApiClient, key: str, after: int) -> list[Object]:
    found: list[Object] = []
    while True:
        page = api.get(f"/changes?after={after}&limit={_PAGE}&key={key}")["items"]
        found += page
        if len(page) < _PAGE:
            return found
        after = page[-1]["revision"]


def _causes(api: ApiClient, changes: list[Object]) -> list[Object]:
    """The chain of changes that led to the newest one: each caused the one before it."""
    chain: list[Object] = []
    cause = changes[-1]["cause"] if changes else 0
    while cause and len(chain) < _CAUSES_MAX:
        found = api.get(f"/changes?after={cause - 1}&limit=1")["items"]
        if not found or found[0]["revision"] != cause:
            break  # compacted
        chain.append(found[0])
        cause = found[0]["cause"]
    return chain


# --- what is printed


def _decisions(notes: list[Object]) -> list[Object]:
    from tuik8s.components.scheduler.explain import NOTE_KIND

    return [note for note in notes if note["kind"] == NOTE_KIND]


def _print_notes(notes: list[Object]) -> None:
    from tuik8s.api.times import format_micro_time
    from tuik8s.cli.decision_view import print_decision
    from tuik8s.components.scheduler.explain import NOTE_KIND

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


def _print_changes(changes: list[Object], causes: list[Object]) -> None:
    if not changes:
        return
    print("Last changes, oldest first:")
    rows = [("REVISION", "TIME", "TYPE", "AUTHOR", "CAUSE")]
    rows += [_change_row(change) for change in changes]
    _print_rows(rows)
    if causes:
        print("\nWhat led to the newest one, step by step back:")
        rows = [("REVISION", "TIME", "TYPE", "AUTHOR", "OBJECT")]
        rows += [(*_change_row(change)[:4], _shown_key(change["key"])) for change in causes]
        _print_rows(rows)


def _change_row(change: Object) -> tuple[str, str, str, str, str]:
    from tuik8s.api.times import format_micro_time

    return (
        str(change["revision"]),
        format_micro_time(change["atMs"]),
        change["type"],
        change["author"] or "-",
        str(change["cause"] or "-"),
    )


def _shown_key(key: str) -> str:
    resource, namespace, name = key.split("/", 2)
    return f"{resource}/{name}" + (f" in {namespace}" if namespace else "")


def _print_rows(rows: list[Any]) -> None:
    from tuik8s.components.scheduler.explain import aligned

    for line in aligned(rows):
        print(f"  {line}")
