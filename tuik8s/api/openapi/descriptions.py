"""The prose of types and fields, from the docstrings of the installed lightkube-models.

The modules are read as text, not imported (a thousand dataclasses would take longer than the rest
of the document). Their lines were wrapped at 78 columns and paragraphs run together; a line that
ends although the next word would have fitted was the end of a paragraph.

What the package does not know has no description, and none is missed: clients show `<empty>`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Final

_CLASS: Final = re.compile(
    r'^class (\w+)\(DictMixin\):\n    r"""(.*?)"""$', re.DOTALL | re.MULTILINE
)
_FIELD: Final = re.compile(
    r"^ {6}\* \*\*(\S+)\*\* ``[^`]*`` - ?(.*?)(?=^ {6}\* \*\*|\Z)", re.DOTALL | re.MULTILINE
)
_PARAMETERS: Final = "**parameters**"
_WIDTH: Final = 78
_BULLETS: Final = ("* ", "- ")
_RENAMED: Final = {"d_ref": "$ref", "d_schema": "$schema"}

Prose = tuple[str, dict[str, str]]


def describe(schema_id: str) -> Prose:
    """The description of a type and of its fields by name; empty where there is none."""
    package, _, name = schema_id.rpartition(".")
    parts = package.split(".")
    return _module("_".join(parts[-2:])).get(name, ("", {}))


@lru_cache(maxsize=64)
def _module(name: str) -> dict[str, Prose]:
    folder = _folder()
    path = folder / f"{name}.py" if folder else None
    if path is None or not path.is_file():
        return {}
    source = path.read_text(encoding="utf-8")
    return {found[1]: _read(found[2]) for found in _CLASS.finditer(source)}


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    try:
        spec = find_spec("lightkube.models")
    except ModuleNotFoundError:
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _read(docstring: str) -> Prose:
    head, _, parameters = docstring.partition(_PARAMETERS)
    fields = {_field_name(found[1]): _unwrap(found[2]) for found in _FIELD.finditer(parameters)}
    return _unwrap(head), {name: text for name, text in fields.items() if text}


def _field_name(name: str) -> str:
    name = _RENAMED.get(name, name.rstrip("_"))
    return name.replace("_", "-") if name.startswith("x_kubernetes_") else name


def _unwrap(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    out = lines[0] if lines else ""
    in_list = False
    for before, line in pairwise(lines):
        is_item = line.startswith(_BULLETS)
        if not line or not before:
            out += f"\n{line}"
        elif len(before) + 1 + len(line.split()[0]) > _WIDTH:
            out += f" {line}"
        elif in_list:
            out += f"\n{line}" if is_item else f"\n  {line}"
        else:
            out += f"\n\n{line}"
        in_list = is_item or (in_list and bool(line))
    return out
