"""A question before something changes: y does it, n or Esc does not, Enter does nothing.

It says what will be affected, which command would do the same, and what takes it back. Where
everything of something goes, y is not enough: its name must be typed. All other keys do nothing,
be they the dashboard's.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

UNDO = "z: a cluster goes on from just before it"


class Confirm(ModalScreen[bool]):
    """Dismissed with True by y alone or, where `name` is given, by that name and Enter."""

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm Vertical { width: 80%; min-width: 40; max-width: 100; height: auto;
        border: round $warning; padding: 0 1; background: $surface; }
    Confirm Input { border: none; height: 1; }
    """
    BINDINGS = [
        Binding("y", "answer(True)", "yes", id="confirm.yes"),
        Binding("n,escape", "answer(False)", "no", id="confirm.no"),
    ]

    def __init__(
        self, question: str, affects: str, same_as: str, name: str = "", undo: str = UNDO
    ) -> None:
        super().__init__()
        self._lines = [question, f"  affects   {affects}", f"  same as   {same_as}"]
        self._lines += [f"  undo      {undo}"] if undo else []
        self._wanted = name

    def compose(self) -> ComposeResult:
        with Vertical():
            for line in self._lines:
                yield Static(line, markup=False)
            if self._wanted:
                yield Static(f"\ntype {self._wanted} and Enter to do it, Esc cancels", markup=False)
                yield Input(compact=True)
            else:
                yield Static("\n[b]y[/b] do it    [b]n[/b] cancel    (Enter does nothing here)")

    def on_mount(self) -> None:
        if self._wanted:
            self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip() == self._wanted:
            self.dismiss(True)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
