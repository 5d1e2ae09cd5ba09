"""The line at the bottom for a filter (`/`) or a command (`:`), with completion and errors."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static


class Prompt(Horizontal):
    """Hidden until opened; posts Changed while a filter is typed and Done when it is entered."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; background: $surface; }
    Prompt.open { display: block; }
    Prompt #sign { width: 2; color: $accent; text-style: bold; }
    Prompt Input { border: none; height: 1; padding: 0; background: $surface; width: 1fr; }
    Prompt #error { width: auto; max-width: 60%; color: $error; }
    """

    BINDINGS = [Binding("tab", "complete", "Complete", show=False)]

    class Changed(Message):
        """The text while it is typed; sign is / or :."""

        def __init__(self, sign: str, text: str) -> None:
            super().__init__()
            self.sign, self.text = sign, text

    class Done(Message):
        """The text entered; None when the prompt was left with Esc."""

        def __init__(self, sign: str, text: str | None) -> None:
            super().__init__()
            self.sign, self.text = sign, text

    _sign = ""
    _before: Widget | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="sign")
        yield Input(id="line", compact=True)
        yield Static(id="error", markup=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("open")

    def open(self, sign: str, text: str, words: Sequence[str] = ()) -> None:
        """Show the prompt. words: what Tab and → complete to."""
        self.query_one("#sign", Static).update(sign)
        line = self.query_one(Input)
        line.suggester = SuggestFromList(words, case_sensitive=False) if words else None
        line.value = text
        line.cursor_position = len(text)
        self._sign = sign
        if not self.is_open:
            self._before = self.screen.focused
        self.say("")
        self.add_class("open")
        self.screen.set_focus(line)  # at once: the next key may be there already

    def say(self, error: str) -> None:
        self.query_one("#error", Static).update(error)

    def close(self) -> None:
        """Hide it; whoever had the keys before has them again."""
        self.remove_class("open")
        if self._before is not None and self._before.is_attached:
            self._before.focus()

    def action_complete(self) -> None:
        """Take the suggestion, if there is one; the keys stay with the prompt."""
        self.query_one(Input).action_cursor_right()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Changed(self._sign, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Done(self._sign, event.value))

    def key_escape(self) -> None:
        self.post_message(self.Done(self._sign, None))
