"""A text over the screen; the next key takes it away."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static


class Note(ModalScreen[None]):
    """Shows a text until any key is pressed."""

    DEFAULT_CSS = """
    Note { align: center middle; }
    Note VerticalScroll { width: 96; max-width: 100%; height: auto; max-height: 90%;
        border: round $accent; background: $surface; padding: 0 1; }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Static(f"{self._title}   (any key closes this)\n\n{self._text}", markup=False)

    def on_key(self, event: Key) -> None:
        event.stop()
        self.dismiss()
