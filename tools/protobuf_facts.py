"""Protobuf messages that the table of the wire specification does not have."""

from __future__ import annotations

Table = dict[str, dict[str, list[str]]]


def complete(table: Table) -> Table:
    """The table with field numbers in order."""
    return {
        name: dict(sorted(fields.items(), key=lambda item: int(item[0])))
        for name, fields in sorted(table.items())
    }
