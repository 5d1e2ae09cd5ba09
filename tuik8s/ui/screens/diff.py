"""What differs between two moments, or two futures of one past: by kinds, and object by object.

Above, how many of each kind were added, are gone or changed: the cursor there chooses what is
below. Enter on an object shows its fields; `a` counts what is left out otherwise, too: Events,
Leases, heartbeats, managedFields and resourceVersions.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tuik8s.api.comparison import SIGNS, WORDS
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.ui.differing import Differing, Found, lines_of
from tuik8s.ui.feed import Feed
from tuik8s.ui.pace import Pace
from tuik8s.ui.refs import NO_REF, Ref, ref_of_key
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.text import PageScreen, TextScreen
from tuik8s.ui.sides import Side
from tuik8s.ui.widgets.live_table import LiveTable

ALL = "all"
STYLES = {"ADDED": "ok", "DELETED": "bad", "MODIFIED": "warn"}
KIND_COLUMNS = (ColumnSpec("KIND"), *(ColumnSpec(word.upper(), "right") for word in WORDS.values()))
COLUMNS = (
    ColumnSpec("HOW"),
    ColumnSpec("KIND"),
    ColumnSpec("NAMESPACE"),
    ColumnSpec("NAME"),
    ColumnSpec("DIFFERENCE", wide=True),
)


class DiffScreen(PageScreen):
    """Two sides, each of which may move on."""

    DEFAULT_CSS = """
    DiffScreen #kinds { height: auto; max-height: 30%; }
    """
    BINDINGS: ClassVar[list[Any]] = [Binding("a", "everything", "Noise, too", id="diff.all")]

    def __init__(self, feed: Feed, old: Side, new: Side) -> None:
        super().__init__(feed)
        self.sides = (old, new)
        self.differing = Differing()
        self._kinds, self._rows = RowStore(KIND_COLUMNS), RowStore(COLUMNS)
        self._kind_table = LiveTable(self._kinds, id="kinds")
        self._table = LiveTable(self._rows, id="rows")
        self._rows.set_sort(1, False)
        self._pace = Pace(feed)
        self._view: tuple[str | None, str] = (None, "")
        """The kind that is chosen and the namespace, of which there are rows."""
        self._total: Counter[str] = Counter()

    def body(self) -> ComposeResult:
        yield self._kind_table
        yield self._table

    def on_mount(self) -> None:
        self._table.focus()

    def part(self) -> LiveTable:
        return self._kind_table if self._kind_table.has_focus else self._table

    def subject(self) -> Ref:
        uid = self._table.cursor_uid
        return ref_of_key(uid) if uid else NO_REF

    def title_line(self) -> str:
        old, new = self.sides
        counts = ", ".join(f"{self._total[each]} {word}" for each, word in WORDS.items())
        noise = ", with noise" if self.differing.everything else ""
        word = f"  /{self.word()}" if self.word() else ""
        return f"diff {old.shown} → {new.shown}: {counts}{noise}{word}"

    def pump(self, now_ms: int) -> None:
        old, new = self.sides
        if old.is_awaited or new.is_awaited or self._pace.is_due(len(self._rows.order)):
            old.look()
            new.look()
        if old.reader.state is not None and new.reader.state is not None:
            self.differing.show(old.reader.state, new.reader.state, new.reader.kinds)
            self.differing.go_on()
        self._table.empty = self._said()
        view = (self._kind_table.cursor_uid, self.feed.namespace)
        news = self.differing.take_news()
        if view != self._view:
            self._view = view
            self._rows.keep(())
            news = set(self.differing.objects)
        if news:
            self._fill(news, now_ms)
        self._kind_table.refresh_rows(now_ms)
        self._table.refresh_rows(now_ms)

    def goes_on(self) -> bool:
        """While the sides are read and compared: of another cluster nothing is heard here."""
        is_reading = any(side.reader.is_reading for side in self.sides)
        is_refused = any(side.refused for side in self.sides)
        return is_reading or not (self.differing.is_done or is_refused)

    def _said(self) -> str:
        """What an empty table says."""
        refused = " ".join(side.refused for side in self.sides if side.refused)
        if refused:
            return refused
        if not self.differing.is_done:
            return "reading both"
        return "Nothing differs." + ("" if self.differing.everything else "  a counts noise, too")

    def _fill(self, news: set[str], now_ms: int) -> None:
        """Make the rows of these keys again, and count."""
        (chosen, inside), kinds = self._view, self.sides[1].reader.kinds
        for key in news:
            found = self.differing.objects.get(key)
            is_wanted = found is not None and chosen in (None, ALL, found.ref.resource)
            if found is None or not is_wanted or not _is_inside(found, inside):
                self._rows.remove(key)
                continue
            cells = row_of(found, kinds)
            self._rows.put(key, cells, [cell.text for cell in cells], "", now_ms)
        counts: dict[str, Counter[str]] = {}
        self._total = Counter()
        for found in self.differing.objects.values():
            if _is_inside(found, inside):
                counts.setdefault(found.ref.resource, Counter())[found.type] += 1
                self._total[found.type] += 1
        for resource, count in {ALL: self._total, **counts}.items():
            name = resource if resource == ALL else word_of(kinds, resource)
            numbers = [count[each] for each in WORDS]
            cells = (Cell(name), *(Cell(str(number or "")) for number in numbers))
            # "all" stays above the kinds
            self._kinds.put(resource, cells, [("", name)[resource != ALL], *numbers], "", now_ms)
        self._kinds.keep({ALL, *counts})

    def action_everything(self) -> None:
        wanted = not self.differing.everything
        self.differing.count_everything(wanted)
        for side in self.sides:
            side.reader.read_noise(wanted)

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        key = event.uid
        if key not in self.differing.objects:  # a kind
            self._table.focus()
            return
        title = f"{ref_of_key(key)}: {self.sides[0].text} → {self.sides[1].text}"
        self.app.push_screen(
            TextScreen(self.feed, title, partial(lines_of, self.differing, key, self.sides))
        )


def _is_inside(found: Found, namespace: str) -> bool:
    """Whether it is in a namespace, or in none; "" is all of them."""
    return not namespace or found.ref.namespace in ("", namespace)


def row_of(found: Found, kinds: KindRegistry) -> tuple[Cell, ...]:
    """The cells of one object that differs."""
    ref, style = found.ref, STYLES[found.type]
    return (
        Cell(SIGNS[found.type], style),
        Cell(word_of(kinds, ref.resource)),
        Cell(ref.namespace, "dim"),
        Cell(ref.name, style),
        Cell(found.what),
    )


def word_of(kinds: KindRegistry, resource: str) -> str:
    kind = kinds.by_resource(resource)
    return kind.singular if kind is not None and kind.singular else resource
