"""List the clusters of this user, running or not."""

from __future__ import annotations

import argparse
import json

from tuik8s.components.supervisor.directory import DataDirectory, Refusal, all_directories


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    rows = [_row(directory) for directory in all_directories()]
    if args.json:
        print(json.dumps({"clusters": rows}))
    elif not rows:
        print("no clusters yet; start one with: tuik8s up --detach")
    else:
        shown = [("NAME", "STATE", "NODES", "SERVER", "FORKED FROM", "DATA")]
        keys = ("name", "state", "nodes", "server", "origin", "data")
        shown += [tuple(str(row[key]) for key in keys) for row in rows]  # type: ignore[misc]
        widths = [max(len(line[i]) for line in shown) for i in range(len(keys))]
        for line in shown:
            print("   ".join(f"{cell:<{w}}" for cell, w in zip(line, widths, strict=True)).rstrip())
    return 0


def _row(directory: DataDirectory) -> dict[str, object]:
    running, origin = directory.read_running(), directory.read_origin()
    row: dict[str, object] = {
        "name": directory.path.name,
        "state": "running" if running else "stopped",
        "nodes": "",
        "server": running.server if running else "",
        "origin": f"{origin.parent}@{origin.revision}" if origin else "",
        "data": str(directory.path),
    }
    try:
        row["nodes"] = len(directory.read_config().node_names())
    except Refusal:
        row["state"] = "damaged"
    return row
