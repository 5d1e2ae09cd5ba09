"""Runs a scenario that is written in the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.log_copy import LogFiles
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.runner import run_scenario

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "example.org/web:1", ports: [{containerPort: 8080}]}]
"""
"""A manifest that needs the parameter `replicas`."""


def play(
    directory: Path,
    steps: str,
    head: str = "",
    *,
    replicas: int = 2,
    on_log: Callable[[LogFiles], None] | None = None,
) -> Outcome:
    """The outcome of some steps; web.yaml lies beside them. head: other fields."""
    (directory / "web.yaml").write_text(WEB)
    path = directory / "played.yaml"
    cluster = "" if "cluster:" in head else "cluster: {nodes: 2}\n"
    text = f"parameters: {{replicas: {replicas}}}\n{cluster}{dedent(head)}\nsteps:\n"
    path.write_text(text + indent(dedent(steps), "  "))
    return run_scenario(read_scenario(path), on_log=on_log)
