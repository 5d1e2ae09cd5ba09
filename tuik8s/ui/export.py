"""The rows of a table as CSV and JSON, exactly those that are shown, in the order shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from tuik8s.ui.rowstore import RowStore

FORMATS = ("csv", "json", "svg")


def rows_of(store: RowStore, uids: Iterable[str] | None = None) -> list[dict[str, str]]:
    """Heading -> text of each row; of all that are shown unless uids says which."""
    names = [column.name for column in store.columns]
    found = [store.find(uid) for uid in (store.order if uids is None else uids)]
    return [
        dict(zip(names, (cell.text for cell in row.cells), strict=False))
        for row in found
        if row is not None
    ]


def as_csv(names: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    """A line of headings, then one per row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_json(rows: list[dict[str, str]]) -> str:
    """One object for one row, else a list of them."""
    shown: object = rows[0] if len(rows) == 1 else rows
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def exported(store: RowStore, style: str) -> str:
    """The shown rows as `csv` or `json`; a list always, in JSON."""
    rows = rows_of(store)
    if style == "csv":
        return as_csv([column.name for column in store.columns], rows)
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
