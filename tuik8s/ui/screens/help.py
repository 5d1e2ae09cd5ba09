"""Every key that works here, made from the bindings themselves; type to search."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tuik8s.ui.filter import GRAMMAR

NAMES = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


class HelpScreen(ModalScreen[None]):
    """Two columns: keys and what they do."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll { width: 80; height: 90%; border: round $accent; padding: 0 1;
        background: $surface; }
    HelpScreen Input { border: none; height: 1; }
    """
    BINDINGS = [
        ("escape", "dismiss", "Close"),
        ("down", "scroll(1)", ""),
        ("up", "scroll(-1)", ""),
        ("pagedown", "scroll(10)", ""),
        ("pageup", "scroll(-10)", ""),
    ]

    def __init__(self, bindings: Iterable[Binding]) -> None:
        super().__init__()
        self._rows = rows_of(bindings)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Input(placeholder="search", compact=True)
            yield Static(id="keys", markup=False)
            yield Static("\nfilter (/)\n" + GRAMMAR, markup=False)
            yield Static(
                "\ncommands (:)\n"
                "  :pods :deploy :svc ...   any kind by any of its names\n"
                "  :ns NAME   :ns all       only one namespace, or all\n"
                "  :overview :routes :engine :faults :theme NAME :q",
                markup=False,
            )

    def on_mount(self) -> None:
        self._show("")
        self.query_one(Input).focus()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        if "?" in event.value:
            self.dismiss()  # the key that opened it; the search line has it before any binding
        else:
            self._show(event.value.lower())

    def _show(self, word: str) -> None:
        chosen = [row for row in self._rows if word in f"{row[0]} {row[1]}".lower()]
        lines = [f"  {keys:<16}{what}" for keys, what in chosen] or ["  (no key does that)"]
        self.query_one("#keys", Static).update("\n".join(lines))


def rows_of(bindings: Iterable[Binding]) -> list[tuple[str, str]]:
    """(keys, what they do), one row per action, in the order of the bindings."""
    by_action: dict[str, tuple[list[str], str]] = {}
    for binding in bindings:
        keys, what = by_action.setdefault(binding.action, ([], ""))
        keys.append(NAMES.get(binding.key, binding.key))
        by_action[binding.action] = (keys, what or binding.description)
    return [
        (" ".join(dict.fromkeys(keys)), what or _words(action))
        for action, (keys, what) in by_action.items()
    ]


def _words(action: str) -> str:
    """`sort('NAME')` -> `sort NAME`."""
    for char in "()',\"":
        action = action.replace(char, " ")
    return " ".join(action.replace("app.", "").replace("_", " ").split())
