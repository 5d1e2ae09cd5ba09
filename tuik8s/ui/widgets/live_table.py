"""A table of any number of rows that is cheap to keep up to date.

Only the lines on screen are ever drawn, and only those whose strip differs from the one on screen
are drawn again. The cursor is a uid: it stays on its object through sorting, filters and rewinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuik8s.ui.export import table_text
from tuik8s.ui.rowstore import RowStore
from tuik8s.ui.widgets import heading as layout
from tuik8s.ui.widgets.row_strips import RowStrips, StripKey

HIGHLIGHT_MS = 1000
EMPTY_LINE = 2
"""Where an empty table says what to do."""


class LiveTable(ScrollView, can_focus=True):
    """Shows a RowStore; the owner calls `refresh_rows` on every tick."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "live--ok", "live--warn", "live--bad", "live--dim", "live--accent",
        "live--head", "live--cursor", "live--marked", "live--changed",
    }  # fmt: skip

    DEFAULT_CSS = """
    LiveTable {
        height: 1fr;
        background: $surface;
        & > .live--ok { color: $text-success; }
        & > .live--warn { color: $text-warning; }
        & > .live--bad { color: $text-error; }
        & > .live--dim { color: $text-muted; }
        & > .live--accent { color: $text-accent; }
        & > .live--head { color: $foreground; background: $panel; text-style: bold; }
        & > .live--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
        & > .live--marked { color: $foreground; background: $secondary-muted;
            text-style: bold; }
        & > .live--changed { background: $boost; text-style: bold; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Down", show=False, id="table.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="table.up"),
        Binding("pagedown,ctrl+f", "cursor_page(1)", "Page down", show=False, id="table.page"),
        Binding("pageup,ctrl+b", "cursor_page(-1)", "Page up", show=False, id="table.page_up"),
        Binding("home,g", "cursor_home", "First", show=False, id="table.home"),
        Binding("end,G", "cursor_end", "Last", show=False, id="table.end"),
        Binding("left", "scroll_columns(-8)", "Left", show=False, id="table.left"),
        Binding("right", "scroll_columns(8)", "Right", show=False, id="table.right"),
        Binding("shift+left", "pick(-1)", "Pick column", show=False, id="table.pick_left"),
        Binding("shift+right", "pick(1)", "Pick column", show=False, id="table.pick_right"),
        Binding("f", "follow", "Follow the object", show=False, id="table.follow"),
        Binding("space", "toggle_mark", "Mark", show=False, id="table.mark"),
        Binding("v", "mark_range", "Mark range", show=False, id="table.range"),
        Binding("enter", "select", "Select", show=False, id="table.select"),
    ]

    class Selected(Message):
        """A row was chosen by Enter or a double click."""

        def __init__(self, uid: str) -> None:
            super().__init__()
            self.uid = uid

    class CursorMoved(Message):
        """The cursor is on another object, by a key or because its row went away."""

        def __init__(self, uid: str | None) -> None:
            super().__init__()
            self.uid = uid

    class Lost(Message):
        """The object that was followed is not there any more."""

    def __init__(
        self,
        store: RowStore | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self.store = store
        self.cursor_uid: str | None = None
        self.followed: str | None = None
        """The cursor stays on this object, even from the top, and through filters that hide it."""
        self.empty = ""
        """What is said where there are no rows."""
        self._picked: int | None = None
        self._cursor_index = 0
        self._cursor_moved = False
        self._range_from: str | None = None
        self._now_ms = 0
        self._generation = -1
        self._widths: tuple[int, ...] = ()
        self._strips = RowStrips(self, "live")
        self._drawn: dict[int, StripKey] = {}

    def on_mount(self) -> None:
        super().on_mount()  # type: ignore[no-untyped-call]
        self._take_over()

    def as_text(self) -> str:
        """Its rows in aligned columns; what is said where there are none."""
        if self.store is None or not self.store.order:
            return self.empty
        return table_text(self.store)

    def set_store(self, store: RowStore) -> None:
        """Show other rows: another list, another moment; the cursor stays on its object."""
        if store is not self.store:
            if store.index_of(self.cursor_uid or "") is None:
                self._cursor_moved, self._range_from = False, None  # another list: from its top
            self.store, self._picked = store, None
            self._take_over()

    def refresh_rows(self, now_ms: int) -> None:
        """The tick: draws the lines that differ from the screen, and nothing when none does."""
        self._now_ms = now_ms
        store = self.store
        if store is None:
            return
        if store.unmade:
            for uid in self.visible_uids():
                store.get(uid)  # made now: it says how broad columns are
        if store.generation != self._generation and self._follow(store):
            self.refresh()
            return
        top = self.scroll_offset.y
        drawn, height = self._drawn, self.size.height
        lines = [y for y in range(height) if y not in drawn or self._key(y, top) != drawn[y]]
        if len(lines) > height // 2:
            self.refresh()  # one large region is cheaper than many small ones
            return
        for line in lines:
            self.refresh_line(top + line)

    def visible_uids(self) -> list[str]:
        """The rows on screen; only their ages need to be kept."""
        top = self.scroll_offset.y
        return self.store.order[top : top + self._page] if self.store else []

    def move_cursor(self, uid: str) -> None:
        """Put the cursor on an object; nothing happens when the filter hides it."""
        index = self.store.index_of(uid) if self.store else None
        if index is not None:
            self._go(index)

    def cursor_down(self) -> None:
        self._go(self._cursor_index + 1)

    def cursor_up(self) -> None:
        self._go(self._cursor_index - 1)

    def cursor_page(self, pages: int = 1) -> None:
        self._go(self._cursor_index + pages * max(1, self._page - 1))

    def cursor_home(self) -> None:
        self._go(0)

    def cursor_end(self) -> None:
        self._go(len(self.store.order) if self.store else 0)

    action_cursor_page = cursor_page
    action_cursor_down = cursor_down
    action_cursor_up = cursor_up
    action_cursor_home = cursor_home
    action_cursor_end = cursor_end

    def action_scroll_columns(self, cells: int) -> None:
        self.scroll_to(x=self.scroll_offset.x + cells, animate=False)

    def action_pick(self, step: int) -> None:
        """Point at a column of the heading; O sorts by it."""
        if self.store is not None:
            at = self.store.sort_column if self._picked is None else self._picked
            self._picked = (at + step) % len(self.store.columns)
            self._show_column(self._picked)
            self.refresh_line(self.scroll_offset.y)

    def action_sort_picked(self) -> None:
        if self.store is not None:
            picked = self.store.sort_column if self._picked is None else self._picked
            self._picked = None
            self.sort_by(picked)

    def sort_by(self, column_index: int) -> None:
        """Sort by a column; by the same once more turns the order round."""
        if self.store is not None:
            again = self.store.sort_column == column_index
            self.store.set_sort(column_index, again and not self.store.sort_descending)
            self.refresh_rows(self._now_ms)

    def action_follow(self) -> None:
        """Stay on this object wherever it goes; once more, or moving on, ends it."""
        self.followed = None if self.followed else self.cursor_uid
        self._cursor_moved = True
        self.refresh_rows(self._now_ms)

    def action_select(self) -> None:
        if self.cursor_uid is not None:
            self.post_message(self.Selected(self.cursor_uid))

    def action_toggle_mark(self) -> None:
        if self.store is not None and self.cursor_uid is not None:
            self.store.toggle_mark(self.cursor_uid)
            self._range_from = self.cursor_uid
            self.cursor_down()
            self.refresh_rows(self._now_ms)

    def action_mark_range(self) -> None:
        """Mark all rows from the one that was marked last to the cursor."""
        if self.store is None or not self.store.mark_range(self._range_from, self.cursor_uid):
            self.action_toggle_mark()
        self.refresh_rows(self._now_ms)

    async def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if self.store is None or offset is None:
            return
        if offset.y == 0:
            column = layout.column_at(self._widths, self.scroll_offset.x + offset.x)
            if column is not None:
                self.sort_by(column)
            return
        index = self.scroll_offset.y + offset.y - 1
        if index < len(self.store.order):
            self._go(index)
            if event.chain == 2:
                self.action_select()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self.show_vertical_scrollbar:
            seen = layout.thumb_at(new_value, self.max_scroll_y, self.size.height)
            self.vertical_scrollbar.position = seen
        if round(old_value) != round(new_value):
            self.refresh(self.size.region)

    def on_resize(self) -> None:
        self._drawn.clear()
        self._show_cursor()
        self.refresh_rows(self._now_ms)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.forget_styles()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return ()  # the strips have gone through them when they were made

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: a table has no border, padding or links of its own, for which
        Textual would make new strips of all of them."""
        self._look_at()
        top, (left, right) = self.scroll_offset.y, crop.column_span
        lines = [self._line(y, top) for y in crop.line_range]
        return [line.crop(left, right) for line in lines]

    def render_line(self, y: int) -> Strip:
        self._look_at()
        return self._line(y, self.scroll_offset.y)

    def _look_at(self) -> None:
        self._strips.look_at(self.scroll_offset.x, self.scrollable_content_region.width)

    def _line(self, y: int, top: int) -> Strip:
        key = self._drawn[y] = self._key(y, top)
        strip = self._strips.kept.get(key)
        if strip is None:
            strip = self._strips.kept[key] = self._make(y, key)
        return strip

    def _make(self, y: int, key: StripKey) -> Strip:
        if y == 0:
            return self._strips.line(layout.heading(self.store, self._widths, self._picked), "head")
        uid, _, signs, _ = key
        if self.store is None or not uid:
            return self._strips.line(" " * layout.GUTTER + signs, "dim" if signs else "")
        row = self.store.get(uid)
        return self._strips.row(row.cells, signs, _state(signs), row.health)

    @property
    def _page(self) -> int:
        """How many rows fit below the heading."""
        return max(0, self.scrollable_content_region.height - 1)

    def _take_over(self) -> None:
        self._generation, self._widths = -1, ()
        if self.store is not None:
            self._follow(self.store)
        self._drawn.clear()
        self.refresh()

    def _follow(self, store: RowStore) -> bool:
        """Measure the store and find the cursor in it; True when everything must be drawn."""
        self._generation = store.generation
        widths, old_size, old_top = store.widths, self.virtual_size, self.scroll_offset.y
        moved = widths != self._widths
        if moved:
            self._widths = widths
            self._strips.lay_out(store.columns, widths)
        self.virtual_size = Size(layout.line_width(widths), len(store.order) + 1)
        self._follow_cursor(store)
        return moved or self.virtual_size != old_size or self.scroll_offset.y != old_top

    def _follow_cursor(self, store: RowStore) -> None:
        """Stay on the object, and keep it on the same line of the screen if it was in sight."""
        if self.followed is not None:
            if store.find(self.followed) is None:
                self.followed = None
                self.post_message(self.Lost())
            elif store.index_of(self.followed) is not None:
                self.cursor_uid = self.followed
        old_uid, old_index, top = self.cursor_uid, self._cursor_index, self.scroll_offset.y
        index = store.index_of(old_uid) if old_uid is not None and self._cursor_moved else None
        if index is None:
            index = max(0, min(old_index, len(store.order) - 1)) if self._cursor_moved else 0
        elif top <= old_index < top + self._page and index != old_index:
            self.scroll_to(y=top + index - old_index, animate=False)
        self._cursor_index = index
        self.cursor_uid = store.order[index] if store.order else None
        if self.cursor_uid != old_uid:
            self._show_cursor()
            self.post_message(self.CursorMoved(self.cursor_uid))

    def _go(self, index: int) -> None:
        """Put the cursor on a row by its index in the order of now."""
        if self.store is None or not self.store.order:
            return
        old_uid = self.cursor_uid
        self._cursor_moved = True
        self._cursor_index = max(0, min(index, len(self.store.order) - 1))
        self.cursor_uid = self.store.order[self._cursor_index]
        if self.cursor_uid != self.followed:
            self.followed = None
        self._show_cursor()
        if self.cursor_uid != old_uid:
            self.refresh_rows(self._now_ms)
            self.post_message(self.CursorMoved(self.cursor_uid))

    def _show_cursor(self) -> None:
        top, index = self.scroll_offset.y, self._cursor_index
        wanted = min(top, index) if index < top else max(top, index - self._page + 1)
        if wanted != top and self._page:
            self.scroll_to(y=wanted, animate=False)

    def _show_column(self, index: int) -> None:
        """Scroll sideways until a column is in sight."""
        start, left = layout.start_of(self._widths, index), self.scroll_offset.x
        if not left <= start < left + self.size.width - layout.width_of(self._widths, index):
            self.scroll_to(x=max(0, start - layout.GUTTER), animate=False)

    def _key(self, line: int, top: int) -> StripKey:
        """What a line of the screen depends on; a line without a row says what to do on one of
        them when there are none at all."""
        index, store, epoch = top + line - 1, self.store, self._strips.epoch
        if line == 0:
            sort = (store.sort_column, store.sort_descending) if store is not None else ()
            return ("", sort, self._picked, epoch)
        if store is None or index >= len(store.order):
            is_told = line == EMPTY_LINE and store is not None and not store.order
            return ("", 0, self.empty if is_told else "", epoch)
        uid = store.order[index]
        row = store.get(uid)
        here = ("»" if uid == self.followed else "▸") if uid == self.cursor_uid else " "
        mark = "*" if uid in store.marks else " "
        change = "~" if 0 <= self._now_ms - row.changed_at_ms < HIGHLIGHT_MS else " "
        return (uid, row.version, here + mark + change, epoch)


def _state(signs: str) -> str:
    here, mark, change = iter(signs)
    if here != " ":
        return "cursor"
    return "marked" if mark != " " else "changed" if change != " " else ""
