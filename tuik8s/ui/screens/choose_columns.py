"""The dialog that says which columns a table shows: its own, and one per label its objects have."""

from __future__ import annotations

from collections import Counter

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from tuik8s.ui.tables import Shape, Table

LABELS_MAX = 30


class ChooseColumns(ModalScreen[Shape | None]):
    """Space switches a column, Enter shows what is chosen, Esc leaves everything as it was."""

    DEFAULT_CSS = """
    ChooseColumns { align: center middle; }
    ChooseColumns Vertical { width: 60; max-width: 100%; height: auto; max-height: 90%;
        border: round $accent; background: $surface; padding: 0 1; }
    ChooseColumns OptionList { height: auto; max-height: 20; border: none; background: $surface; }
    ChooseColumns OptionList:focus { border: none; }
    """
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", id="columns.cancel"),
        Binding("space", "switch", "Show or hide", id="columns.switch"),
        Binding("enter", "take", "Show these", priority=True, id="columns.take"),
        Binding("j", "move(1)", "Down", show=False, id="columns.down"),
        Binding("k", "move(-1)", "Up", show=False, id="columns.up"),
    ]

    def __init__(self, table: Table, shown: list[str]) -> None:
        super().__init__()
        self._shape = table.shape
        self._chosen = {("", name) for name in shown if name in table.column_names}
        self._chosen |= {("label", key) for key in table.shape.labels}
        keys = Counter(
            key for obj in table.objects() for key in obj["metadata"].get("labels") or ()
        )
        some = [*table.shape.labels, *(key for key, _ in keys.most_common(LABELS_MAX))]
        self._choices = [("", name) for name in table.column_names]
        self._choices += [("label", key) for key in dict.fromkeys(some)]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("columns   (Space switches, Enter shows them, Esc cancels)")
            yield OptionList(*(self._line(choice) for choice in self._choices), markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def _line(self, choice: tuple[str, str]) -> str:
        return f"{'[x]' if choice in self._chosen else '[ ]'} {' '.join(choice).strip()}"

    def action_switch(self) -> None:
        choices = self.query_one(OptionList)
        index = choices.highlighted
        if index is not None:
            self._chosen ^= {self._choices[index]}
            choices.replace_option_prompt_at_index(index, self._line(self._choices[index]))

    def action_move(self, step: int) -> None:
        choices = self.query_one(OptionList)
        choices.action_cursor_down() if step > 0 else choices.action_cursor_up()

    def action_take(self) -> None:
        chosen = [choice for choice in self._choices if choice in self._chosen]
        columns = tuple(name for what, name in chosen if not what)
        labels = tuple(name for what, name in chosen if what)
        self.dismiss(self._shape._replace(chosen=columns, labels=labels) if columns else None)
