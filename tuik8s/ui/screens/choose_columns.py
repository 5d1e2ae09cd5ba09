"""The dialog that says which columns a table shows: its own, and one per label its objects have."""

from __future__ import annotations

from collections import Counter

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import SelectionList, Static

from tuik8s.ui.tables import Shape, Table

LABELS_MAX = 30


class ChooseColumns(ModalScreen[Shape | None]):
    """Space switches a column, Enter shows what is chosen, Esc leaves everything as it was."""

    DEFAULT_CSS = """
    ChooseColumns { align: center middle; }
    ChooseColumns Vertical { width: 60; max-width: 100%; height: auto; max-height: 90%;
        border: round $accent; background: $surface; padding: 0 1; }
    ChooseColumns SelectionList { height: auto; max-height: 20; border: none;
        background: $surface; }
    """
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", id="columns.cancel"),
        Binding("enter", "take", "Show these", priority=True, id="columns.take"),
        Binding("j", "move(1)", "Down", show=False, id="columns.down"),
        Binding("k", "move(-1)", "Up", show=False, id="columns.up"),
    ]

    def __init__(self, table: Table, shown: list[str]) -> None:
        super().__init__()
        self._shape = table.shape
        self._columns = [(name, name in shown) for name in table.column_names]
        keys = Counter(
            key for obj in table.objects() for key in obj["metadata"].get("labels") or ()
        )
        some = [*table.shape.labels, *(key for key, _ in keys.most_common(LABELS_MAX))]
        self._labels = list(dict.fromkeys(some))

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("columns   (Space switches, Enter shows them, Esc cancels)")
            yield SelectionList[str](
                *((name, name, shown) for name, shown in self._columns),
                *((f"label {key}", f"+{key}", key in self._shape.labels) for key in self._labels),
            )

    def on_mount(self) -> None:
        self.query_one(SelectionList).focus()

    def action_move(self, step: int) -> None:
        choices = self.query_one(SelectionList)
        choices.action_cursor_down() if step > 0 else choices.action_cursor_up()

    def action_take(self) -> None:
        chosen = list(self.query_one(SelectionList).selected)
        columns = tuple(name for name in chosen if not name.startswith("+"))
        labels = tuple(name[1:] for name in chosen if name.startswith("+"))
        self.dismiss(self._shape._replace(chosen=columns, labels=labels) if columns else None)
