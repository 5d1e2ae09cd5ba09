"""A list to choose one of; Esc chooses none."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option


class Choice(ModalScreen[str | None]):
    """Dismissed with the text that was chosen."""

    DEFAULT_CSS = """
    Choice { align: center middle; }
    Choice Vertical { width: 60; max-width: 100%; height: auto; max-height: 80%;
        border: round $accent; background: $surface; padding: 0 1; }
    Choice OptionList { height: auto; max-height: 20; border: none; background: $surface; }
    """
    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "Cancel", id="choice.cancel"),
        Binding("j", "move(1)", "Down", show=False, id="choice.down"),
        Binding("k", "move(-1)", "Up", show=False, id="choice.up"),
    ]

    def __init__(self, title: str, texts: Sequence[str]) -> None:
        super().__init__()
        self._title, self._texts = title, list(texts)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(f"{self._title}   (Enter, Esc)", markup=False)
            yield OptionList(*(Option(text) for text in self._texts), markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def action_move(self, step: int) -> None:
        choices = self.query_one(OptionList)
        choices.action_cursor_down() if step > 0 else choices.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._texts[event.option_index])
