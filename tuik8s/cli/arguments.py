"""Arguments that several commands share, so that the same thing is called the same everywhere."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from tuik8s.cli.completers import clusters, completes
from tuik8s.components.supervisor.directory import (
    DataDirectory,
    Refusal,
    Running,
    directory_of,
)

if TYPE_CHECKING:
    from tuik8s.cli.api import ApiClient


DEFAULT_NAME = "default"


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """--name and --data: which cluster is meant."""
    group = parser.add_argument_group("which cluster")
    name = group.add_argument(
        "--name", default=DEFAULT_NAME, help="its name (default: %(default)s)"
    )
    completes(name, clusters)
    group.add_argument("--data", default="", metavar="DIR", help="its data directory")


def add_log(parser: argparse.ArgumentParser) -> None:
    """--log: a log instead of a running cluster; see `api_in`."""
    parser.add_argument(
        "--log", default="", metavar="DIR", help="a data directory or a log, to be looked at only"
    )


def add_shape(parser: argparse.ArgumentParser) -> None:
    """What a new cluster is made of."""
    group = parser.add_argument_group("what it is made of")
    group.add_argument("--nodes", type=int, metavar="N", help="number of nodes (default: 3)")
    group.add_argument("--listen", metavar="HOST:PORT", help="API address; port 0: a free one")
    group.add_argument("--kubeconfig", default="", metavar="FILE", help="write it there too")
    group.add_argument(
        "--token-auth-file", metavar="FILE", help="bearer tokens: token,user,uid,groups"
    )
    group.add_argument("--service-cidr", metavar="CIDR", help="addresses of Services")
    group.add_argument("--pod-cidr", metavar="CIDR", help="addresses of pods")
    group.add_argument(
        "--proxy-mode", choices=("userspace", "iptables"), help="how kube-proxy writes its rules"
    )
    group.add_argument(
        "--runtime", choices=("sim", "docker"), help="what runs in pods (default: sim)"
    )
    group.add_argument(
        "-v", dest="verbosity", type=int, metavar="N", help="how much components log (default: 2)"
    )
    group.add_argument(
        "--control-plane-only", action="store_true", help="the API server alone, no nodes"
    )


def directory_in(args: argparse.Namespace) -> DataDirectory:
    return directory_of(args.name, args.data)


def flag_in(args: argparse.Namespace) -> str:
    """The flag that the user would give again to mean the same cluster."""
    if args.data:
        return f" --data {shlex.quote(args.data)}"
    return "" if args.name == DEFAULT_NAME else f" --name {args.name}"


def name_in(args: argparse.Namespace) -> str:
    """What the cluster that is meant is called: --name, else by its data directory."""
    named = args.name != DEFAULT_NAME or not args.data
    return str(args.name) if named else directory_in(args).path.resolve().name


def require_running(args: argparse.Namespace) -> tuple[DataDirectory, Running]:
    """The running cluster that is meant, or a refusal that says how to start it."""
    directory = directory_in(args)
    running = directory.read_running()
    if running is None:
        what = f"cluster in {directory.path}" if args.data else f"cluster {args.name!r}"
        raise Refusal(f"{what} is not running; start it with: tuik8s up --detach{flag_in(args)}")
    return directory, running


def api_in(args: argparse.Namespace, at: str = "") -> ApiClient:
    """What answers: the API of the running cluster that is meant, or the log of --log DIR.

    at: a moment; then it is the log in any case, as it was then.
    """
    if args.log or at:
        from tuik8s.cli.log_api import LogApi
        from tuik8s.cli.log_directory import log_in

        return LogApi(log_in(args.log) if args.log else directory_in(args).log, at)
    from tuik8s.cli.api import ApiClient

    directory = directory_in(args)
    if directory.read_running() is None and directory.log.is_dir():
        raise Refusal(
            f"the cluster in {directory.path} is not running; to see what was there: --log "
            f"{shlex.quote(str(directory.path))}, to start it: tuik8s up --detach{flag_in(args)}"
        )
    return ApiClient(require_running(args)[1])
