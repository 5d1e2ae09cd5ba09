"""A screen of the dashboard: bindings, its parts, and `pump`; all thinking is done elsewhere.

The app calls `pump` of the visible screen ten times a second; it takes the newest state from the
feed and hands it to widgets that repaint only what changed. To add a screen: one file here, one
line in `registry.py`, one test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tuik8s.ui.feed import Feed
from tuik8s.ui.refs import NO_REF, Ref, owners_of
from tuik8s.ui.widgets.key_hints import KeyHints
from tuik8s.ui.widgets.lanes import Lanes
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.node_map import NodeMap
from tuik8s.ui.widgets.page import Page
from tuik8s.ui.widgets.prompt import Prompt
from tuik8s.ui.widgets.status_bar import StatusBar
from tuik8s.ui.widgets.timeline_bar import TimelineBar

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


EARLY_MS = 50
"""A tick may come so much early: what is due every second is, at rest, due with every tick."""


class DashboardScreen(Screen[None]):
    """Status bar above, prompt and key hints below, a body between."""

    BINDINGS = [
        Binding("ctrl+d", "half_page(1)", "Half a page down", show=False, id="page.half_down"),
        Binding("ctrl+u", "half_page(-1)", "Half a page up", show=False, id="page.half_up"),
        Binding("o", "node", "Its node", show=False, id="inspect.node"),
        Binding("J", "owner", "Its owner", show=False, id="inspect.owner"),
    ]

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed
        self.is_loaded = False
        """Whether all parts exist; before that nothing may be shown on them."""
        self.timeline_bar = TimelineBar()
        self._due: dict[str, tuple[int, int]] = {}

    @property
    def dashboard(self) -> Dashboard:
        """The application, by its own type."""
        return cast("Dashboard", self.app)

    def on_mount(self) -> None:
        # Textual calls the one of the screen itself first, then this one.
        self.is_loaded = True

    def compose(self) -> ComposeResult:
        yield StatusBar()
        yield self.timeline_bar
        yield from self.body()
        yield Prompt()
        yield KeyHints()

    def body(self) -> ComposeResult:
        """The widgets between status bar and prompt."""
        yield from ()

    def pump(self, now_ms: int) -> None:
        """Show the state of the feed's moment; now_ms: the time of it."""

    def goes_on(self) -> bool:
        """Whether there is more to show with the next tick, though nothing is heard or pressed."""
        return False

    def is_due(self, what: str, every_ms: int) -> bool:
        """Whether to do something again: every so often, and at once at another moment."""
        now_ms, moves = self.feed.real_ms(), self.feed.moves
        at_ms, seen = self._due.get(what, (-every_ms, -1))
        if seen == moves and now_ms - at_ms < every_ms - EARLY_MS:
            return False
        self._due[what] = (now_ms, moves)
        return True

    def subject(self) -> Ref:
        """The object that w, t and x are about: the one under the cursor, or NO_REF."""
        return NO_REF

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be had here now; "" when it can. Its key is greyed then, not
        hidden."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if self.why_not(action, parameters) else True

    def title_line(self) -> str:
        """What the status bar says of this screen."""
        return ""

    def prompt_changed(self, sign: str, text: str) -> str:
        """Told of what is typed; what is wrong with it, "" if nothing."""
        return ""

    def prompt_done(self, sign: str, text: str | None) -> str:
        """Told of what was entered, None when the prompt was left; what is wrong with it, "" if
        nothing."""
        return self.dashboard.prompt_done(sign, text)

    def action_node(self) -> None:
        """To the node of the pod under the cursor."""
        ref = self.dashboard.subject()
        obj = self.feed.get(*ref) if ref != NO_REF else None
        node = ((obj or {}).get("spec") or {}).get("nodeName")
        if node:
            self.dashboard.open_object("nodes", "", node)
        elif ref != NO_REF:
            self.notify(f"{ref} is on no node", timeout=3, markup=False)

    def action_owner(self) -> None:
        """To the object that owns the one under the cursor."""
        ref = self.dashboard.subject()
        obj = self.feed.get(*ref) if ref != NO_REF else None
        owners = owners_of(self.feed.kinds, obj) if obj is not None else []
        if owners:
            self.dashboard.open_object(*owners[0])
        elif ref != NO_REF:
            self.notify(f"nobody owns {ref}", timeout=3, markup=False)

    def about(self) -> object:
        """What the screen is about, for JSON; None when that is its rows or its lines."""
        return None

    def is_shown(self, widget: Widget) -> bool:
        """Whether it is neither another tab's nor left out for want of room."""
        return all(each.display for each in widget.ancestors_with_self if isinstance(each, Widget))

    def as_text(self) -> str:
        """All of it as lines: what it is, then part by part, whole, with their headings."""
        told = [self.title_line()]
        for widget in self.query("*"):
            if not self.is_shown(widget):
                continue
            if widget.border_title:
                told.append(f"\n{widget.border_title}")
            if isinstance(widget, Static) and widget.has_class("heading"):
                told.append(f"\n{widget.render()}")
            elif isinstance(widget, LiveTable | Page | NodeMap | Lanes):
                told.append(widget.as_text())
        return "\n".join(told)

    def action_half_page(self, direction: int) -> None:
        table = self.focused
        if isinstance(table, LiveTable):
            for _ in range(max(1, table.size.height // 2)):
                table.cursor_down() if direction > 0 else table.cursor_up()
