"""A table of any number of rows that is cheap to keep up to date.

Only the lines on screen are ever drawn, and only those whose strip differs from the one on screen
are drawn again. The cursor is a uid: it stays on its object through sorting, filters and rewinds.
"""

from __future__ import annotations

from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuik8s.ui.rowstore import Row, RowStore, text_width

HIGHLIGHT_MS = 1000
GAP = "  "
GUTTER = 2
"""The mark and the sign of a change: both can be seen without colours."""

STRIPS_MAX = 4096

StripKey = tuple[str, int, bool, bool, bool, int, int]


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
        & > .live--marked { background: $secondary-muted; text-style: bold; }
        & > .live--changed { background: $boost; text-style: bold; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Down", show=False, id="table.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="table.up"),
        Binding("pagedown,ctrl+f", "cursor_page_down", "Page down", show=False, id="table.page"),
        Binding("pageup,ctrl+b", "cursor_page_up", "Page up", show=False, id="table.page_up"),
        Binding("home,g", "cursor_home", "First", show=False, id="table.home"),
        Binding("end,G", "cursor_end", "Last", show=False, id="table.end"),
        Binding("left", "scroll_columns(-8)", "Left", show=False, id="table.left"),
        Binding("right", "scroll_columns(8)", "Right", show=False, id="table.right"),
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

    def __init__(
        self,
        store: RowStore | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.store = store
        self.cursor_uid: str | None = None
        self._cursor_index = 0
        self._cursor_moved = False
        self._range_from: str | None = None
        self._now_ms = 0
        self._generation = -1
        self._widths: tuple[int, ...] = ()
        self._widths_epoch = 0
        self._style_epoch = 0
        self._styles_memo: dict[tuple[str, str], Style] = {}
        self._strips: LRUCache[StripKey, Strip] = LRUCache(STRIPS_MAX)
        self._drawn: dict[int, StripKey | None] = {}

    def on_mount(self) -> None:
        super().on_mount()  # type: ignore[no-untyped-call]
        self._take_over()

    def set_store(self, store: RowStore) -> None:
        """Show other rows: another list, another moment; the cursor stays on its object."""
        if store is not self.store:
            if self.store is not None and self.store.columns != store.columns:
                self._cursor_moved, self._range_from = False, None  # another list: from its top
            self.store = store
            self._take_over()

    def refresh_rows(self, now_ms: int) -> None:
        """The tick: draws the lines that differ from the screen, and nothing when none does."""
        self._now_ms = now_ms
        store = self.store
        if store is None:
            return
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

    action_cursor_down = cursor_down
    action_cursor_up = cursor_up
    action_cursor_home = cursor_home
    action_cursor_end = cursor_end

    def action_cursor_page_down(self) -> None:
        self.cursor_page()

    def action_cursor_page_up(self) -> None:
        self.cursor_page(-1)

    def action_scroll_columns(self, cells: int) -> None:
        self.scroll_to(x=self.scroll_offset.x + cells, animate=False)

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
        store, start = self.store, self._range_from
        index = store.index_of(start) if store is not None and start is not None else None
        if store is None or index is None:
            self.action_toggle_mark()
            return
        low, high = sorted((index, self._cursor_index))
        for uid in store.order[low : high + 1]:
            if uid not in store.marks:
                store.toggle_mark(uid)
        self.refresh_rows(self._now_ms)

    async def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if self.store is None or offset is None or offset.y == 0:
            return
        index = self.scroll_offset.y + offset.y - 1
        if index < len(self.store.order):
            self._go(index)
            if event.chain == 2:
                self.action_select()

    def on_resize(self) -> None:
        self._drawn.clear()
        self._show_cursor()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._style_epoch += 1
        self._styles_memo.clear()

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        right = left + self.size.width
        key = self._drawn[y] = self._key(y, top)
        if y == 0:
            return self._head().crop_extend(left, right, self._style("head", ""))
        if key is None or self.store is None:
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._strip(self.store.get(key[0]), key)
        return strip.crop_extend(left, right, self._style("", _state(key)))

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
            self._widths, self._widths_epoch = widths, self._widths_epoch + 1
        width = GUTTER + sum(widths) + len(GAP) * len(widths)
        self.virtual_size = Size(width, len(store.order) + 1)
        self._follow_cursor(store)
        return moved or self.virtual_size != old_size or self.scroll_offset.y != old_top

    def _follow_cursor(self, store: RowStore) -> None:
        """Stay on the object, and keep it on the same line of the screen if it was in sight."""
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
        self._show_cursor()
        if self.cursor_uid != old_uid:
            self.refresh_rows(self._now_ms)
            self.post_message(self.CursorMoved(self.cursor_uid))

    def _show_cursor(self) -> None:
        top, index = self.scroll_offset.y, self._cursor_index
        wanted = min(top, index) if index < top else max(top, index - self._page + 1)
        if wanted != top and self._page:
            self.scroll_to(y=wanted, animate=False)

    def _key(self, line: int, top: int) -> StripKey | None:
        """What a line of the screen depends on; None below the last row."""
        index, store = top + line - 1, self.store
        if store is None or index >= len(store.order):
            return None
        if line == 0:
            sort = (store.sort_column, store.sort_descending)
            return ("", *sort, False, False, self._style_epoch, self._widths_epoch)
        uid = store.order[index]
        row = store.get(uid)
        return (
            uid,
            row.version,
            uid == self.cursor_uid,
            uid in store.marks,
            0 <= self._now_ms - row.changed_at_ms < HIGHLIGHT_MS,
            self._style_epoch,
            self._widths_epoch,
        )

    def _head(self) -> Strip:
        style, store = self._style("head", ""), self.store
        parts = [" " * GUTTER]
        for index, column in enumerate(store.columns if store is not None else ()):
            name = column.name
            if store is not None and index == store.sort_column:
                name += " ▼" if store.sort_descending else " ▲"
            parts += [fit(name, self._width(index), column.align), GAP]
        return Strip([Segment("".join(parts), style)])

    def _strip(self, row: Row, key: StripKey) -> Strip:
        state = _state(key)
        plain = self._style("", state)
        signs = ("*" if key[3] else " ") + ("~" if key[4] else " ")
        segments = [Segment(signs, plain)]
        health = row.health if row.health in ("warn", "bad") else ""
        columns = self.store.columns if self.store is not None else ()
        for index, (column, cell) in enumerate(zip(columns, row.cells, strict=False)):
            text = fit(cell.text, self._width(index), column.align) + GAP
            segments.append(Segment(text, self._style(cell.style or health, state)))
        return Strip(segments).simplify()  # equal neighbours in one: fewer bytes to the terminal

    def _width(self, index: int) -> int:
        return self._widths[index] if index < len(self._widths) else 0

    def _style(self, name: str, state: str) -> Style:
        """Looked up when first needed: component styles are not there yet when the style is set."""
        found = self._styles_memo.get((name, state))
        if found is None:
            found = self.rich_style
            for each in (name, state):
                if each:
                    found += self.get_component_rich_style(f"live--{each}", partial=True)
            self._styles_memo[name, state] = found
        return found


def _state(key: StripKey) -> str:
    if key[2]:
        return "cursor"
    return "marked" if key[3] else "changed" if key[4] else ""


def fit(text: str, width: int, align: str = "left") -> str:
    """The text in exactly `width` cells; what does not fit ends in an ellipsis."""
    length = text_width(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    padding = " " * (width - length)
    return padding + text if align == "right" else text + padding
