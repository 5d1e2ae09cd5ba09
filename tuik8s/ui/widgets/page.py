"""A page of styled lines: scrolls, searches, wraps, and may have a cursor. One widget per panel.

Only the lines on screen are drawn. The cursor is on a line's uid and stays on it when the lines
change; a page without one scrolls instead. `/` searches (the prompt of the screen), n and N go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuik8s.ui.lines import Line, highlighted, matching, printable, text_of, width_of, wrapped
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.widgets.prompt import Prompt

STRIPS_MAX = 2048
CURSOR, NO_CURSOR = Cell("▸ "), Cell("  ")
"""The cursor can be seen without colours."""

Key = tuple[Line, bool, str, int]


class Page(ScrollView, can_focus=True):
    """Shows lines; the owner calls `set_lines` as often as it likes, equal lines cost nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "page--ok", "page--warn", "page--bad", "page--dim", "page--accent", "page--head",
        "page--found", "page--cursor",
    }  # fmt: skip

    DEFAULT_CSS = """
    Page {
        height: 1fr; background: $background; padding: 0 1; scrollbar-size-horizontal: 0;
        & > .page--ok { color: $text-success; }
        & > .page--warn { color: $text-warning; }
        & > .page--bad { color: $text-error; }
        & > .page--dim { color: $text-muted; }
        & > .page--accent { color: $text-accent; }
        & > .page--head { color: $secondary; text-style: bold; }
        & > .page--found { color: $background; background: $warning; text-style: bold; }
        & > .page--cursor { background: $block-cursor-background;
            color: $block-cursor-foreground; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="page.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="page.up"),
        Binding("pagedown,ctrl+f", "pages(2)", "Page down", show=False, id="page.page"),
        Binding("pageup,ctrl+b", "pages(-2)", "Page up", show=False, id="page.page_up"),
        Binding("ctrl+d", "pages(1)", "Half a page down", show=False, id="page.half"),
        Binding("ctrl+u", "pages(-1)", "Half a page up", show=False, id="page.half_up"),
        Binding("home,g", "top", "First", show=False, id="page.home"),
        Binding("end,G", "bottom", "Last", show=False, id="page.end"),
        Binding("left", "sideways(-8)", "Left", show=False, id="page.left"),
        Binding("right", "sideways(8)", "Right", show=False, id="page.right"),
        Binding("slash", "search", "Search", id="page.search"),
        Binding("n", "next(1)", "Next match", show=False, id="page.next"),
        Binding("N", "next(-1)", "Previous match", show=False, id="page.previous"),
        Binding("c", "copy", "Copy", show=False, id="page.copy"),
        Binding("enter", "select", "Select", show=False, id="page.select"),
        Binding("escape", "clear", "Clear the search, back", show=False, id="page.clear"),
    ]

    class Selected(Message):
        """The line under the cursor was chosen, by Enter or a double click."""

        def __init__(self, uid: str) -> None:
            super().__init__()
            self.uid = uid

    def __init__(
        self,
        *,
        cursor: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.has_cursor = cursor
        self.cursor_uid = ""
        self.word = ""
        """What is searched for; every occurrence is marked."""
        self.is_wrapped = False
        self._lines: list[Line] = []
        self._uids: list[str] = []
        self._shown: list[tuple[int, Line]] = []  # after wrapping, with the line each comes from
        self._index = 0
        self._is_pointed = False
        """Whether somebody chose where the cursor is."""
        self._style_epoch = 0
        self._styles_memo: dict[tuple[str, bool], Style] = {}
        self._strips: LRUCache[Key, Strip] = LRUCache(STRIPS_MAX)

    def set_lines(self, lines: Sequence[Line], uids: Sequence[str] = ()) -> None:
        """Show these lines. uids: what each stands for, for a page with a cursor ("" nothing)."""
        if list(lines) == self._lines and list(uids) == self._uids:
            return
        self._lines, self._uids = list(lines), list(uids)
        if not self._is_pointed:
            self._index = 0  # nobody has chosen a line yet: the first one there is
        elif self.cursor_uid in self._uids:
            self._index = self._uids.index(self.cursor_uid)
        self._arrange()

    @property
    def lines(self) -> list[Line]:
        return self._lines

    @property
    def text(self) -> str:
        return "\n".join(text_of(each) for each in self._lines)

    def as_text(self) -> str:
        """What is on it, for a file or a reader: control characters in sight, the cursor's line
        marked."""
        lines = [text_of(printable(each)) for each in self._lines]
        if self.has_cursor:
            signs = (CURSOR if at == self._index else NO_CURSOR for at in range(len(lines)))
            lines = [sign.text + each for sign, each in zip(signs, lines, strict=True)]
        return "\n".join(each.rstrip() for each in lines)

    @property
    def is_at_end(self) -> bool:
        """Whether the last line is in sight: whatever scrolls, a key or the mouse, decides it."""
        return self.scroll_offset.y >= self.max_scroll_y

    def set_wrap(self, wrap: bool) -> None:
        if wrap != self.is_wrapped:
            self.is_wrapped = wrap
            self._arrange()

    def point_at(self, uid: str) -> None:
        """Put the cursor on the line of a uid, now or as soon as there is one."""
        self.cursor_uid, self._is_pointed = uid, True
        if uid in self._uids:
            self._index = self._uids.index(uid)
            self._show_cursor()
            self.refresh()

    def search(self, word: str) -> None:
        """Mark a word everywhere and go to the first place from here on."""
        if word != self.word:
            self.word = word
            self.refresh()
            self._go_to_match(1, self._at())

    # --- actions ------------------------------------------------------------------------------

    def action_move(self, lines: int) -> None:
        if self.has_cursor:
            self._is_pointed = True
            self._go(self._index + lines, 1 if lines > 0 else -1)
        else:
            self.scroll_relative(y=lines, animate=False, immediate=True, force=True)

    def action_pages(self, halves: int) -> None:
        self.action_move(halves * max(1, self.size.height // 2))

    def action_top(self) -> None:
        self._go(0, 1) if self.has_cursor else self.scroll_home(
            animate=False, immediate=True, force=True
        )

    def action_bottom(self) -> None:
        last = len(self._lines) - 1
        self._is_pointed = True
        self._go(last, -1) if self.has_cursor else self.scroll_end(
            animate=False, immediate=True, force=True
        )

    def action_sideways(self, cells: int) -> None:
        self.scroll_relative(x=cells, animate=False, immediate=True, force=True)

    def action_search(self) -> None:
        self.screen.query_one(Prompt).open("/", self.word)

    def action_next(self, step: int) -> None:
        self._go_to_match(step, self._at() + step)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.text)
        self.notify(f"copied {len(self._lines)} lines (OSC 52)")

    def action_select(self) -> None:
        if self.has_cursor and self.cursor_uid:
            self.post_message(self.Selected(self.cursor_uid))

    async def action_clear(self) -> None:
        if self.word:
            self.search("")
        else:
            await self.run_action("app.leave")

    async def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if self.has_cursor and offset is not None:
            y = self.scroll_offset.y + offset.y
            if y < len(self._shown):
                self._is_pointed = True
                self._go(self._shown[y][0], 1)
                if event.chain == 2:
                    self.action_select()

    # --- drawing ------------------------------------------------------------------------------

    def on_resize(self) -> None:
        if self.is_wrapped:
            self._arrange()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._style_epoch += 1
        self._styles_memo.clear()

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        width = self.size.width
        if top + y >= len(self._shown):
            return Strip.blank(width, self.rich_style)
        index, shown = self._shown[top + y]
        under = self.has_cursor and index == self._index
        key = (shown, under, self.word, self._style_epoch)
        strip = self._strips.get(key)
        if strip is None:
            cells = highlighted(shown, self.word) if self.word else shown
            if self.has_cursor:
                cells = (CURSOR if under else NO_CURSOR, *cells)
            segments = [Segment(text, self._style(style, under)) for text, style in cells]
            strip = self._strips[key] = Strip(segments).simplify()
        return strip.crop_extend(left, left + width, self._style("", under))

    def _arrange(self) -> None:
        width = self.scrollable_content_region.width
        safe = [printable(each) for each in self._lines]
        if self.is_wrapped and width:
            self._shown = [
                (index, piece) for index, each in enumerate(safe) for piece in wrapped(each, width)
            ]
        else:
            self._shown = list(enumerate(safe))
        widest = max((width_of(each) for _, each in self._shown), default=0)
        gutter = len(CURSOR.text) if self.has_cursor else 0
        self.virtual_size = Size(widest + gutter, len(self._shown))
        if self.has_cursor:
            self._go(self._index, 1)
        self.refresh()

    def _style(self, name: str, under: bool) -> Style:
        found = self._styles_memo.get((name, under))
        if found is None:
            found = self.rich_style
            if name:
                found += self.get_component_rich_style(f"page--{name}", partial=True)
            if under:
                found += self.get_component_rich_style("page--cursor", partial=True)
            self._styles_memo[name, under] = found
        return found

    # --- the cursor and the search ------------------------------------------------------------

    def _at(self) -> int:
        """The line that searching goes on from."""
        if self.has_cursor:
            return self._index
        top = self.scroll_offset.y
        return self._shown[top][0] if top < len(self._shown) else 0

    def _go_to_match(self, step: int, start: int) -> None:
        found = matching(self._lines, self.word)
        if not found:
            return
        ahead = [i for i in found if i >= start] if step > 0 else [i for i in found if i <= start]
        index = (ahead or found)[0 if step > 0 else -1]
        if self.has_cursor:
            self._is_pointed = True
            self._go(index, step)
        else:
            self.scroll_to(y=self._line_of(index), animate=False, immediate=True, force=True)

    def _go(self, index: int, step: int) -> None:
        """Put the cursor on a line; one that stands for nothing is passed over if possible."""
        index = max(0, min(index, len(self._lines) - 1))
        probe = index
        while self._uids and 0 <= probe < len(self._uids) and not self._uids[probe]:
            probe += step
        if self._uids and not 0 <= probe < len(self._uids):
            probe = self._index if self._index < len(self._uids) else index
        self._index = probe
        self.cursor_uid = self._uids[probe] if probe < len(self._uids) else ""
        self._show_cursor()
        self.refresh()

    def _show_cursor(self) -> None:
        y, top, height = self._line_of(self._index), self.scroll_offset.y, self.size.height
        if y < top:
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        elif height and y >= top + height:
            self.scroll_to(y=y - height + 1, animate=False, immediate=True, force=True)

    def _line_of(self, index: int) -> int:
        """Where a line begins on the page."""
        if not self.is_wrapped:
            return index
        return next((y for y, (source, _) in enumerate(self._shown) if source == index), 0)
