"""Text about one object, kept up to date: YAML or a description; / searches, n goes on."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tuik8s.ui.feed import Feed
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.widgets.prompt import Prompt

REFRESH_EVERY_MS = 1_000


class TextScreen(DashboardScreen):
    """Scrolls a text; it is rendered anew each second and repainted when it changed."""

    BINDINGS = [
        ("escape,q", "app.leave", "Back"),
        ("j,down", "scroll(1)", ""),
        ("k,up", "scroll(-1)", ""),
        ("ctrl+d,ctrl+f,pagedown", "scroll(20)", ""),
        ("ctrl+u,ctrl+b,pageup", "scroll(-20)", ""),
        ("g,home", "top", ""),
        ("G,end", "bottom", ""),
        ("slash", "search", "Search"),
        ("n", "next", "Next"),
        ("c", "copy", "Copy"),
    ]

    def __init__(self, feed: Feed, title: str, text: Callable[[], str]) -> None:
        super().__init__(feed)
        self._title = title
        self._render_text = text
        self._text = ""
        self._word = ""

    def body(self) -> ComposeResult:
        with VerticalScroll(id="page"):
            yield Static(id="text", markup=False)

    def on_mount(self) -> None:
        self.query_one("#page").focus()
        self.pump(self.feed.now_ms())

    def pump(self, now_ms: int) -> None:
        if not self.is_due("text", REFRESH_EVERY_MS) and self._text:
            return
        text = self._render_text()
        if text != self._text:
            self._text = text
            self.query_one("#text", Static).update(text)

    def title_line(self) -> str:
        return self._title + (f"  /{self._word}" if self._word else "")

    def action_scroll(self, lines: int) -> None:
        self.query_one("#page", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_top(self) -> None:
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    def action_bottom(self) -> None:
        self.query_one("#page", VerticalScroll).scroll_end(animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.notify(f"copied {self._title}: {len(self._text)} characters (OSC 52)")

    def action_search(self) -> None:
        self.query_one(Prompt).open("/", self._word)

    def action_next(self) -> None:
        """Scroll to the next line that has the word."""
        page = self.query_one("#page", VerticalScroll)
        lines = self._text.lower().splitlines()
        start = int(page.scroll_y) + 1
        for number in (*range(start, len(lines)), *range(start)):
            if self._word and number < len(lines) and self._word.lower() in lines[number]:
                page.scroll_to(y=number, animate=False)
                return

    def on_prompt_done(self, event: Prompt.Done) -> None:
        if event.sign == ":":
            return
        event.stop()
        self._word = event.text or ""
        self.query_one(Prompt).close()
        self.action_next()
