"""Every key that works here, made from the bindings themselves; type to search."""

from __future__ import annotations

from typing import Any, NamedTuple

from textual.actions import parse
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tuik8s.ui.commands.registry import COMMANDS
from tuik8s.ui.filter import GRAMMAR
from tuik8s.ui.keys import key_name, words_of

LATER = {"app": 1, "time": 1, "page": 2, "table": 2, "": 3}
"""What is not of this screen alone comes after what is; what Textual brings comes last."""


class HelpRow(NamedTuple):
    """One action: its group (from the binding's id), its keys, what it does, and why it cannot be
    had here now ("" when it can)."""

    group: str
    keys: list[str]
    what: str
    reason: str = ""


class HelpScreen(ModalScreen[None]):
    """Keys by group and what they do; what cannot be had is there, with the reason."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll { width: 92; max-width: 100%; height: 90%; border: round $accent;
        padding: 0 1; background: $surface; }
    HelpScreen Input { border: none; height: 1; }
    """
    BINDINGS = [
        Binding("escape", "dismiss", "Close", id="help.close"),
        Binding("down", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("up", "scroll(-1)", "Up", show=False, id="help.up"),
        Binding("pagedown", "scroll(10)", "Page down", show=False, id="help.page"),
        Binding("pageup", "scroll(-10)", "Page up", show=False, id="help.page_up"),
    ]

    def __init__(self, rows: list[HelpRow]) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Input(placeholder="search", compact=True)
            yield Static(id="keys", markup=False)

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
        self.query_one("#keys", Static).update("\n".join(lines_of(self._rows, word)))


def help_rows(screen: Screen[Any]) -> list[HelpRow]:
    """What can be done on a screen now, in the order of its bindings, each action once."""
    rows: dict[str, HelpRow] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        row = rows.get(binding.action)
        if row is None:
            reason = "" if active.enabled else _reason(active.node, binding.action)
            what = binding.description or words_of(binding.action)
            group = (binding.id or "").partition(".")[0]
            row = rows[binding.action] = HelpRow(group, [], what, reason)
        if binding.key not in row.keys:
            row.keys.append(binding.key)
    return list(rows.values())


def lines_of(rows: list[HelpRow], word: str) -> list[str]:
    """The help as lines: keys by group, then commands and the grammar of filters; only those lines
    that have the word."""
    lines: list[str] = []
    groups = dict.fromkeys(row.group for row in rows)
    for group in sorted(groups, key=lambda group: LATER.get(group, 0)):
        found = [_line(row) for row in rows if row.group == group]
        lines += _section(group or "keys", found, word)
    commands = [f"  {command.shown:<34}{command.help}" for command in COMMANDS]
    goes = [
        "  :pods :deploy :svc                any kind by any of its names",
        "  :pods NAMESPACE /FILTER @CLUSTER  of one namespace, filtered, elsewhere",
    ]
    lines += _section("commands (:)", [*goes, *commands], word)
    lines += _section("filter (/)", [f"  {line}" for line in GRAMMAR.splitlines()], word)
    return lines or ["  (no key does that)"]


def _section(title: str, lines: list[str], word: str) -> list[str]:
    found = [line for line in lines if word in line.lower()]
    return ["", title, *found] if found else []


def _line(row: HelpRow) -> str:
    keys = " ".join(key_name(key) for key in row.keys)
    why = f"   (not now: {row.reason})" if row.reason else ""
    return f"  {keys:<20}{row.what}{why}"


def _reason(node: Any, action: str) -> str:
    """What the node of a greyed action says about it."""
    why_not = getattr(node, "why_not", None)
    if why_not is None:
        return "not here"
    _, name, parameters = parse(action)
    found = why_not(name, parameters) if isinstance(node, Screen) else why_not(name)
    return str(found)
