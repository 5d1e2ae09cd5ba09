"""Show the processes of a running cluster."""

from __future__ import annotations

import argparse
import json

from tuik8s.cli.arguments import add_cluster, name_in, require_running
from tuik8s.components.supervisor.command import Process, processes_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    directory, running = require_running(args)
    processes = processes_of(running.runtime)
    if args.json:
        document = {
            "name": name_in(args),
            "server": running.server,
            "kubeconfig": running.kubeconfig,
            "data": str(directory.path),
            "supervisor": running.pid,
            "processes": processes,
        }
        print(json.dumps(document))
        return 0
    print(f"server      {running.server}\nkubeconfig  {running.kubeconfig}\n")
    rows = [("PROCESS", "PID", "STATE", "RESTARTS", "UP", "LAST EXIT")]
    rows += [
        (p["name"], str(p["pid"] or "-"), p["state"], str(p["restarts"]), _age(p), p["last_exit"])
        for p in processes
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    for row in rows:
        print("   ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip())
    return 0


def _age(process: Process) -> str:
    up_ms = process["up_ms"]
    return f"{up_ms // 1000}s" if isinstance(up_ms, int) and process["pid"] else "-"
