"""What a dashboard remembers of a cluster from one time to the next: views, namespace, commands.

One small JSON document per cluster and viewer. What cannot be read is forgotten, never fatal.
"""

from __future__ import annotations

import msgspec

from tuik8s.ui.tables import Table

HISTORY_MAX = 100


class View(msgspec.Struct):
    """How the table of one kind is shown."""

    filter: str = ""
    sort: str = ""
    """The heading sorted by; "" for the first."""
    descending: bool = False
    wide: bool = False
    labels: list[str] = msgspec.field(default_factory=list)
    columns: list[str] = msgspec.field(default_factory=list)
    """Exactly these columns; empty for the usual ones."""


class Memory(msgspec.Struct):
    """All that is remembered of one cluster."""

    place: str = ""
    """The command that leads to the last view: `pods`, `deploy`, `routes`."""
    namespace: str = ""
    theme: str = ""
    views: dict[str, View] = msgspec.field(default_factory=dict)
    """resource id -> its view"""
    history: list[str] = msgspec.field(default_factory=list)
    """Commands, oldest first."""

    def note_command(self, text: str) -> None:
        """Put a command last in the history, once."""
        kept = [each for each in self.history if each != text]
        self.history = [*kept, text][-HISTORY_MAX:]

    def to_json(self) -> str:
        return msgspec.json.format(msgspec.json.encode(self)).decode()


def view_of(table: Table) -> View:
    """How a table is shown, to be remembered."""
    store, shape = table.store, table.shape
    return View(
        filter=str(store.filter or ""),
        sort=store.columns[store.sort_column].name,
        descending=store.sort_descending,
        wide=shape.wide,
        labels=list(shape.labels),
        columns=list(shape.chosen),
    )


def memory_from(text: str) -> Memory:
    """Read it back; a new one from what cannot be read."""
    try:
        return msgspec.json.decode(text, type=Memory) if text else Memory()
    except msgspec.MsgspecError:
        return Memory()
