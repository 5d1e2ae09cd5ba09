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

from tuik8s.config import ClusterConfig
from tuik8s.scenario.place import BadScenario, Value, parse_yaml
from tuik8s.scenario.steps.base import Step
from tuik8s.scenario.steps.registry import STEPS

FIELDS = ("name", "about", "seed", "cluster", "steps")


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
    try:
        text = path.read_text()
    except OSError as problem:
        raise BadScenario(f"{path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise BadScenario(f"{path}: not UTF-8 text: {problem}") from problem
    top = parse_yaml(str(path), text)
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
    known = ClusterConfig.__struct_fields__
    value.fields("cluster", known)
    try:
        return msgspec.convert(value.plain(), ClusterConfig)
    except msgspec.ValidationError as problem:
        raise value.bad(f"cluster: {problem}") from problem
