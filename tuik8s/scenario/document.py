"""A scenario file: name, seed, cluster, steps.

    name: a node dies and the shop stays open
    seed: 7
    cluster: {nodes: 3}
    steps:
      - apply: shop.yaml
      - wait: {available: deployment/frontend, within: 30s}

`about` may say what the scenario teaches. Steps are listed in `steps/registry.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import msgspec

from tuik8s.addresses import check_cidr
from tuik8s.api import quantity
from tuik8s.components.proxy.modes.registry import MODES
from tuik8s.config import ClusterConfig, NodeShape
from tuik8s.scenario.place import BadScenario, Value, parse_yaml, read_text
from tuik8s.scenario.steps.base import Step
from tuik8s.scenario.steps.registry import STEPS

FIELDS = ("name", "about", "seed", "cluster", "steps")
LIVE_ONLY = ("name", "listen", "token_auth_file", "slice")
"""What a cluster in simulated time has no use for: it listens nowhere and shares no machine."""
CLUSTER_FIELDS = tuple(name for name in ClusterConfig.__struct_fields__ if name not in LIVE_ONLY)
LEAST = {
    "nodes": 0,
    "nodes_per_process": 0,
    "node_status_update_ms": 1,
    "node_monitor_grace_ms": 1,
    "history_revisions": 1,
}


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step and the line it stands on."""

    line: int
    step: Step


@dataclass(frozen=True, slots=True)
class Scenario:
    """A parsed file."""

    file: str
    directory: Path
    name: str
    seed: int
    cluster: ClusterConfig
    steps: tuple[PlacedStep, ...]


def read_scenario(path: Path) -> Scenario:
    """Parse a scenario file. Raises BadScenario with file, line and what was expected."""
    documents = parse_yaml(str(path), read_text(path))
    if not documents:
        raise BadScenario(f"{path}:1: the file is empty; expected name and steps")
    top, *more = documents
    if more:
        raise more[0].bad("a scenario is one document; this is another")
    fields = top.fields("a scenario", FIELDS)
    if "steps" not in fields:
        raise top.bad("a scenario needs steps")
    steps = tuple(_step(value) for value in fields["steps"].items("steps"))
    if not steps:
        raise fields["steps"].bad("expected at least one step")
    return Scenario(
        file=str(path),
        directory=path.parent,
        name=fields["name"].text("a name") if "name" in fields else path.stem,
        seed=fields["seed"].number("a seed") if "seed" in fields else 0,
        cluster=_cluster(fields["cluster"]) if "cluster" in fields else ClusterConfig(),
        steps=steps,
    )


def _step(value: Value) -> PlacedStep:
    if isinstance(value.raw, dict) and len(value.raw) == 1:
        word, inner = next(iter(value.raw.items()))
        parse = STEPS.get(word)
        if parse is not None:
            return PlacedStep(value.line, parse(inner))
        near = get_close_matches(str(word), STEPS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise value.bad(f"no step {word!r}{hint} Steps: {', '.join(STEPS)}")
    raise value.bad(f"expected a step such as `- advance: 5m`; steps: {', '.join(STEPS)}")


def _cluster(value: Value) -> ClusterConfig:
    fields = value.fields("cluster", CLUSTER_FIELDS)
    for name, least in LEAST.items():
        if name in fields:
            fields[name].number(f"a {name}", least)
    for name in ("service_cidr", "pod_cidr"):
        problem = check_cidr(fields[name].text("a range"), name) if name in fields else ""
        if problem:
            raise fields[name].bad(problem)
    if "proxy_mode" in fields and fields["proxy_mode"].raw not in MODES:
        raise fields["proxy_mode"].bad(f"expected a proxy_mode of {', '.join(MODES)}")
    if "node_shape" in fields:
        _check_shape(fields["node_shape"])
    try:
        return msgspec.convert(value.plain(), ClusterConfig)
    except msgspec.ValidationError as problem:
        raise value.bad(f"cluster: {problem}") from problem


def _check_shape(value: Value) -> None:
    for name, amount in value.fields("node_shape", NodeShape.__struct_fields__).items():
        try:
            quantity.parse(amount.raw)
        except (TypeError, ValueError) as problem:
            raise amount.bad(f"expected {name} such as 8 or 16Gi: {problem}") from problem
