"""What is on a screen as CSV, JSON and text: of a table exactly the rows that are shown, in the
order shown; of a page its lines.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from tuik8s.ui.rowstore import RowStore, text_width

FORMATS = ("csv", "json", "txt", "svg")
LINE = "LINE"
"""The heading over the lines of a page."""


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
    return as_document(rows)


def lines_exported(lines: Sequence[str], style: str) -> str:
    """Lines of a page as `csv` or `json`."""
    if style == "csv":
        return as_csv([LINE], ({LINE: each} for each in lines))
    return as_document(lines)


def as_document(value: object) -> str:
    """Anything as readable JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def table_text(store: RowStore) -> str:
    """The shown rows as aligned columns, whole, under their headings; what is marked has a star."""
    names = [column.name for column in store.columns]
    rows = [
        (uid in store.marks, [cell.text for cell in store.get(uid).cells]) for uid in store.order
    ]
    widths = [
        max(text_width(text) for text in column)
        for column in zip(names, *(cells for _, cells in rows), strict=True)
    ]
    return "\n".join(
        _aligned(is_marked, cells, widths) for is_marked, cells in [(False, names), *rows]
    )


def _aligned(is_marked: bool, cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        text + " " * (width - text_width(text)) for text, width in zip(cells, widths, strict=True)
    )
    return ("* " if is_marked else "  ") + "  ".join(padded).rstrip()
