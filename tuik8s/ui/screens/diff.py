"""What differs between two moments, or two futures of one past: by kinds, and object by object.

Above, how many of each kind were added, are gone or changed: the cursor there chooses what is
below. Enter on an object shows its fields; `a` counts what is left out otherwise, too: Events,
Leases, heartbeats, managedFields and resourceVersions.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tuik8s.api.comparison import SIGNS, WORDS, ChangedObject
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.ui.diff import object_lines
from tuik8s.ui.differing import Differing
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
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
    ColumnSpec(""),
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
        self._filled: tuple[Any, ...] = ()
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
        if not (old.reader.state and new.reader.state) or self._pace.is_due(len(self._rows.order)):
            old.look()
            new.look()
        if old.reader.state is not None and new.reader.state is not None:
            self.differing.show(old.reader.state, new.reader.state, new.reader.kinds)
            self.differing.go_on()
        self._table.empty = self._said()
        chosen = self._kind_table.cursor_uid
        stamp = (self.differing.version, chosen, self.feed.namespace)
        if stamp != self._filled:
            self._filled = stamp
            self._fill(chosen if chosen != ALL else None, now_ms)
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

    def _fill(self, chosen: str | None, now_ms: int) -> None:
        inside, kinds = self.feed.namespace, self.sides[1].reader.kinds
        counts: dict[str, Counter[str]] = {}
        self._total = Counter()
        seen: set[str] = set()
        for key, each in self.differing.objects.items():
            ref = ref_of_key(key)
            if inside and ref.namespace not in ("", inside):
                continue
            counts.setdefault(ref.resource, Counter())[each.type] += 1
            self._total[each.type] += 1
            if chosen in (None, ref.resource):
                seen.add(key)
                cells = row_of(each, kinds)
                self._rows.put(key, cells, [cell.text for cell in cells], "", now_ms)
        self._rows.keep(seen)
        for resource, found in {ALL: self._total, **counts}.items():
            name = resource if resource == ALL else word_of(kinds, resource)
            numbers = [found[each] for each in WORDS]
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
        self.app.push_screen(TextScreen(self.feed, title, lambda: self._lines_of(key)))

    def _lines_of(self, key: str) -> list[Line]:
        """One object on both sides."""
        found = self.differing.objects.get(key)
        if found is None:
            return [line("does not differ any more", "dim")]
        sides = zip(("was", "is"), self.sides, (found.old, found.new), strict=True)
        head: list[Line] = [
            (
                Cell(f"{word:<8}", "accent"),
                Cell(f"{'as it is' if obj is not None else 'not there'} at {side.shown}"),
            )
            for word, side, obj in sides
        ]
        if self.differing.note:
            head.append((Cell("note    ", "accent"), Cell(self.differing.note)))
        return [*head, *object_lines(found.old, found.new)]


def row_of(found: ChangedObject, kinds: KindRegistry) -> tuple[Cell, ...]:
    """The cells of one object that differs."""
    ref, style = ref_of_key(found.key), STYLES[found.type]
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
