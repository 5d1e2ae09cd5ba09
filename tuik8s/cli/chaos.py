"""Break something in a running cluster, list faults, heal.

tuik8s chaos                                       what can be broken, and what is
tuik8s chaos pod-oom                               what an action does, and what it takes
tuik8s chaos node-stop node/node-2 --for 10m
tuik8s chaos node-stop nodes --selector topology.kubernetes.io/zone=zone-1
tuik8s chaos pod-crash-loop deployment/web --count 50% --dry-run
tuik8s chaos pod-kill pods -l app=web --count 1 --schedule "every 30s" --for 10m
tuik8s chaos link-delay component/scheduler --delay 200ms --jitter 50ms
tuik8s chaos heal all|NAME
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import msgspec

from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import add_cluster, flag_in, require_running
from tuik8s.cli.completers import completes, fault_targets, namespaces
from tuik8s.cli.fault_view import action_text, actions_text, blast_text, equivalent, faults_text
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import PARAMETERS, FaultSpec
from tuik8s.components.chaos.blast import READS, blast_of
from tuik8s.components.chaos.choosing import resources_read
from tuik8s.components.chaos.crd import GROUP
from tuik8s.components.chaos.planning import plan, read_spec, seed_of
from tuik8s.components.chaos.shape import Refused, Shape, Thing, thing_of
from tuik8s.components.supervisor.command import processes_of
from tuik8s.components.supervisor.directory import Refusal, Running

PATH = f"/apis/{GROUP}/v1/faults"
TAKEN_UP_WITHIN_S = 10.0
POLL_S = 0.05
_FIELDS = tuple(
    field.encode_name
    for field in msgspec.structs.fields(FaultSpec)
    if field.name not in ("action", "target")
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    action = parser.add_argument("action", nargs="?", default="", help="an action, or heal")
    completes(action, lambda asked: ["heal", *ACTIONS])
    target = parser.add_argument(
        "target", nargs="?", default="", help="KIND/NAME, or nodes, pods, services with -l"
    )
    completes(target, fault_targets)
    parser.add_argument("--for", metavar="TIME", help="heals by itself after this time")
    parser.add_argument("--dry-run", action="store_true", help="tell what it would hit, do nothing")
    parser.add_argument("--as", metavar="FAULT", help="the fault's name (default: made up)")
    parser.add_argument("--json", action="store_true", help="faults as JSON")
    many = parser.add_argument_group("among many")
    where = many.add_argument(
        "-n", "--namespace", metavar="NAME", help="where the target is (default)"
    )
    completes(where, namespaces)
    many.add_argument("-l", "--selector", metavar="LABELS", help="labels of those that are meant")
    many.add_argument("--count", metavar="N|N%", help="so many of those that match")
    many.add_argument("--seed", type=int, metavar="N", help="what the choice is drawn from")
    how = parser.add_argument_group("how")
    how.add_argument("--schedule", metavar="TURNS", help='comes and goes: "every 30s for 5s"')
    how.add_argument(
        "--override", action="store_true", default=None, help="even where a budget says no"
    )
    for name, parameter in PARAMETERS.items():
        takers = [a for a, what in ACTIONS.items() if name in (*what.needs, *what.takes)]
        how.add_argument(
            f"--{name}",
            type=int if parameter.type == "integer" else str,
            metavar=parameter.example.replace("%", "%%"),
            help=f"{parameter.words} ({', '.join(takers)})",
        )
    add_cluster(parser)


def run(args: argparse.Namespace) -> int:
    if args.action not in ("", "heal", *ACTIONS):
        raise Refusal(_unknown(args.action))
    if args.action == "heal" and not args.target:
        raise Refusal("heal needs a target, such as: tuik8s chaos heal all")
    if args.action in ACTIONS:
        _check(args)
    _, running = require_running(args)
    api = ApiClient(running)
    try:
        if not args.action:
            return _list(api, as_json=args.json)
        if args.action == "heal":
            return _heal(api, args.target)
        return _rehearse(api, running, args) if args.dry_run else _break(api, args)
    finally:
        api.close()


def _check(args: argparse.Namespace) -> None:
    """Refuse what no cluster could carry out, with how it is used."""
    args.target = args.target or ACTIONS[args.action].only
    try:
        if not args.target:
            raise Refused(f"{args.action} needs a target")
        read_spec(fault_of(args))
    except Refused as refusal:
        raise Refusal(f"{refusal}\n{action_text(args.action)}") from refusal


def fault_of(args: argparse.Namespace) -> Object:
    """The Fault that the arguments describe."""
    options = vars(args)
    spec = {"action": args.action, "target": args.target}
    spec.update({name: options[name] for name in _FIELDS if options[name] is not None})
    name = options["as"]
    meta = {"name": name} if name else {"generateName": f"{args.action}-"}
    return {"apiVersion": f"{GROUP}/v1", "kind": "Fault", "metadata": meta, "spec": spec}


def _rehearse(api: ApiClient, running: Running, args: argparse.Namespace) -> int:
    """Have the server judge the fault without making it, and tell what it would hit."""
    fault = api.post(f"{PATH}?dryRun=All", fault_of(args))
    try:
        spec = read_spec(fault)
        resources = dict.fromkeys((*READS, *resources_read(spec, ACTIONS[spec.action])))
        things = [thing for resource in resources for thing in _things(api, resource)]
        parties = tuple(process["name"] for process in processes_of(running.runtime))
        shape = Shape(parties, tuple(things))
        seed = seed_of(spec, fault)
        planned = plan(spec, shape, seed)
    except Refused as refusal:
        raise Refusal(f"{args.action} {args.target} would be refused: {refusal}") from refusal
    blast = blast_of(planned.effects, shape)
    if args.json:
        drawn = {"seed": seed} if args.count else {}
        print(json.dumps({"targets": planned.targets, **drawn, **msgspec.to_builtins(blast)}))
    else:
        print(blast_text(f"{args.action} {args.target}", planned.targets, blast))
        if args.count and args.seed is None:
            print(f"another run draws others; to hit these: --seed {seed}")
    return 0


def _things(api: ApiClient, resource: str) -> list[Thing]:
    plural, _, group = resource.partition(".")
    root = f"/apis/{group}/v1" if group else "/api/v1"
    return [thing_of(resource, obj) for obj in api.get(f"{root}/{plural}")["items"]]


def _break(api: ApiClient, args: argparse.Namespace) -> int:
    fault = fault_of(args)
    name = api.post(PATH, fault)["metadata"]["name"]
    found = _wait_taken_up(api, name)
    status = found.get("status") or {}
    if status.get("phase") == "Refused":
        api.delete(f"{PATH}/{name}")
        usage = f"tuik8s chaos {args.action} says how it is used"
        raise Refusal(f"{args.action} {args.target} refused: {status.get('message', '')}\n{usage}")
    print(f"fault {name}: {args.action} {args.target} is {status['phase'].lower()}")
    if status.get("message"):
        print(f"  {status['message']}")
    if status.get("endsAt"):
        print(f"  heals by itself at {status['endsAt']}")
    if status["phase"] == "Active":
        print(f"  heal it now     tuik8s chaos heal {name}{flag_in(args)}")
    print("  the same with kubectl:")
    print("    " + equivalent(found).replace("\n", "\n    "))
    return 0


def _wait_taken_up(api: ApiClient, name: str) -> Any:
    """The fault with a phase. A fault may end the API server: then its return is waited for."""
    until = time.monotonic() + TAKEN_UP_WITHIN_S
    problem = "chaos has not taken it up"
    while time.monotonic() < until:
        try:
            found = api.get(f"{PATH}/{name}")
        except Refusal as refusal:
            if isinstance(refusal, ApiRefusal) and refusal.code < 500:
                raise
            problem = str(refusal)
        else:
            if (found.get("status") or {}).get("phase"):
                return found
        time.sleep(POLL_S)
    raise Refusal(
        f"fault {name} was made, but within {TAKEN_UP_WITHIN_S:.0f} s {problem}; "
        "tuik8s status shows what runs"
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
    print(f"{actions_text()}\n\n{faults_text(faults, api.now_ms)}")
    return 0


def _faults(api: ApiClient) -> list[Object]:
    try:
        items: list[Object] = api.get(PATH)["items"]
    except ApiRefusal as refusal:
        if refusal.code == 404:
            raise Refusal("this cluster has no chaos (is it --control-plane-only?)") from None
        raise
    return items


def _unknown(action: str) -> str:
    import difflib

    near = difflib.get_close_matches(action, ("heal", *ACTIONS), 1)
    hint = f"; did you mean {near[0]!r}" if near else ""
    return f"no action {action!r}{hint}; there are: {', '.join(ACTIONS)}, heal"
