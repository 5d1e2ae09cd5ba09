"""A question before something changes: y does it, n or Esc does not, Enter does nothing.

It says what will be affected and which command would do the same.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class Confirm(ModalScreen[bool]):
    """Dismissed with True only by y."""

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm Vertical { width: 80%; max-width: 100; height: auto; border: round $warning; padding:
    0 1;
        background: $surface; }
    """
    BINDINGS = [
        ("y", "answer(True)", "yes"),
        ("n", "answer(False)", "no"),
        ("escape", "answer(False)", "no"),
    ]

    def __init__(self, question: str, affects: str, same_as: str) -> None:
        super().__init__()
        self._lines = (question, f"  affects   {affects}", f"  same as   {same_as}")

    def compose(self) -> ComposeResult:
        with Vertical():
            for line in self._lines:
                yield Static(line, markup=False)
            yield Static("\n[b]y[/b] do it    [b]n[/b] cancel    (Enter does nothing here)")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
