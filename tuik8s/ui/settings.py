"""The settings file, TOML: what is in it, what is wrong with it and where. Pure.

    theme = "tuik8s-light"
    fps = 10                    # how often a second the screen is brought up to date, 1 to 30
    confirm = "always"          # ask before every change; "auto": by what it would take with it
    preset = "k9s"              # or "vim": keys as there
    ascii = false               # no lines, arrows or blocks beyond ASCII
    mouse = true

    [keys]                      # binding id = keys, as `tuik8s ui --print-keys` lists them
    "rows.describe" = "d,enter"

What is wrong is a warning, never a reason not to start; the rest of the file counts.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tuik8s.ui.theme import THEMES, full_name

FPS_MIN, FPS_MAX = 1, 30

PRESETS: dict[str, dict[str, str]] = {
    "k9s": {"rows.delete": "delete,ctrl+d", "table.page": "pagedown,ctrl+f"},
    "vim": {"table.right": "right,l", "rows.logs": "L"},
}
"""preset -> binding id -> keys. k9s: Ctrl+D deletes, so it scrolls no more. vim: l goes right."""

CHOICES: dict[str, tuple[str, ...]] = {
    "confirm": ("auto", "always"),
    "preset": ("", *PRESETS),
}


@dataclass(frozen=True)
class Settings:
    """See the module's text."""

    theme: str = ""
    fps: int = 10
    confirm: str = "auto"
    preset: str = ""
    ascii: bool = False
    mouse: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def keymap(self) -> dict[str, str]:
        """binding id -> keys: the preset's, then what the file says itself."""
        return {**PRESETS.get(self.preset, {}), **self.keys}


def settings_from(text: str, binding_ids: Collection[str]) -> tuple[Settings, list[str]]:
    """What the file says, and what is wrong with it, each with its line."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Settings(), [f"this is no TOML: {error}"]
    found, warnings = Settings(), []
    for name, value in document.items():
        problem = ""
        if name == "keys" and isinstance(value, dict):
            keys, problems = _keys(text, value, binding_ids)
            found = dataclasses.replace(found, keys=keys)
            warnings += problems
        elif name == "keys":
            problem = '[keys] is a table, with lines such as "rows.describe" = "d,enter"'
        else:
            found, problem = with_value(found, name, value)
        if problem:
            warnings.append(f"line {line_of(text, name)}: {problem}")
    return found, warnings


def with_value(settings: Settings, name: str, value: Any) -> tuple[Settings, str]:
    """The settings with another value, or as they were and what is wrong with it."""
    known = [f.name for f in dataclasses.fields(Settings) if f.name != "keys"]
    if name not in known:
        return settings, f"no setting {name!r}{nearest(name, known)}"
    wanted: Any = value
    if name == "fps":
        rates = {str(rate): rate for rate in range(FPS_MIN, FPS_MAX + 1)}
        wanted = rates.get(str(value))
        if wanted is None:
            return settings, f"fps is a number from {FPS_MIN} to {FPS_MAX}, not {value!r}"
    elif name == "theme":
        wanted = full_name(str(value))
        if wanted is None:
            names = [theme.name for theme in THEMES]
            return settings, f"no theme {value!r}; themes: {', '.join(names)}"
    elif name in CHOICES:
        if value not in CHOICES[name]:
            return settings, f"{name} is one of {', '.join(filter(None, CHOICES[name]))}"
    elif value not in (True, False, "true", "false"):
        return settings, f"{name} is true or false, not {value!r}"
    else:
        wanted = value in (True, "true")
    return dataclasses.replace(settings, **{name: wanted}), ""


def _keys(
    text: str, table: Mapping[str, Any], binding_ids: Collection[str]
) -> tuple[dict[str, str], list[str]]:
    keys, warnings = {}, []
    for name, value in _flat(table).items():
        if name not in binding_ids:
            problem = f"no binding {name!r}{nearest(name, binding_ids)}"
            warnings.append(f"line {line_of(text, name)}: {problem}")
        elif not isinstance(value, str) or not value.strip():
            warnings.append(f'line {line_of(text, name)}: {name} needs keys in quotes: "d,enter"')
        else:
            keys[name] = ",".join(key.strip() for key in value.split(","))
    return keys, warnings


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`rows.describe` may be written with quotes, or as a table of its own."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def nearest(name: str, known: Collection[str]) -> str:
    """`; did you mean 'x'?` or nothing."""
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def line_of(text: str, name: str) -> int:
    """The line where a key is written, from 1; the last part of a dotted one is looked for."""
    for wanted in (name, name.rpartition(".")[2]):
        pattern = re.compile(rf"""^\s*[\w."']*?["']?{re.escape(wanted)}["']?\s*=""")
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.match(line):
                return number
    return 1
