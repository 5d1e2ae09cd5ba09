"""Jump mode: a letter over every pane that can have the keys, and the letter goes there."""

from __future__ import annotations

from string import ascii_lowercase

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Key
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static


class JumpScreen(ModalScreen[Widget | None]):
    """Dismissed with the pane whose letter was typed; any other key leaves."""

    DEFAULT_CSS = """
    JumpScreen Static { position: absolute; width: 3; height: 1; background: $accent;
        color: $background; text-style: bold; }
    """
    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel", id="jump.cancel")]

    def __init__(self, panes: list[Widget]) -> None:
        super().__init__()
        self._panes = dict(zip(ascii_lowercase, panes, strict=False))

    def compose(self) -> ComposeResult:
        for letter, pane in self._panes.items():
            label = Static(f" {letter} ")
            label.styles.offset = (pane.region.x, pane.region.y)
            yield label

    def on_key(self, event: Key) -> None:
        event.stop()
        self.dismiss(self._panes.get(event.key))
