"""All keys of the dashboard, found in the bindings of its widgets and screens; nothing is listed
twice.

The help, `tuik8s ui --print-keys` and the check of the settings file are made of this.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, key_to_character

import tuik8s.ui
from tuik8s.ui.settings import nearest

NAMES = {
    "slash": "/", "colon": ":", "question_mark": "?", "exclamation_mark": "!", "minus": "-",
    "left_square_bracket": "[", "right_square_bracket": "]", "left_curly_bracket": "{",
    "right_curly_bracket": "}", "comma": ",", "full_stop": ".", "at": "@", "apostrophe": "'",
    "backslash": "\\", "pageup": "PgUp", "pagedown": "PgDn", "escape": "Esc", "enter": "Enter",
    "space": "Space", "delete": "Del", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "home": "Home", "end": "End", "tab": "Tab",
}  # fmt: skip
KEY_NAMES = tuple({*NAMES, "plus", *(key.value.rpartition("+")[2] for key in Keys)})
MODIFIERS = {"ctrl", "shift", "alt", "super", "hyper", "meta"}


class Shown(NamedTuple):
    """A binding as it is listed: where it works, its id, its keys, what it does."""

    place: str
    id: str
    keys: str
    what: str


def key_name(keys: str) -> str:
    """`ctrl+k,delete` -> `Ctrl+K Del`."""
    return " ".join(_name(key.strip()) for key in keys.split(","))


def _name(key: str) -> str:
    *modifiers, last = key.split("+")
    shown = NAMES.get(last, last.upper() if modifiers or (last[:1] == "f" and last[1:]) else last)
    return "+".join([*(each.title() for each in modifiers), shown])


def catalog() -> list[Shown]:
    """Every binding of every class of the dashboard, in the order of its code."""
    return [
        Shown(owner.__name__, each.id or "", each.key, each.description or words_of(each.action))
        for owner in _owners()
        for each in _own_bindings(owner)
    ]


def binding_ids() -> list[str]:
    return list(dict.fromkeys(shown.id for shown in catalog() if shown.id))


def unknown_keys(keymap: Mapping[str, str]) -> list[str]:
    """What is wrong with the keys of a keymap: names that no terminal sends."""
    found = []
    for binding, keys in keymap.items():
        for key in keys.split(","):
            *modifiers, last = key.split("+") if key != "+" else [key]
            if not MODIFIERS.issuperset(modifiers):
                known = ", ".join(sorted(MODIFIERS))
                found.append(f"{binding}: no key {key!r}; modifiers: {known}")
            elif not (last in KEY_NAMES or len(last) == 1 or key_to_character(last)):
                found.append(f"{binding}: no key {key!r}{nearest(last, KEY_NAMES)}")
    return found


def printed(keymap: Mapping[str, str]) -> str:
    """The whole keymap as it is with these settings, one binding a line, by place."""
    lines: list[str] = []
    place = ""
    found = catalog()
    width = max(len(shown.id) for shown in found)
    for shown in found:
        if shown.place != place:
            place = shown.place
            lines += ["", f"{place}"] if lines else [place]
        keys = key_name(keymap.get(shown.id, shown.keys))
        lines.append(f"  {shown.id:<{width}}  {keys:<18}  {shown.what}")
    return "\n".join(lines)


def words_of(action: str) -> str:
    """`sort('NAME')` -> `sort NAME`."""
    for char in "()',\"":
        action = action.replace(char, " ")
    return " ".join(action.replace("app.", "").replace("_", " ").split())


def _owners() -> Iterator[type[DOMNode]]:
    for found in pkgutil.walk_packages(tuik8s.ui.__path__, "tuik8s.ui."):
        module = importlib.import_module(found.name)
        for value in list(vars(module).values()):
            is_class = isinstance(value, type) and value.__module__ == module.__name__
            if is_class and issubclass(value, DOMNode) and "BINDINGS" in vars(value):
                yield value


def _own_bindings(owner: type[DOMNode]) -> Iterator[Binding]:
    for each in vars(owner)["BINDINGS"]:
        yield each if isinstance(each, Binding) else Binding(*each)
