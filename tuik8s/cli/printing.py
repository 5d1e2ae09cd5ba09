"""Objects on standard output: the server's tables as kubectl prints them, YAML, JSON, names."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from tuik8s.api.types import Object

GAP = "   "


class TablePrinter:
    """Prints server Tables of one kind; what comes later keeps to the columns.

    wide: columns of lower priority too. prefix: before each name, such as `pod/`. labels: a column
    each; all_labels: one with all of them.
    """

    def __init__(
        self,
        *,
        wide: bool,
        namespaces: bool,
        headers: bool = True,
        prefix: str = "",
        labels: Sequence[str] = (),
        all_labels: bool = False,
    ) -> None:
        self._wide = wide
        self._namespaces = namespaces
        self._headers = headers
        self._prefix = prefix
        self._labels = labels
        self._all_labels = all_labels
        self._shown: list[int] = []
        self._widths: list[int] = []

    def show(self, table: Object) -> None:
        """Print the rows of a table, with the header the first time."""
        lines = []
        if table.get("columnDefinitions") and not self._shown:
            lines.append(self._header(table["columnDefinitions"]))
        lines += [self._cells(row) for row in table.get("rows") or ()]
        if not lines:
            return
        self._widths = [
            max(len(line[i]) for line in [*lines, [" " * width for width in self._widths]])
            if self._widths
            else max(len(line[i]) for line in lines)
            for i in range(len(lines[0]))
        ]
        if not self._headers and table.get("columnDefinitions"):
            lines = lines[1:]
        for line in lines:
            cells = zip(line, self._widths, strict=True)
            print(GAP.join(f"{cell:<{width}}" for cell, width in cells).rstrip())
        sys.stdout.flush()

    def _header(self, columns: Sequence[Object]) -> list[str]:
        self._shown = [i for i, c in enumerate(columns) if self._wide or not c.get("priority")]
        names = [str(columns[i]["name"]).upper() for i in self._shown]
        names += [label.rpartition("/")[2].upper() for label in self._labels]
        names += ["LABELS"] * self._all_labels
        return ["NAMESPACE", *names] if self._namespaces else names

    def _cells(self, row: Object) -> list[str]:
        cells = [cell_text(row["cells"][i]) for i in self._shown]
        cells[0] = self._prefix + cells[0]
        meta = (row.get("object") or {}).get("metadata") or {}
        labels = meta.get("labels") or {}
        cells += [labels.get(label, "") for label in self._labels]
        if self._all_labels:
            cells.append(",".join(f"{k}={v}" for k, v in sorted(labels.items())) or "<none>")
        if self._namespaces:
            cells.insert(0, meta.get("namespace") or "")
        return cells


def cell_text(value: Any) -> str:
    """A cell as one printable line."""
    text = "<none>" if value is None else str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def show_objects(objects: Sequence[Object], form: str, *, single: bool, managed: bool) -> None:
    """As `yaml` or `json`: the one object that was named, else a List."""
    shown = objects if managed else [_without_managers(obj) for obj in objects]
    whole: Object
    if single:
        whole = shown[0]
    else:
        meta = {"resourceVersion": ""}
        whole = {"apiVersion": "v1", "items": list(shown), "kind": "List", "metadata": meta}
    print(text_of(whole, form), end="", flush=True)


def text_of(obj: Object, form: str) -> str:
    """One object as text that ends a line."""
    if form == "json":
        return json.dumps(obj, indent=4, ensure_ascii=False) + "\n"
    from tuik8s.ui.describe import yaml_of

    return yaml_of(obj, whole=True)


def _without_managers(obj: Object) -> Object:
    meta = obj.get("metadata") or {}
    return {**obj, "metadata": {k: v for k, v in meta.items() if k != "managedFields"}}
