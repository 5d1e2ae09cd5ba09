"""YAML with the place of every value, and with parameters filled in.

References are found before YAML is read, and carried through it by characters that mean nothing
there: so `{scale: {deployment/web: ${replicas}}}` is what it looks like, although braces end a
plain text in YAML.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from tuik8s.scenario.place import BadScenario, Source, Value, nearest

_REFERENCE: Final = re.compile(r"(\$?)\$\{([A-Za-z][\w-]*)\}")
_OPEN, _LITERAL, _CLOSE = "\uf7f0", "\uf7f1", "\uf7f2"
"""Of the private use area, which no text has a use for."""
_CARRIED: Final = re.compile(f"([{_OPEN}{_LITERAL}])([^{_CLOSE}]*){_CLOSE}")


class _Loader(yaml.SafeLoader):
    """Reads YAML as Kubernetes does: a date is a text."""

    yaml_implicit_resolvers = {
        first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def parse_yaml(source: Source, text: str) -> list[Value]:
    """The YAML documents of a text with places.

    Raises BadScenario for malformed YAML and for references to parameters that are not there.
    """
    file, loader = source.file, _Loader(_REFERENCE.sub(_carry, text))
    found: list[Value] = []
    try:
        while loader.check_node():
            node = loader.get_node()
            assert node is not None, "there is one, says check_node"
            found.append(_value(source, loader, node))
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


def _carry(found: re.Match[str]) -> str:
    return f"{_LITERAL if found[1] else _OPEN}{found[2]}{_CLOSE}"


def _value(source: Source, loader: yaml.SafeLoader, node: yaml.Node, line: int = 0) -> Value:
    """line: where the key stands, for a member of a mapping."""
    line = line or node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        members: dict[Any, Value] = {}
        for key_node, value_node in node.value:
            at = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadScenario(f"{source.file}:{at}: a key must be a text")
            key = _scalar(source, loader, key_node)
            if key in members:
                raise BadScenario(f"{source.file}:{at}: {key!r} stands twice")
            members[key] = _value(source, loader, value_node, at)
        return Value(source, line, members)
    if isinstance(node, yaml.SequenceNode):
        return Value(source, line, [_value(source, loader, item) for item in node.value])
    return _placed(source, line, _scalar(source, loader, node))


def _placed(source: Source, line: int, plain: Any) -> Value:
    """A plain value, all of it at one place: a parameter may be a list or a mapping."""
    if isinstance(plain, dict):
        return Value(source, line, {k: _placed(source, line, v) for k, v in plain.items()})
    if isinstance(plain, list):
        return Value(source, line, [_placed(source, line, item) for item in plain])
    return Value(source, line, plain)


def _scalar(source: Source, loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    line = node.start_mark.line + 1
    try:
        plain = loader.construct_object(node, deep=True)
    except ValueError as problem:
        raise BadScenario(f"{source.file}:{line}: {problem}") from problem
    if not isinstance(plain, str):
        return plain
    whole = _CARRIED.fullmatch(plain)
    is_quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
    if whole and whole[1] == _OPEN and not is_quoted and whole[2] in source.parameters:
        return source.parameters[whole[2]]
    return _CARRIED.sub(lambda found: _filled(source, line, found), plain)


def _filled(source: Source, line: int, found: re.Match[str]) -> str:
    name, parameters = found[2], source.parameters
    is_ours = source.strict or name in parameters
    if found[1] == _LITERAL:
        return ("${" if is_ours else "$${") + name + "}"
    if not is_ours:
        return "${" + name + "}"
    if name not in parameters:
        known = f"known: {', '.join(parameters)}" if parameters else "there is no `parameters:`"
        raise BadScenario(
            f"{source.file}:{line}: no parameter {name!r}; {nearest(name, parameters)}{known} "
            f"($${{{name}}} is the text itself)"
        )
    value = parameters[name]
    return str(value).lower() if isinstance(value, bool) else str(value)
