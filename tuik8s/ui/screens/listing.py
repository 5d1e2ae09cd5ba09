"""How a table is shown: filter, sort, columns, marks; and what leaves it: copies and exports."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tuik8s.api.kinds.base import Kind
from tuik8s.ui import filter as filters
from tuik8s.ui.export import as_json, rows_of
from tuik8s.ui.feed import Feed
from tuik8s.ui.memory import View, view_of
from tuik8s.ui.screens.changes import Changes
from tuik8s.ui.screens.choose_columns import ChooseColumns
from tuik8s.ui.tables import Shape
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.prompt import Prompt

AGE_EVERY_MS = 2_000
"""Ages of all rows in sight: half of what a dashboard at rest has to do."""
LETTERS = {
    "A": ("AGE", "LAST SEEN"), "S": ("STATUS", "PHASE"), "P": ("NAMESPACE",),
    "R": ("READY", "REASON"), "T": ("RESTARTS", "TYPE"), "I": ("IP", "INTERNAL-IP", "CLUSTER-IP"),
    "K": ("KIND", "ROLES"), "L": ("AVAILABLE",), "U": ("UP-TO-DATE",), "V": ("VERSION",),
    "C": ("CURRENT", "COUNT", "CLASS"), "F": ("DESIRED",),
}  # fmt: skip
"""Shift and a letter sort as in k9s: by the first of these columns that is there."""


class Listing(Changes):
    """The rows of one kind."""

    KEYS: ClassVar[list[Any]] = [
        *Changes.KEYS,
        Binding("h", "left", "Scroll left", show=False, id="rows.left"),
        Binding("O", "sort_picked", "Sort by the picked column", show=False, id="rows.sort_picked"),
        Binding("n", "next_match(1)", "Next match", show=False, id="rows.next"),
        Binding(
            "N",
            "previous_or_sort",
            "Previous match; without a filter: sort by name",
            show=False,
            id="rows.previous",
        ),
        Binding("c", "copy", "Copy names", show=False, id="rows.copy"),
        Binding("Y", "copy_row", "Copy row as JSON", show=False, id="rows.copy_row"),
        Binding("0", "all_namespaces", "All ns", id="rows.all_namespaces"),
        Binding("ctrl+w", "wide", "Wide columns", show=False, id="rows.wide"),
        Binding("f2", "columns", "Choose columns", show=False, id="rows.columns"),
        Binding("escape", "clear", "Clear marks or filter", show=False, id="rows.clear"),
        *(
            Binding(
                letter,
                f"sort{names!r}" if len(names) > 1 else f"sort({names[0]!r})",
                f"Sort by {names[0].lower()}",
                show=False,
                id=f"rows.sort_{names[0].lower().replace('-', '_')}",
            )
            for letter, names in LETTERS.items()
        ),
    ]

    def __init__(self, feed: Feed, kind: Kind) -> None:
        super().__init__(feed, kind)
        self._filter_text = ""
        self._last_filter = ""
        self._kinds_version = feed.kinds_version
        self._is_defined = True
        """Whether there is such a kind still."""
        self._wanted_uid = ""

    def body(self) -> ComposeResult:
        yield self.rows

    def on_mount(self) -> None:
        self._filter_text = str(self.table.store.filter or "")
        self.rows.set_store(self.table.store)
        self.rows.focus()

    def pump(self, now_ms: int) -> None:
        if self._kinds_version != self.feed.kinds_version:
            self._take_new_kind()
        self.feed.flush(self.kind)
        if self._wanted_uid and self._wanted_uid in self.table.store.order:
            self.rows.move_cursor(self._wanted_uid)
            self._wanted_uid = ""
        if self.is_due("ages", AGE_EVERY_MS):
            self.table.age(self.rows.visible_uids(), now_ms)
        if not self.table.store.order:
            self.rows.empty = self._what_to_do()
        self.rows.refresh_rows(now_ms)

    def goes_on(self) -> bool:
        """While rows that nobody has looked at are still to be made."""
        return self.table.store.unmade > 0

    def _take_new_kind(self) -> None:
        """Show new columns when a definition changed, and that the objects go when it went."""
        self._kinds_version = self.feed.kinds_version
        found = self.feed.kind(self.kind.resource)
        self._is_defined = found is not None
        if found is not self.kind:
            view = self.view
            self.kind = found or self.kind
            self.table = self.feed.table(self.kind)
            self.set_view(view)

    def point_at(self, uid: str) -> None:
        """Put the cursor on a row as soon as it is there."""
        self._wanted_uid = uid

    def uncover(self, uid: str) -> None:
        """The same, and without the filter of the last time if that hides it."""
        self.feed.flush(self.kind)
        if self.table.store.index_of(uid) is None:
            self.set_filter("")
        self.point_at(uid)

    def title_line(self) -> str:
        store = self.table.store
        total, visible = store.counts
        where = self.feed.namespace or "all"
        inside = f"({where})" if self.kind.namespaced else ""
        parts = [f"{self.kind.plural}{inside} {visible}/{total}" if visible != total else
                 f"{self.kind.plural}{inside} {total}"]  # fmt: skip
        if self._filter_text:
            parts.append(f"/{self._filter_text}")
        if self.notice:
            parts.append(f"({self.notice})")
        if store.marks:
            parts.append(f"{len(store.marks)} marked")
        if self.rows.followed:
            parts.append("following")
        return "  ".join(parts)

    def _what_to_do(self) -> str:
        """Why there are no rows, and how to get some."""
        many, where = self.kind.plural, self.feed.namespace
        if not self.feed.informer(self.kind.storage or self.kind.resource).synced:
            return f"waiting for the {many} of the API server"
        if not self._is_defined:
            return f"the definition of the {many} was deleted"
        if self.table.store.counts[0]:
            how = filters.what_was_meant(self._filter_text) or "Esc clears it, / changes it"
            return f"none of the {many} matches /{self._filter_text}   ({how})"
        if self.kind.namespaced and where:
            return f"no {many} in namespace {where}   (0 shows all namespaces)"
        if "create" in self.kind.verbs:
            return f"no {many} yet   (kubectl apply -f FILE makes some)"
        return f"no {many}"

    # --- the view as it is remembered ---------------------------------------------------------

    @property
    def view(self) -> View:
        """How the table is shown now."""
        return view_of(self.table)

    def set_view(self, view: View) -> None:
        """Show the table as it was once; what does not fit it any more is left out."""
        self._reshape(Shape(view.wide, tuple(view.labels), tuple(view.columns)))
        names = [column.name for column in self.table.store.columns]
        if view.sort in names:
            self.table.store.set_sort(names.index(view.sort), view.descending)
        self.set_filter(view.filter)

    # --- filter and sort ----------------------------------------------------------------------

    def action_filter(self) -> None:
        self.query_one(Prompt).open("/", self._filter_text)

    def set_filter(self, text: str) -> str:
        """Filter by a text; what is wrong with it, "" if nothing."""
        try:
            wanted = filters.parse(text, self.table.hidden) if text.strip() else None
        except filters.BadFilter as bad:
            return filters.explain(text, bad)
        self._filter_text = text.strip()
        self._last_filter = self._filter_text or self._last_filter
        self.table.store.set_filter(wanted)
        return ""

    @property
    def notice(self) -> str:
        """What the filter cannot do with the columns that are shown; "" when it does all."""
        wanted = self.table.store.filter
        if wanted is None or not wanted.inactive:
            return ""
        return f"{', '.join(wanted.inactive)} not shown: ignored, Ctrl+W shows more columns"

    def action_previous_or_sort(self) -> None:
        """N is both: vim's for what was searched, k9s's for a table where nothing was."""
        if self._last_filter:
            self.action_next_match(-1)
        else:
            self.action_sort("NAME")

    def action_next_match(self, direction: int) -> None:
        """Go to the next (1) or last (-1) row before it that the last filter matches, whether or
        not it is still set."""
        order, store = self.table.store.order, self.table.store
        if not self._last_filter:
            self.notify("no filter yet: / sets one, n goes to its next match")
            return
        wanted = filters.parse(self._last_filter, self.table.hidden)
        here = store.index_of(self.rows.cursor_uid or "") or 0
        ahead = (*order[here + 1 :], *order[: here + 1])
        behind = (*reversed(order[:here]), *reversed(order[here:]))
        for uid in ahead if direction > 0 else behind:
            if store.is_match(uid, wanted):
                self.rows.move_cursor(uid)
                return
        self.notify(f"nothing matches /{self._last_filter}", markup=False)

    def action_clear(self) -> None:
        if self.table.store.marks:
            self.table.store.clear_marks()
        elif self._filter_text:
            self.set_filter("")
        else:
            self.rows.followed = None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        if action == "sort" and not set(parameters) & {c.name for c in self.table.store.columns}:
            return f"{self.kind.plural} show no column {parameters[0]}"
        return super().why_not(action, parameters)

    def action_sort(self, *choices: str) -> None:
        """Sort by the first of these columns that is there; again turns the order round."""
        names = [column.name for column in self.table.store.columns]
        found = [names.index(name) for name in choices if name in names]
        if found:
            self.rows.sort_by(found[0])

    def on_live_table_lost(self, event: LiveTable.Lost) -> None:
        self.notify("what was followed is gone")

    def action_sort_picked(self) -> None:
        self.rows.action_sort_picked()

    def action_all_namespaces(self) -> None:
        self.feed.set_namespace("")

    # --- columns ------------------------------------------------------------------------------

    def action_wide(self) -> None:
        """The columns of kubectl's -o wide, or the usual ones again."""
        self._reshape(Shape(not self.table.shape.wide, self.table.shape.labels))

    def action_columns(self) -> None:
        shown = [column.name for column in self.table.store.columns]
        dialog = ChooseColumns(self.table, shown)
        self.app.push_screen(dialog, self._take_shape)

    def _take_shape(self, chosen: Shape | None) -> None:
        if chosen is not None:
            self._reshape(chosen)

    def change_columns(self, words: list[str]) -> str:
        """`+app` shows a column or a label, `-AGE` hides one, `reset` shows the usual ones; what
        is wrong, "" if nothing."""
        shape, known = self.table.shape, self.table.column_names
        for word in words:
            sign, name = word[0], word[1:]
            column = name.upper()
            shown = [c for c in known if c not in self.table.hidden]
            if word == "reset":
                shape = Shape()
            elif sign == "+" and column in known:
                shape = shape._replace(chosen=tuple(c for c in known if c in {*shown, column}))
            elif sign == "+" and name:
                shape = shape._replace(labels=tuple(dict.fromkeys((*shape.labels, name))))
            elif sign == "-" and name in shape.labels:
                shape = shape._replace(labels=tuple(x for x in shape.labels if x != name))
            elif sign == "-" and column in shown and len(shown) > 1:
                shape = shape._replace(chosen=tuple(c for c in shown if c != column))
            else:
                return f"+COLUMN, +label, -COLUMN or reset, not {word!r}; columns: " + ", ".join(
                    known
                )
            self._reshape(shape)
        return ""

    def _reshape(self, shape: Shape) -> None:
        if shape != self.table.shape:
            self.table.set_shape(shape, self.feed.now_ms())
            self.set_filter(self._filter_text)
        if self.is_loaded:
            self.rows.set_store(self.table.store)

    def action_left(self) -> None:
        self.rows.action_scroll_columns(-8)

    # --- copies -------------------------------------------------------------------------------

    def action_copy(self) -> None:
        names = [obj["metadata"]["name"] for obj in self.targets()]
        if names:
            what = names[0] if len(names) == 1 else f"{len(names)} names"
            self.dashboard.copy("\n".join(names), what)

    def action_copy_row(self) -> None:
        store = self.table.store
        uids = [uid for uid in store.order if uid in store.marks] or [self.rows.cursor_uid or ""]
        rows = rows_of(store, uids)
        if rows:
            self.dashboard.copy(as_json(rows), f"{len(rows)} row{'s' * (len(rows) > 1)} as JSON")

    # --- the prompt ---------------------------------------------------------------------------

    def prompt_changed(self, sign: str, text: str) -> str:
        return (self.set_filter(text) or self.notice) if sign == "/" else ""

    def prompt_done(self, sign: str, text: str | None) -> str:
        if sign == "/":
            return self.set_filter("") if text is None else ""
        if sign == "#":
            return "" if text is None else self.scale_to(text)
        return super().prompt_done(sign, text)
