"""Every command, in the order of the help: its module is imported only when it runs."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """Where a command lives, and what it does in one line."""

    module: str
    summary: str


DEFAULT = "open"

COMMANDS: dict[str, Command] = {
    "open": Command("tuik8s.cli.open", "start a cluster if need be and open the dashboard"),
    "up": Command("tuik8s.cli.up", "start a cluster"),
    "down": Command("tuik8s.cli.down", "stop a cluster"),
    "ls": Command("tuik8s.cli.ls", "list clusters"),
    "status": Command("tuik8s.cli.status", "show the processes of a cluster"),
    "ui": Command("tuik8s.cli.ui", "open the dashboard of a running cluster, or of a log"),
    "clock": Command("tuik8s.cli.clock", "how fast time goes in a cluster; pause it, step it"),
    "serve": Command("tuik8s.cli.serve", "show the dashboard in a browser, read-only"),
    "fork": Command("tuik8s.cli.fork", "make a new cluster from a moment of another"),
    "diff": Command("tuik8s.cli.diff", "compare two times, or two futures of one past"),
    "get": Command("tuik8s.cli.get", "show objects: a table, YAML, JSON; and what changes"),
    "describe": Command("tuik8s.cli.describe", "show one object in words, with its events"),
    "apply": Command("tuik8s.cli.apply", "make objects as files say"),
    "delete": Command("tuik8s.cli.delete", "delete objects"),
    "scale": Command("tuik8s.cli.scale", "change a number of replicas"),
    "events": Command("tuik8s.cli.events", "show events, newest last"),
    "logs": Command("tuik8s.cli.logs", "show what pods and components wrote, by time"),
    "exec": Command("tuik8s.cli.exec", "run a command in a container"),
    "attach": Command("tuik8s.cli.attach", "see what a container writes, and type into it"),
    "cp": Command("tuik8s.cli.cp", "copy files into a container and out of one"),
    "port-forward": Command("tuik8s.cli.port_forward", "reach ports of pods at ports here"),
    "chaos": Command("tuik8s.cli.chaos", "break something, list faults, heal"),
    "run": Command("tuik8s.cli.run", "run a scenario in simulated time"),
    "schedule": Command("tuik8s.cli.schedule", "where would this pod go, and why"),
    "why": Command("tuik8s.cli.why", "why did this happen"),
    "completion": Command("tuik8s.cli.completion", "complete commands in bash, zsh or fish"),
    "log": Command("tuik8s.cli.log", "show, verify or salvage a cluster's log"),
}
