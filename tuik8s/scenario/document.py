"""A scenario file: name, seed, parameters, cluster, steps, liveness.

    name: a node dies and the shop stays open
    seed: 7
    parameters: {replicas: 3}
    cluster: {nodes: 3}
    steps:
      - include: open-shop.yaml
      - scale: {deployment/frontend: ${replicas}}
      - wait: {available: deployment/frontend, within: 30s}
    liveness:
      - wait: {available: deployment/cart, within: 1m}

`about` may say what the scenario teaches, `skip_checkers` lists checkers that shall not watch.
Steps are listed in `steps/registry.py`; those of `liveness` run when all faults are healed.

An included file is a scenario too: its steps come in its place, with its parameters, which
`include: {file: FILE, set: {NAME: VALUE}}` may replace. Its cluster and seed do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuik8s.config import ClusterConfig
from tuik8s.scenario.checkers.registry import CHECKERS
from tuik8s.scenario.cluster_fields import parse_cluster
from tuik8s.scenario.parameters import check_known, parameters_of
from tuik8s.scenario.place import BadScenario, Source, Value, nearest, read_text
from tuik8s.scenario.steps.base import Step
from tuik8s.scenario.steps.registry import STEPS
from tuik8s.scenario.yaml_reader import parse_yaml

FIELDS = (
    "name", "about", "seed", "parameters", "cluster", "skip_checkers", "steps", "liveness",
)  # fmt: skip
INCLUDE_DEPTH_MAX = 16


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step, and the file and line it stands on."""

    file: str
    line: int
    step: Step


@dataclass(frozen=True, slots=True)
class Scenario:
    """A parsed file. skip_checkers: names of those that shall not watch."""

    file: str
    name: str
    seed: int
    cluster: ClusterConfig
    steps: tuple[PlacedStep, ...]
    about: str = ""
    liveness: tuple[PlacedStep, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    skip_checkers: tuple[str, ...] = ()


def read_scenario(path: Path, given: Mapping[str, Any] | None = None) -> Scenario:
    """Parse a scenario file. given: values in the place of its parameters' defaults.

    Raises BadScenario with file, line and what was expected.
    """
    scenario = _scenario(path, given or {})
    check_known(given or {}, scenario.parameters, str(path))
    return scenario


def read_scenarios(paths: Sequence[Path], given: Mapping[str, Any]) -> list[Scenario]:
    """Parse several files; a given value must be that of a parameter of one of them."""
    found = [_scenario(path, given) for path in paths]
    known = {name: None for scenario in found for name in scenario.parameters}
    check_known(given, known, ", ".join(map(str, paths)))
    return found


def _scenario(path: Path, given: Mapping[str, Any]) -> Scenario:
    top = _read(path, given)
    fields = _fields(top)
    return Scenario(
        file=str(path),
        name=fields["name"].text("a name") if "name" in fields else path.stem,
        about=fields["about"].text("a text") if "about" in fields else "",
        seed=fields["seed"].number("a seed") if "seed" in fields else 0,
        parameters=top.source.parameters,
        cluster=parse_cluster(fields["cluster"]) if "cluster" in fields else ClusterConfig(),
        skip_checkers=_checkers(fields["skip_checkers"]) if "skip_checkers" in fields else (),
        steps=_steps(fields["steps"], (path.resolve(),)),
        liveness=_steps(fields["liveness"], (path.resolve(),)) if "liveness" in fields else (),
    )


def _read(path: Path, given: Mapping[str, Any]) -> Value:
    """The one document of a file, its parameters filled in: they are read first, as they are."""
    text = read_text(path)
    plain = _only(path, parse_yaml(Source(str(path)), text))
    parameters = parameters_of(plain, given)
    return _only(path, parse_yaml(Source(str(path), parameters, strict=True), text))


def _only(path: Path, documents: list[Value]) -> Value:
    if not documents:
        raise BadScenario(f"{path}:1: the file is empty; expected name and steps")
    top, *more = documents
    if more:
        raise more[0].bad("a scenario is one document; this is another")
    return top


def _fields(top: Value) -> dict[str, Value]:
    if isinstance(top.raw, dict) and "include" in top.raw:
        raise top.raw["include"].bad("include is a step: steps: [include: FILE, ...]")
    fields = top.fields("a scenario", FIELDS)
    if "steps" not in fields:
        raise top.bad("a scenario needs steps")
    return fields


def _steps(value: Value, files: tuple[Path, ...]) -> tuple[PlacedStep, ...]:
    """files: those that include each other down to here."""
    steps = tuple(step for item in value.items("steps") for step in _taken(item, files))
    if not steps:
        raise value.bad("expected at least one step")
    return steps


def _taken(value: Value, files: tuple[Path, ...]) -> Iterator[PlacedStep]:
    """The step that is written there, or the steps of an included file."""
    words = value.raw if isinstance(value.raw, dict) and len(value.raw) == 1 else {}
    for word, inner in words.items():
        if word == "include":
            yield from _included(inner, files)
            return
        parse = STEPS.get(word)
        if parse is not None:
            yield PlacedStep(value.source.file, value.line, parse(inner))
            return
        known = (*STEPS, "include")
        raise value.bad(f"no step {word!r}; {nearest(str(word), known)}steps: {', '.join(known)}")
    raise value.bad(f"expected a step such as `- advance: 5m`; steps: {', '.join(STEPS)}")


def _included(value: Value, files: tuple[Path, ...]) -> tuple[PlacedStep, ...]:
    given: dict[str, Any] = {}
    name = value
    if isinstance(value.raw, dict):
        fields = value.fields("include", ("file", "set"))
        if "file" not in fields:
            raise value.bad("include needs file")
        name = fields["file"]
        values = fields["set"].fields("set") if "set" in fields else {}
        given = {str(key): inner.plain() for key, inner in values.items()}
    path = value.source.beside(name.text("a file of steps"))
    if path.resolve() in files:
        chain = " -> ".join(file.name for file in (*files, path))
        raise value.bad(f"{path} includes itself: {chain}")
    if len(files) >= INCLUDE_DEPTH_MAX:
        raise value.bad(f"files include each other more than {INCLUDE_DEPTH_MAX} deep")
    try:
        top = _read(path, {**value.source.parameters, **given})
        check_known(given, top.source.parameters, value.place)
        return _steps(_fields(top)["steps"], (*files, path.resolve()))
    except BadScenario as bad:
        raise BadScenario(f"{bad}\n  included at {value.place}") from bad


def _checkers(value: Value) -> tuple[str, ...]:
    for item in value.items("names of checkers"):
        name = item.text("a checker")
        if name not in CHECKERS:
            known = ", ".join(CHECKERS)
            raise item.bad(f"no checker {name!r}; {nearest(name, CHECKERS)}known: {known}")
    return tuple(item.raw for item in value.raw)
