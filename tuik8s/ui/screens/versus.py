"""The same table twice, side by side: two moments, or two futures of one past (`:vs A`).

Rows that differ are marked on both sides. The cursor, the filter and the namespace are of both;
Enter shows what differs of the object under it.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widgets import Static

from tuik8s.api.comparison import State
from tuik8s.api.kinds.base import Kind
from tuik8s.ui import filter as filters
from tuik8s.ui.differing import Differing, lines_of
from tuik8s.ui.feed import Feed
from tuik8s.ui.pace import Pace
from tuik8s.ui.refs import NO_REF, Ref, ref_of
from tuik8s.ui.screens.listing import AGE_EVERY_MS
from tuik8s.ui.screens.text import PageScreen, TextScreen
from tuik8s.ui.sides import Side
from tuik8s.ui.tables import Table
from tuik8s.ui.widgets.live_table import LiveTable


class Half:
    """One of the two tables. like: the table whose columns, sort and filter it has."""

    def __init__(self, side: Side, kind: Kind, like: Table) -> None:
        self.side = side
        self.resource = kind.storage or kind.resource
        self.table = Table(kind)
        self.table.set_shape(like.shape, 0)
        store = self.table.store
        store.set_sort(like.store.sort_column, like.store.sort_descending)
        store.set_filter(like.store.filter)
        self.rows = LiveTable(store)
        self.heading = Static(markup=False)
        self._shown: tuple[State | None, str] | None = None

    def pump(self, namespace: str, live_ms: int, *, ages: bool) -> bool:
        """Show what was read; whether that is news. ages: have them go on."""
        state = self.side.reader.state
        at_ms = (state.at_ms if state is not None else 0) or live_ms
        shown = self._shown
        self._shown = (state, namespace)
        is_new = shown is None or shown[0] is not state
        if shown is None or shown[1] != namespace:
            self.table.reset(self.side.reader.entries(self.resource), namespace, at_ms)
            is_new = True
        elif is_new:
            self.table.sync(self.side.reader.entries(self.resource))
        self.table.flush(at_ms)
        if ages:
            self.table.age(self.rows.visible_uids(), at_ms)
        self.rows.empty = self.side.refused or ("reading" if state is None else "none")
        total, visible = self.table.store.counts
        count = f"{visible}/{total}" if visible != total else str(total)
        heading = f" {self.side.shown}  {count}"
        if heading != self.heading.content:  # each update has the whole screen laid out again
            self.heading.update(heading)
        self.rows.refresh_rows(max(at_ms, live_ms))
        return is_new


class VersusScreen(PageScreen):
    """A kind on two sides."""

    DEFAULT_CSS = """
    VersusScreen Container { layout: horizontal; height: 1fr; }
    VersusScreen.-narrow Container { layout: vertical; }
    VersusScreen Vertical { width: 1fr; height: 1fr; }
    VersusScreen Static { height: 1; background: $panel; text-style: bold; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[Any]] = [
        Binding("tab", "app.focus_next", "Other side", id="versus.other"),
    ]

    def __init__(self, feed: Feed, kind: Kind, sides: tuple[Side, Side]) -> None:
        super().__init__(feed)
        self.kind = kind
        like = feed.table(kind)
        self.halves = tuple(Half(side, kind, like) for side in sides)
        self.differing = Differing()
        self._pace = Pace(feed)

    def body(self) -> ComposeResult:
        with Container():
            for half in self.halves:
                with Vertical():
                    yield half.heading
                    yield half.rows

    def on_mount(self) -> None:
        self.halves[0].rows.focus()

    def part(self) -> LiveTable:
        return self._half().rows

    def _half(self) -> Half:
        """The one that has the keys."""
        return next((half for half in self.halves if half.rows.has_focus), self.halves[0])

    def subject(self) -> Ref:
        half = self._half()
        obj = half.table.object(half.rows.cursor_uid or "")
        return NO_REF if obj is None else ref_of(self.kind, obj)

    def title_line(self) -> str:
        inside = f"({self.feed.namespace or 'all'})" if self.kind.namespaced else ""
        count = sum(
            found.ref.resource == self.halves[0].resource
            for found in self.differing.objects.values()
        )
        word = f"  /{self.word()}" if self.word() else ""
        left, right = (half.side.shown for half in self.halves)
        return f"{self.kind.plural}{inside}: {count} differ, {left} vs {right}{word}"

    def goes_on(self) -> bool:
        sides = [half.side for half in self.halves]
        is_refused = any(side.refused for side in sides)
        is_reading = any(side.reader.is_reading for side in sides)
        return is_reading or not (self.differing.is_done or is_refused)

    def pump(self, now_ms: int) -> None:
        if any(half.side.is_awaited for half in self.halves) or self._pace.is_due():
            for half in self.halves:
                half.side.look()
        namespace, live_ms = self.feed.namespace, self.feed.live_ms()
        ages = self.is_due("ages", AGE_EVERY_MS)
        news = [half.pump(namespace, live_ms, ages=ages) for half in self.halves]
        old, new = (half.side.reader.state for half in self.halves)
        if old is not None and new is not None:
            self.differing.show(old, new, self.feed.kinds)
            self.differing.go_on()
        if self.differing.take_news() or any(news):
            self._mark()

    def _mark(self) -> None:
        """Mark what differs."""
        refs = [found.ref for found in self.differing.objects.values()]
        for half in self.halves:
            store = half.table.store
            uids = [
                half.table.uid_at((ref.namespace, ref.name))
                for ref in refs
                if ref.resource == half.resource
            ]
            wanted = {uid for uid in uids if uid is not None and store.find(uid) is not None}
            for uid in wanted ^ store.marks:
                store.toggle_mark(uid)

    def _look_for(self, text: str) -> str:
        """Filter both sides."""
        try:
            wanted = filters.parse(text, self._half().table.hidden) if text.strip() else None
        except filters.BadFilter as bad:
            return filters.explain(text, bad)
        for half in self.halves:
            half.table.store.set_filter(wanted)
        return ""

    def on_live_table_cursor_moved(self, event: LiveTable.CursorMoved) -> None:
        """The cursor is on the same object on both sides, where both have it."""
        event.stop()
        uid = self._half().rows.cursor_uid or ""
        for half in self.halves:
            if half.rows.cursor_uid != uid:
                half.rows.move_cursor(uid)

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        ref = self.subject()
        if ref == NO_REF:
            return
        if ref.key not in self.differing.objects:
            self.notify(f"{ref} does not differ", timeout=3, markup=False)
            return
        old, new = (half.side for half in self.halves)
        title = f"{ref}: {old.text} → {new.text}"
        lines = partial(lines_of, self.differing, ref.key, (old, new))
        self.app.push_screen(TextScreen(self.feed, title, lines))
