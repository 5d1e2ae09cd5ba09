"""Start a cluster.

tuik8s up                      in the foreground, until Ctrl+C
tuik8s up --detach             in the background; tuik8s down stops it
tuik8s up --detach --name two --nodes 5
tuik8s up --detach --name default-f1              a fork, beside the cluster that it comes from
tuik8s up --detach --name default-f1 --switch     one that has the same addresses: stop that first
"""

from __future__ import annotations

import argparse
import time

from tuik8s.cli import down
from tuik8s.cli.arguments import add_cluster, add_shape, directory_in, flag_in, name_in
from tuik8s.components.supervisor.command import Process, processes_of
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, Running
from tuik8s.components.supervisor.roles import RUNNING

NODES_MAX = 5_000
VERBOSITY_MAX = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    add_shape(parser)
    parser.add_argument("--detach", action="store_true", help="in the background")
    parser.add_argument(
        "--switch",
        action="store_true",
        help="stop the running cluster that has the same addresses, such as the one it was "
        "forked from",
    )


def run(args: argparse.Namespace) -> int:
    running, took_s = start(args)
    processes = processes_of(running.runtime)
    print(f"cluster {name_in(args)!r} is up: {_what_runs(processes)} in {took_s:.2f} s")
    _tell_of_faults(processes, flag_in(args))
    print(f"  server      {running.server}")
    print(f"  kubeconfig  {running.kubeconfig}")
    print(f"              export KUBECONFIG={running.kubeconfig}")
    if args.detach:
        print(f"  stop it     tuik8s down{flag_in(args)}")
        return 0
    print("  stop it     Ctrl+C", flush=True)
    try:
        while directory_in(args).read_running() is not None:
            time.sleep(0.2)
    except KeyboardInterrupt:
        print()
        down.run(args)
    return 0


def _what_runs(processes: list[Process]) -> str:
    kubelets = [p for p in processes if p["name"].startswith("kubelet/")]
    if not kubelets:
        return "API server"
    total = sum(len(p["hosts"]) for p in kubelets)
    ready = sum(len(p["hosts"]) for p in kubelets if p["state"] == RUNNING)
    return f"{total} nodes Ready" if ready == total else f"{ready} of {total} nodes Ready"


def _tell_of_faults(processes: list[Process], flag: str) -> None:
    """Only faults from before keep a process from running by now."""
    kept = [f"{p['name']} ({p['state']})" for p in processes if p["state"] != RUNNING]
    if kept:
        print(f"  faults      still in force: {', '.join(kept)}")
        print(f"              tuik8s chaos{flag} lists them, tuik8s chaos heal all{flag} ends them")


def start(args: argparse.Namespace) -> tuple[Running, float]:
    """Start the cluster that the arguments describe; how long it took, in seconds."""
    from tuik8s.components.supervisor.containers import require_engine
    from tuik8s.components.supervisor.start import merge_config, start_cluster

    began = time.monotonic()
    wanted = _checked(args)
    directory = directory_in(args)
    if directory.read_running() is not None:
        raise Refusal(
            f"cluster {name_in(args)!r} is running already; tuik8s ui{flag_in(args)} opens it, "
            f"tuik8s down{flag_in(args)} stops it"
        )
    config = merge_config(directory, wanted)
    require_engine(config)
    _make_room(directory, args)
    running = start_cluster(directory, config, args.kubeconfig)
    return running, time.monotonic() - began


def _make_room(directory: DataDirectory, args: argparse.Namespace) -> None:
    """Two futures of one past with the same addresses cannot both run."""
    from tuik8s.components.supervisor.kin import rival_of

    rival = rival_of(directory)
    if rival is None:
        return
    if not getattr(args, "switch", False):
        raise Refusal(
            f"its addresses are in use by {rival.path.name!r}, which runs at {rival.path}: one is "
            f"a fork in the place of the other; tuik8s up --switch{flag_in(args)} stops that one "
            "and starts this one"
        )
    running = rival.read_running()
    if running is not None:
        down.stop(rival, running)
        print(f"stopped {rival.path.name!r}")


def _checked(args: argparse.Namespace) -> dict[str, object]:
    """The cluster's fields that flags give; wrong ones are refused with the remedy."""
    from tuik8s.addresses import check_cidr

    if args.nodes is not None and not 0 <= args.nodes <= NODES_MAX:
        raise Refusal(f"--nodes {args.nodes}: from 0 to {NODES_MAX}")
    if args.verbosity is not None and not 0 <= args.verbosity <= VERBOSITY_MAX:
        raise Refusal(f"-v {args.verbosity}: from 0 to {VERBOSITY_MAX}")
    for value, flag in ((args.service_cidr, "--service-cidr"), (args.pod_cidr, "--pod-cidr")):
        problem = check_cidr(value, flag) if value else ""
        if problem:
            raise Refusal(problem)
    return {
        "name": name_in(args),
        "nodes": args.nodes,
        "listen": args.listen,
        "service_cidr": args.service_cidr,
        "pod_cidr": args.pod_cidr,
        "proxy_mode": args.proxy_mode,
        "runtime": args.runtime,
        "token_auth_file": _token_file(args.token_auth_file),
        "control_plane_only": args.control_plane_only or None,
        "verbosity": args.verbosity,
    }


def _token_file(path: str | None) -> str | None:
    if path is None:
        return None
    from pathlib import Path

    file = Path(path)
    if not file.is_file():
        raise Refusal(f"--token-auth-file {path}: no such file")
    return str(file.absolute())
