"""Show objects of a running cluster in words, each with its events.

tuik8s describe pod/web                      also: pod web, pods -l app=web
tuik8s describe node/node-1
tuik8s describe pod/web --at b1              as it was at a bookmark; also --at -10m, --at REVISION
"""

from __future__ import annotations

import argparse

from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient
from tuik8s.cli.arguments import add_log, api_in
from tuik8s.cli.discovery import Kinds, Resource
from tuik8s.cli.moments import add_at
from tuik8s.cli.wanted import (
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
    add_selectors(parser)
    add_namespace(parser)
    add_log(parser)
    add_at(parser, "now")


def run(args: argparse.Namespace) -> int:
    api = api_in(args, args.at)
    try:
        wanted = wanted_in(Kinds(api), args.what)
        namespace, query = scope_of(args, wanted), selectors_in(args, wanted)
        shown = 0
        for resource, names in wanted:
            if names:
                found = [api.get(resource.path(namespace, name)) for name in names]
            else:
                found = api.get(resource.path(namespace, query=query))["items"]
            for obj in found:
                print("\n\n" * bool(shown) + _description(api, resource, obj))
                shown += 1
        if not shown:
            raise Refusal(f"no {args.what[0]} to describe" + f" in {namespace}" * bool(namespace))
    finally:
        api.close()
    return 0


def _description(api: ApiClient, resource: Resource, obj: Object) -> str:
    from tuik8s.ui.describe import describe

    whole = resource.whole(obj)
    return describe(whole, _events(api, whole), api.now_ms)


def _events(api: ApiClient, obj: Object) -> list[Object]:
    meta = obj["metadata"]
    scope = f"/namespaces/{meta['namespace']}" if meta.get("namespace") else ""
    fields = {"kind": obj["kind"], "name": meta["name"]}
    asked = "%2C".join(f"involvedObject.{key}%3D{value}" for key, value in fields.items())
    found: list[Object] = api.get(f"/api/v1{scope}/events?fieldSelector={asked}")["items"]
    return found
