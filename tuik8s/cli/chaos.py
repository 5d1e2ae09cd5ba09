"""Break something in a running cluster, list faults, heal.

tuik8s chaos                                       what can be broken, and what is
tuik8s chaos node-stop node/node-2 --for 10m
tuik8s chaos link-delay component/scheduler --delay 200ms --jitter 50ms
tuik8s chaos link-drop node/node-1 --percent 20
tuik8s chaos heal all|NAME
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import add_cluster, flag_in, require_running
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.crd import GROUP
from tuik8s.components.supervisor.directory import Refusal

PATH = f"/apis/{GROUP}/v1/faults"
TAKEN_UP_WITHIN_S = 10.0
POLL_S = 0.05
_FIELDS = ("for", "delay", "jitter", "percent")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", default="", help="an action, or heal")
    parser.add_argument("target", nargs="?", default="", help="node/NAME or component/NAME")
    parser.add_argument("--for", metavar="TIME", help="heals by itself after this time")
    parser.add_argument("--delay", metavar="TIME", help="link-delay: how much later")
    parser.add_argument("--jitter", metavar="TIME", help="link-delay: at most so much more")
    parser.add_argument("--percent", type=int, metavar="N", help="link-drop, link-duplicate")
    parser.add_argument("--as", metavar="FAULT", help="the fault's name (default: made up)")
    parser.add_argument("--json", action="store_true", help="faults as JSON")
    add_cluster(parser)


def run(args: argparse.Namespace) -> int:
    if args.action not in ("", "heal", *ACTIONS):
        raise Refusal(_unknown(args.action))
    if args.action and not args.target:
        example = "heal all" if args.action == "heal" else f"{args.action} node/node-1"
        raise Refusal(f"{args.action} needs a target, such as: tuik8s chaos {example}")
    _, running = require_running(args)
    api = ApiClient(running)
    try:
        if not args.action:
            return _list(api, as_json=args.json)
        if args.action == "heal":
            return _heal(api, args.target)
        return _break(api, args)
    finally:
        api.close()


def fault_of(args: argparse.Namespace) -> Object:
    """The Fault that the arguments describe."""
    options = vars(args)
    spec = {"action": args.action, "target": args.target}
    spec.update({name: options[name] for name in _FIELDS if options[name] is not None})
    name = options["as"]
    meta = {"name": name} if name else {"generateName": f"{args.action}-"}
    return {"apiVersion": f"{GROUP}/v1", "kind": "Fault", "metadata": meta, "spec": spec}


def equivalent(fault: Object) -> str:
    """What one would type in kubectl for the same."""
    lines = [
        "kubectl create -f - <<END",
        f"apiVersion: {fault['apiVersion']}",
        "kind: Fault",
        f"metadata: {{name: {fault['metadata']['name']}}}",
        "spec:",
    ]
    lines += [f"  {name}: {json.dumps(value)}" for name, value in fault["spec"].items()]
    return "\n".join([*lines, "END"])


def _break(api: ApiClient, args: argparse.Namespace) -> int:
    fault = fault_of(args)
    name = api.post(PATH, fault)["metadata"]["name"]
    found = _wait_taken_up(api, name)
    status = found.get("status") or {}
    if status.get("phase") == "Refused":
        api.delete(f"{PATH}/{name}")
        raise Refusal(f"{args.action} {args.target} refused: {status.get('message', '')}")
    print(f"fault {name}: {args.action} {args.target} is {status['phase'].lower()}")
    if status.get("endsAt"):
        print(f"  heals by itself at {status['endsAt']}")
    if status["phase"] == "Active":
        print(f"  heal it now     tuik8s chaos heal {name}{flag_in(args)}")
    print("  the same with kubectl:")
    print("    " + equivalent(found).replace("\n", "\n    "))
    return 0


def _wait_taken_up(api: ApiClient, name: str) -> Any:
    """The fault with a phase. A fault may break the way to the API: then it has been taken up."""
    until = time.monotonic() + TAKEN_UP_WITHIN_S
    while time.monotonic() < until:
        found = api.get(f"{PATH}/{name}")
        if (found.get("status") or {}).get("phase"):
            return found
        time.sleep(POLL_S)
    raise Refusal(
        f"fault {name} was made, but chaos has not taken it up within {TAKEN_UP_WITHIN_S:.0f} s; "
        "tuik8s status shows whether it runs"
    )


def _heal(api: ApiClient, target: str) -> int:
    names = [f["metadata"]["name"] for f in _faults(api)] if target == "all" else [target]
    for name in names:
        try:
            api.delete(f"{PATH}/{name}")
        except ApiRefusal as refusal:
            if refusal.code != 404:
                raise
            known = ", ".join(f["metadata"]["name"] for f in _faults(api)) or "none"
            raise Refusal(f"no fault {name!r}; there are: {known}") from None
        print(f"fault {name} healed")
    if not names:
        print("no faults, nothing to heal")
    return 0


def _list(api: ApiClient, *, as_json: bool) -> int:
    faults = _faults(api)
    if as_json:
        print(json.dumps({"actions": list(ACTIONS), "faults": faults}))
        return 0
    width = max(map(len, ACTIONS))
    print("ACTIONS   (tuik8s chaos ACTION node/NAME|component/NAME [--for 10m])")
    for action in ACTIONS:
        print(f"  {action:<{width}}  {summary_of(action)}")
    print()
    if not faults:
        print("FAULTS    none")
        return 0
    rows: list[tuple[str, ...]] = [("FAULT", "ACTION", "TARGET", "PHASE", "FOR", "AGE", "MESSAGE")]
    rows += map(_row, faults)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("   ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip())
    return 0


def summary_of(action: str) -> str:
    """What an action does, in the words of its own file, without its name in front."""
    words = " ".join((sys.modules[ACTIONS[action].__module__].__doc__ or "").split())
    words = words.removeprefix(action).lstrip(":. ")
    words = words.split(". ")[0].split(" Symptom:")[0].rstrip(".")
    return words[:1].lower() + words[1:]


def _faults(api: ApiClient) -> list[Object]:
    try:
        items: list[Object] = api.get(PATH)["items"]
    except ApiRefusal as refusal:
        if refusal.code == 404:
            raise Refusal("this cluster has no chaos (is it --control-plane-only?)") from None
        raise
    return items


def _row(fault: Object) -> tuple[str, ...]:
    spec, status = fault["spec"], fault.get("status") or {}
    age_ms = time.time_ns() // 1_000_000 - parse_time(fault["metadata"]["creationTimestamp"])
    return (
        fault["metadata"]["name"],
        spec["action"],
        spec["target"],
        status.get("phase", "-"),
        spec.get("for", "-"),
        human_duration(max(0, age_ms)),
        status.get("message", ""),
    )


def _unknown(action: str) -> str:
    import difflib

    near = difflib.get_close_matches(action, ("heal", *ACTIONS), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"no action {action!r}{hint}; there are: {', '.join(ACTIONS)}, heal"
