"""The line at the bottom for a filter (`/`) or a command (`:`): completion, history, errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Key
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static

from tuik8s.ui.filter import GRAMMAR
from tuik8s.ui.widgets.note import Note

Complete = Callable[[str], list[str]]
"""what is typed -> what it may become, best first"""

HINTS_MAX = 6
HELD_S = 0.5
"""Nothing that is entered takes as long."""


class Prompt(Horizontal):
    """Hidden until opened; posts Changed while a filter is typed and Done when it is entered."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; background: $surface; }
    Prompt.open { display: block; }
    Prompt #sign { width: 2; color: $accent; text-style: bold; }
    Prompt Input { border: none; height: 1; padding: 0; background: $surface; width: 1fr; }
    Prompt #hint { width: auto; max-width: 50%; color: $text-muted; }
    Prompt #error { width: auto; max-width: 70%; color: $text-error; }
    """

    BINDINGS = [
        Binding("tab", "complete", "Complete", show=False, id="prompt.complete"),
        Binding("up", "recall(-1)", "Earlier", show=False, id="prompt.earlier"),
        Binding("down", "recall(1)", "Later", show=False, id="prompt.later"),
        Binding("escape", "leave", "Leave", show=False, id="prompt.leave"),
    ]

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
    _complete: Complete | None = None
    _history: Sequence[str] = ()
    _recalled = 0

    def compose(self) -> ComposeResult:
        yield Static(id="sign")
        yield _Line(id="line", compact=True)
        yield Static(id="hint", markup=False)
        yield Static(id="error", markup=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("open")

    def open(
        self,
        sign: str,
        text: str,
        complete: Complete | None = None,
        history: Sequence[str] = (),
        placeholder: str = "",
    ) -> None:
        """Show the prompt. complete: what Tab and → offer; history: what ↑ brings back;
        placeholder: what is said while nothing is typed."""
        self.query_one("#sign", Static).update(sign)
        line = self.query_one(Input)
        line.suggester = _Completer(complete) if complete else None
        line.placeholder = placeholder
        line.value = text
        line.cursor_position = len(text)
        self._sign, self._complete = sign, complete
        self._history, self._recalled = list(history), len(history)
        if not self.is_open:
            self._before = self.screen.focused
        self.say("")
        self._hint(text)
        self.add_class("open")
        self.screen.set_focus(line)  # at once: the next key may be there already

    def say(self, error: str) -> None:
        self.query_one("#error", Static).update(error)
        if error:
            self.query_one("#hint", Static).update("")
            self.query_one(_Line).let_go()

    def close(self) -> None:
        """Hide it; whoever had the keys before has them again."""
        self.remove_class("open")
        if self._before is not None and self._before.is_attached:
            self._before.focus()
        self.query_one(_Line).let_go()

    def action_complete(self) -> None:
        """Take the best completion, if there is one; the keys stay with the prompt."""
        line = self.query_one(Input)
        found = self._complete(line.value) if self._complete else []
        if found:
            line.value = found[0]
            line.cursor_position = len(line.value)

    def action_recall(self, step: int) -> None:
        """Bring back what was entered before."""
        self._recalled = max(0, min(self._recalled + step, len(self._history)))
        line = self.query_one(Input)
        line.value = self._history[self._recalled] if self._recalled < len(self._history) else ""
        line.cursor_position = len(line.value)

    def action_leave(self) -> None:
        self.post_message(self.Done(self._sign, None))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._sign == "/" and event.value.endswith("?") and event.value[-2:-1] in ("", " "):
            event.input.value = event.value[:-1]  # no term begins so: somebody wants to know
            self.app.push_screen(Note("filter (/)", GRAMMAR))
        elif self.is_open:
            self.say("")
            self._hint(event.value)
            self.post_message(self.Changed(self._sign, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Done(self._sign, event.value))

    def _hint(self, text: str) -> None:
        """What else the text may become."""
        found = self._complete(text) if self._complete else []
        start = text.rpartition(" ")[0]
        words = [each[len(start) :].strip() for each in found[:HINTS_MAX]]
        more = " …" if len(found) > HINTS_MAX else ""
        shown = "  ".join(words) + more if self._complete else "? grammar" if not text else ""
        self.query_one("#hint", Static).update(shown if self._sign in ":/@'" else "")


class _Line(Input):
    """What is typed after Enter belongs to whoever has the keys then, also when it was typed before
    Enter has been understood: it is held until the prompt closes or says what is wrong."""

    _held: list[Key] | None = None

    async def _on_key(self, event: Key) -> None:
        if self._held is None and event.key == "enter":
            self._held = []
            self.post_message(self.Submitted(self, self.value))
            self.set_timer(HELD_S, self.let_go)
        elif self._held is not None:
            self._held.append(event)
        else:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()

    def let_go(self) -> None:
        """Hand on what was held."""
        held, self._held = self._held or (), None
        for key in held:
            self.app.post_message(Key(key.key, key.character))


class _Completer(Suggester):
    """The best completion, in grey behind what is typed."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        found = [each for each in self._complete(value) if each.startswith(value)]
        return found[0] if found and value else None
