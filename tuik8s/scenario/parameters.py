"""Parameters of a scenario: declared with their defaults, replaced by `--set` or an `include`.

    parameters: {replicas: 3, image: "example.org/web:1", zone: }      # zone must be given

A given value has the type of the default; texts are read as YAML reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tuik8s.scenario.place import BadScenario, Source, Value, nearest
from tuik8s.scenario.yaml_reader import parse_yaml


def parameters_of(top: Value, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that hold for a file: its defaults, replaced by what was given.

    Raises BadScenario for one that nobody gave a value, or that has another type.
    """
    declared = top.raw.get("parameters") if isinstance(top.raw, dict) else None
    if declared is None:
        return {}
    found: dict[str, Any] = {}
    for key, value in declared.fields("parameters").items():
        name, default = str(key), value.plain()
        if name not in given and default is None:
            raise value.bad(f"parameter {name!r} has no default: give it with --set {name}=...")
        found[name] = _fitting(value, name, given[name], default) if name in given else default
    return found


def _fitting(value: Value, name: str, given: Any, default: Any) -> Any:
    """The given value, when it is of the default's type."""
    if default is None or type(given) is type(default):
        return given
    if isinstance(default, str) and not isinstance(given, dict | list):
        return str(given)
    if isinstance(default, float) and type(given) is int:
        return float(given)
    quoted = "; without quotes ${...} keeps its type" if isinstance(given, str) else ""
    raise value.bad(f"parameter {name!r} is such as {default!r}, and was given {given!r}{quoted}")


def given_in(settings: list[str]) -> dict[str, Any]:
    """What `--set NAME=VALUE` says, repeated. Raises BadScenario."""
    found: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name:
            raise BadScenario(f"--set {setting}: expected NAME=VALUE, such as --set replicas=5")
        documents = parse_yaml(Source(f"--set {name}"), text)
        value = documents[0].plain() if documents else ""
        found[name] = value if _is_exact(value, text) else text
    return found


def setting_of(name: str, value: Any) -> str:
    """What `--set` takes to give a parameter this very value: the inverse of `given_in`."""
    setting = f"{name}={value}"
    try:
        if given_in([setting]) == {name: value}:
            return setting
    except BadScenario:
        pass  # a text that would be read as something else
    return f"{name}={msgspec.json.encode(value).decode()}"


def _is_exact(value: Any, text: str) -> bool:
    """Whether reading lost nothing: 1.10 stays a text where a text is wanted."""
    return not isinstance(value, float) or str(value) == text.strip()


def check_known(given: Mapping[str, Any], known: Mapping[str, Any], where: str) -> None:
    """Raises BadScenario for a given parameter that the scenario does not declare."""
    for name in given:
        if name not in known:
            told = f"known: {', '.join(known)}" if known else "it declares no parameters"
            raise BadScenario(f"{where}: no parameter {name!r}; {nearest(name, known)}{told}")
