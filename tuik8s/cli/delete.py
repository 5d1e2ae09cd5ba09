"""Delete objects of a running cluster, and wait until they are gone.

tuik8s delete pod/web deployment/shop
tuik8s delete pods -l app=web --now
tuik8s delete -f shop.yaml --no-wait
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, NamedTuple

from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import require_running
from tuik8s.cli.discovery import Kinds, NotServed, Resource
from tuik8s.cli.wanted import (
    add_namespace,
    add_selectors,
    add_what,
    scope_of,
    selectors_in,
    wanted_in,
)
from tuik8s.components.supervisor.directory import Refusal

POLL_S = 0.1
TOLD_AFTER_S = 2.0
CASCADES = {"background": "Background", "foreground": "Foreground", "orphan": "Orphan"}


class _Doomed(NamedTuple):
    resource: Resource
    namespace: str
    name: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_what(parser, nargs="*")
    parser.add_argument("-f", "--file", action="append", metavar="FILE", help="what it names; or -")
    add_selectors(parser)
    parser.add_argument("--all", action="store_true", help="all objects of the kind")
    parser.add_argument("--now", action="store_true", help="with a second of grace")
    parser.add_argument("--grace-period", type=int, metavar="SECONDS", help="instead of its own")
    parser.add_argument("--cascade", choices=tuple(CASCADES), help="what becomes of what it owns")
    parser.add_argument("--no-wait", action="store_true", help="do not wait until they are gone")
    parser.add_argument(
        "--ignore-not-found", action="store_true", help="what is not there is deleted already"
    )
    add_namespace(parser)


def run(args: argparse.Namespace) -> int:
    if bool(args.what) == bool(args.file):
        raise Refusal("delete what? Give KIND/NAME, or a file with -f")
    _, running = require_running(args)
    api = ApiClient(running)
    try:
        kinds = Kinds(api)
        doomed = _from_files(kinds, args) if args.file else _from_words(api, kinds, args)
        deleted = [(each, uid) for each in doomed if (uid := _delete(api, each, args))]
        if not args.no_wait:
            for each, uid in deleted:
                _wait_gone(api, each, uid)
    finally:
        api.close()
    return 0


def _from_words(api: ApiClient, kinds: Kinds, args: argparse.Namespace) -> list[_Doomed]:
    wanted = wanted_in(kinds, args.what)
    namespace, query = scope_of(args, wanted), selectors_in(args, wanted)
    doomed = []
    for resource, names in wanted:
        if names:
            doomed += [_Doomed(resource, namespace, name) for name in names]
            continue
        if not args.all and not any(query.values()):
            raise Refusal(f"all {resource.plural}? Say so with --all, or choose with -l or by name")
        for item in api.get(resource.path(namespace, query=query))["items"]:
            meta = item["metadata"]
            doomed.append(_Doomed(resource, meta.get("namespace", ""), meta["name"]))
    return doomed


def _from_files(kinds: Kinds, args: argparse.Namespace) -> list[_Doomed]:
    from tuik8s.cli.manifest_files import manifests_at

    doomed = []
    for obj in (each for file in args.file for each in manifests_at(file)):
        meta = obj["metadata"]
        try:
            resource = kinds.of_manifest(obj["apiVersion"], obj["kind"])
        except NotServed:
            if args.ignore_not_found:
                continue
            raise
        doomed.append(_Doomed(resource, meta.get("namespace") or args.namespace, meta["name"]))
    return doomed


def _delete(api: ApiClient, each: _Doomed, args: argparse.Namespace) -> str:
    """Ask for its deletion; the uid of what will be gone, "" when there was nothing."""
    options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
    if args.cascade:
        options["propagationPolicy"] = CASCADES[args.cascade]
    if args.now or args.grace_period is not None:
        options["gracePeriodSeconds"] = 1 if args.now else args.grace_period
    resource, namespace, name = each
    try:
        answer = api.delete(resource.path(namespace, name), options)
    except ApiRefusal as refusal:
        if refusal.code == 404 and args.ignore_not_found:
            return ""
        raise
    print(f'{resource.word} "{name}" deleted', flush=True)
    return _uid_of(answer)


def _uid_of(answer: Object) -> str:
    """Of what a deletion was about: an object that is on its way, or the Status of one gone."""
    return str(answer["details" if answer["kind"] == "Status" else "metadata"]["uid"])


def _wait_gone(api: ApiClient, each: _Doomed, uid: str) -> None:
    """Until there is no such object, or another one that has its name."""
    resource, namespace, name = each
    tell_at = time.monotonic() + TOLD_AFTER_S
    while _uid_now(api, resource.path(namespace, name)) == uid:
        if time.monotonic() > tell_at:
            print(f"waiting until {resource.word}/{name} is gone", file=sys.stderr)
            tell_at = float("inf")
        time.sleep(POLL_S)


def _uid_now(api: ApiClient, path: str) -> str:
    """Of the object that is there now, "" when there is none."""
    try:
        return str(api.get(path)["metadata"]["uid"])
    except ApiRefusal as refusal:
        if refusal.code == 404:
            return ""
        raise
