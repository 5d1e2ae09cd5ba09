"""Change the number of replicas of a Deployment or whatever else has one.

tuik8s scale deployment/frontend --replicas 5
tuik8s scale statefulset db --replicas 1 -n shop
"""

from __future__ import annotations

import argparse

from tuik8s.cli.api import ApiClient
from tuik8s.cli.arguments import require_running
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.wanted import add_namespace, add_what, wanted_in
from tuik8s.components.supervisor.directory import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_what(parser)
    parser.add_argument("--replicas", type=int, required=True, metavar="N", help="how many")
    add_namespace(parser, all_too=False)


def run(args: argparse.Namespace) -> int:
    if args.replicas < 0:
        raise Refusal(f"--replicas {args.replicas}: a number from 0")
    _, running = require_running(args)
    api = ApiClient(running)
    try:
        kinds = Kinds(api)
        for resource, names in wanted_in(kinds, args.what):
            if "scale" not in resource.subresources:
                able = ", ".join(r.plural for r in kinds.all if "scale" in r.subresources)
                raise Refusal(f"{resource.plural} cannot be scaled; what can: {able}")
            if not names:
                raise Refusal(f"which of the {resource.plural}? Write {resource.singular}/NAME")
            for name in names:
                body = {"spec": {"replicas": args.replicas}}
                api.patch(resource.path(args.namespace, name, "scale"), body)
                print(f"{resource.word}/{name} scaled to {args.replicas}")
    finally:
        api.close()
    return 0
