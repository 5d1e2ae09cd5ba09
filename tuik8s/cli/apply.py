"""Make objects of a running cluster as files say (server-side apply).

tuik8s apply -f shop.yaml                    a file, a directory, or - for standard input
tuik8s apply -f a.yaml -f b.yaml -n shop     -n for what names no namespace
tuik8s apply -f shop.yaml --dry-run          what would become of it
"""

from __future__ import annotations

import argparse
import time

from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import require_running
from tuik8s.cli.discovery import Kinds, NotServed, Resource
from tuik8s.cli.manifest_files import manifests_at
from tuik8s.cli.wanted import add_namespace
from tuik8s.components.supervisor.directory import Refusal

APPLY = "application/apply-patch+yaml"
KIND_WITHIN_S = 10.0
POLL_S = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-f", "--file", action="append", required=True, metavar="FILE", help="manifests; or -"
    )
    parser.add_argument("--dry-run", action="store_true", help="ask the server, change nothing")
    parser.add_argument(
        "--force-conflicts", action="store_true", help="take fields over that others own"
    )
    parser.add_argument("--field-manager", default="tuik8s", metavar="NAME", help="who we are")
    add_namespace(parser, all_too=False)


def run(args: argparse.Namespace) -> int:
    manifests = [obj for file in args.file for obj in manifests_at(file)]
    _, running = require_running(args)
    api = ApiClient(running)
    try:
        kinds = Kinds(api)
        for obj in manifests:
            resource = _resource(kinds, obj, manifests)
            did = _apply(api, resource, obj, args)
            note = " (dry run)" if args.dry_run else ""
            print(f"{resource.word}/{obj['metadata']['name']} {did}{note}", flush=True)
    finally:
        api.close()
    return 0


def _apply(api: ApiClient, resource: Resource, obj: Object, args: argparse.Namespace) -> str:
    """Apply one object: created, configured or unchanged. Raises Refusal, naming it."""
    meta = obj["metadata"]
    namespace = meta.get("namespace") or args.namespace
    if resource.namespaced:
        obj = {**obj, "metadata": {**meta, "namespace": namespace}}
    query = {
        "fieldManager": args.field_manager,
        "force": "true" if args.force_conflicts else "",
        "dryRun": "All" if args.dry_run else "",
        "fieldValidation": "Strict",
    }
    before = _revision(api, resource.path(namespace, meta["name"]))
    try:
        after = api.patch(resource.path(namespace, meta["name"], query=query), obj, APPLY)
    except ApiRefusal as refusal:
        hint = "; --force-conflicts takes them over" if refusal.code == 409 else ""
        what = f"{resource.word}/{meta['name']}"
        raise ApiRefusal(refusal.code, f"{what}: {refusal}{hint}") from refusal
    if not before:
        return "created"
    return "unchanged" if after["metadata"]["resourceVersion"] == before else "configured"


def _revision(api: ApiClient, path: str) -> str:
    """That of the object as it is; "" when there is none."""
    try:
        return str(api.get(path)["metadata"]["resourceVersion"])
    except ApiRefusal as refusal:
        if refusal.code == 404:
            return ""
        raise


def _resource(kinds: Kinds, obj: Object, manifests: list[Object]) -> Resource:
    """The kind; one that our own files define is served a moment after."""
    until = time.monotonic() + KIND_WITHIN_S
    while True:
        try:
            return kinds.of_manifest(obj["apiVersion"], obj["kind"])
        except NotServed as refusal:
            defined = any(each["kind"] == "CustomResourceDefinition" for each in manifests)
            if not defined or time.monotonic() > until:
                what = f"{obj['kind']} {obj['metadata']['name']}"
                raise Refusal(f"{what}: {refusal}") from refusal
        time.sleep(POLL_S)
        kinds.refresh()
