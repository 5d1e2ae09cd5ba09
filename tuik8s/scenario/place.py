"""Where something stands in a file, and what was expected there: the errors of scenario files.

A scenario is parsed with the line of every value kept, so that an error names file, line and
remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tuik8s.api.times import parse_duration

T = TypeVar("T")


class BadScenario(Exception):
    """The file cannot be a scenario; the message is `file:line: what was expected`."""


class Value:
    """A parsed YAML value that knows its place."""

    def __init__(self, file: str, line: int, raw: Any) -> None:
        self.file = file
        self.line = line
        self.raw = raw

    def bad(self, expected: str) -> BadScenario:
        return BadScenario(f"{self.file}:{self.line}: {expected}")

    def text(self, what: str) -> str:
        if not isinstance(self.raw, str) or not self.raw.strip():
            raise self.bad(f"expected {what}, got {_shown(self.raw)}")
        return self.raw.strip()

    def number(self, what: str, least: int = 0) -> int:
        if not isinstance(self.raw, int) or isinstance(self.raw, bool) or self.raw < least:
            raise self.bad(f"expected {what} (a whole number from {least}), got {_shown(self.raw)}")
        return self.raw

    def duration_ms(self, what: str) -> int:
        """A duration such as 30s or 5m, in milliseconds; time does not run backwards."""
        try:
            found = parse_duration(str(self.raw))
        except ValueError:
            found = -1
        if found < 0:
            raise self.bad(f"expected {what} such as 30s or 5m, got {_shown(self.raw)}")
        return found

    def items(self, what: str) -> list[Value]:
        if not isinstance(self.raw, list):
            raise self.bad(f"expected {what} (a list), got {_shown(self.raw)}")
        return self.raw

    def fields(self, what: str, known: tuple[str, ...] | None = None) -> dict[str, Value]:
        """The members of a mapping.

        With `known`, an unknown one is an error that names the nearest.
        """
        if not isinstance(self.raw, dict):
            raise self.bad(f"expected {what} (a mapping), got {_shown(self.raw)}")
        for key, value in self.raw.items() if known is not None else ():
            if key not in (known or ()):
                near = get_close_matches(str(key), known or (), 1)
                hint = f"did you mean {near[0]!r}? " if near else ""
                raise value.bad(
                    f"unknown field {key!r} in {what}; {hint}known: {', '.join(known or ())}"
                )
        return self.raw

    def checked(self, parse: Callable[[str], T], what: str) -> T:
        """The text through a parser that raises ValueError."""
        try:
            return parse(self.text(what))
        except ValueError as problem:
            raise self.bad(f"expected {what}: {problem}") from problem

    def plain(self) -> Any:
        """The value without places, as JSON has it: keys are texts."""
        if isinstance(self.raw, dict):
            return {str(key): value.plain() for key, value in self.raw.items()}
        if isinstance(self.raw, list):
            return [value.plain() for value in self.raw]
        return self.raw


class _Loader(yaml.SafeLoader):
    """Reads YAML as Kubernetes does: a date is a text."""

    yaml_implicit_resolvers = {
        first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_text(path: Path) -> str:
    """The text of a file. Raises BadScenario, naming it."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise BadScenario(f"{path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise BadScenario(f"{path}: not UTF-8 text: {problem}") from problem


def parse_yaml(file: str, text: str) -> list[Value]:
    """The YAML documents of a text with places. Raises BadScenario for malformed YAML."""
    loader = _Loader(text)
    found: list[Value] = []
    try:
        while loader.check_node():
            node = loader.get_node()
            assert node is not None, "there is one, says check_node"
            found.append(_value(file, loader, node))
        return found
    except RecursionError as problem:
        raise BadScenario(f"{file}:1: nested too deeply, or within itself") from problem
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        raise BadScenario(f"{file}:{line}: malformed YAML: {problem.problem}") from problem
    except yaml.YAMLError as problem:
        raise BadScenario(f"{file}:1: malformed YAML: {problem}") from problem
    finally:
        loader.dispose()


def _value(file: str, loader: yaml.SafeLoader, node: yaml.Node) -> Value:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        members: dict[Any, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadScenario(f"{file}:{key_node.start_mark.line + 1}: a key must be a text")
            key = _scalar(file, loader, key_node)
            if key in members:
                raise BadScenario(f"{file}:{key_node.start_mark.line + 1}: {key!r} stands twice")
            members[key] = _value(file, loader, value_node)
        return Value(file, line, members)
    if isinstance(node, yaml.SequenceNode):
        return Value(file, line, [_value(file, loader, item) for item in node.value])
    return Value(file, line, _scalar(file, loader, node))


def _scalar(file: str, loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as problem:
        raise BadScenario(f"{file}:{node.start_mark.line + 1}: {problem}") from problem


def _shown(raw: Any) -> str:
    if isinstance(raw, Mapping):
        return "a mapping"
    if isinstance(raw, list):
        return "a list"
    return "nothing" if raw is None else repr(raw)
