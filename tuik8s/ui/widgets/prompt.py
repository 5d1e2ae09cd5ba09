"""The line at the bottom for a filter (`/`) or a command (`:`): completion, history, errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Key, Paste
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from tuik8s.ui.filter import GRAMMAR
from tuik8s.ui.widgets.note import Note

Complete = Callable[[str], list[str]]
"""what is typed -> what it may become, best first"""

HINTS_MAX = 6


class Reader(Protocol):
    """The screen that a prompt is on. sign: what the prompt was opened with."""

    def prompt_changed(self, sign: str, text: str) -> str:
        """Told of the text while it is typed; what is wrong with it, "" if nothing."""
        ...

    def prompt_done(self, sign: str, text: str | None) -> str:
        """Told of the text that was entered, None when the prompt was left with Esc; what is wrong
        with it, "" if nothing: then the prompt closes."""
        ...


class Prompt(Horizontal):
    """Hidden until opened. Its screen is told of everything at once, not by messages: the next key
    may be there already, and belongs to whoever has the keys when this one is done."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; background: $surface; }
    Prompt.open { display: block; }
    Prompt #sign { width: 2; color: $accent; text-style: bold; }
    Prompt Input { border: none; height: 1; padding: 0; background: $surface; width: 1fr; }
    Prompt #hint { width: auto; max-width: 50%; color: $text-muted; }
    Prompt #error { width: auto; max-width: 70%; color: $text-error; }
    """

    BINDINGS = [
        Binding("enter", "enter", "Enter it", show=False, id="prompt.enter"),
        Binding("tab", "complete", "Complete", show=False, id="prompt.complete"),
        Binding("up", "recall(-1)", "Earlier", show=False, id="prompt.earlier"),
        Binding("down", "recall(1)", "Later", show=False, id="prompt.later"),
        Binding("escape", "leave", "Leave", show=False, id="prompt.leave"),
    ]

    _sign = ""
    _before: Widget | None = None
    _complete: Complete | None = None
    _history: Sequence[str] = ()
    _recalled = 0
    _seen = ""
    """The text that the screen was told of."""

    def compose(self) -> ComposeResult:
        yield Static(id="sign")
        yield PromptLine(id="line", compact=True, select_on_focus=False)
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
        """Show the prompt. text: the beginning of a command, or what the first letter replaces;
        complete: what Tab and → offer; history: what ↑ brings back; placeholder: what is said
        while nothing is typed."""
        self.query_one("#sign", Static).update(sign)
        line = self.query_one(Input)
        line.suggester = _Completer(complete) if complete else None
        line.placeholder = placeholder
        line.value = text
        line.selection = Selection(0 if sign != ":" else len(text), len(text))
        self._sign, self._complete, self._seen = sign, complete, text
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

    def finish(self, text: str | None) -> None:
        """Have a text taken, None when nothing is wanted, and close unless something is wrong."""
        self._look()
        before = self._before  # has the keys again first: what is entered may open a dialog
        self.screen.set_focus(before if before is not None and before.is_attached else None)
        problem = self._reader.prompt_done(self._sign, text)
        if problem:
            self.say(problem)
            self.screen.set_focus(self.query_one(Input))
        else:
            self.remove_class("open")

    @property
    def _reader(self) -> Reader:
        return cast("Reader", self.screen)

    def action_enter(self) -> None:
        self.finish(self.query_one(Input).value)

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
        self.finish(None)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look()

    def _look(self) -> None:
        """Have the screen told of a text that it has not heard of."""
        line = self.query_one(Input)
        text = line.value
        if not self.is_open or text == self._seen:
            return
        if self._sign == "/" and text.endswith("?") and text[-2:-1] in ("", " "):
            line.value = text[:-1]  # no term begins so: somebody wants to know
            self.app.push_screen(Note("filter (/)", GRAMMAR))
            return
        self._seen = text
        self._hint(text)
        self.say(self._reader.prompt_changed(self._sign, text))

    def _hint(self, text: str) -> None:
        """What else the text may become."""
        found = self._complete(text) if self._complete else []
        start = text.rpartition(" ")[0]
        words = [each[len(start) :].strip() for each in found[:HINTS_MAX]]
        more = " …" if len(found) > HINTS_MAX else ""
        shown = "  ".join(words) + more if self._complete else "? grammar" if not text else ""
        self.query_one("#hint", Static).update(shown if self._sign in ":/@'" else "")


class PromptLine(Input):
    """What is typed at the prompt; the app hands it each key at once."""

    async def take(self, event: Key | Paste) -> None:
        """Have something inserted."""
        if isinstance(event, Paste):
            self._on_paste(event)
        else:
            await self._on_key(event)


class _Completer(Suggester):
    """The best completion, in grey behind what is typed."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        found = [each for each in self._complete(value) if each.startswith(value)]
        return found[0] if found and value else None
