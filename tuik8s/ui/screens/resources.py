"""Any kind as a table: filter, sort, describe, YAML, logs, delete, scale."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.ui import filter as filters
from tuik8s.ui.feed import Feed
from tuik8s.ui.refs import NO_REF, Ref, ref_of
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.tables import Table
from tuik8s.ui.widgets.confirm import Confirm
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.prompt import Prompt

AGE_EVERY_MS = 1_000
SCALABLE = ("deployments", "replicasets", "statefulsets", "replicationcontrollers")


class ResourcesScreen(DashboardScreen):
    """The table of one kind."""

    BINDINGS = [
        ("slash", "filter", "Filter"),
        ("d", "detail('describe')", "Describe"),
        ("y", "detail('yaml')", "YAML"),
        ("l", "detail('logs')", "Logs"),
        Binding("c", "copy", "Copy name", show=False),
        ("s", "scale", "Scale"),
        ("0", "all_namespaces", "All ns"),
        ("N", "sort('NAME')", ""),
        ("A", "sort('AGE')", ""),
        ("S", "sort('STATUS')", ""),
        Binding("less_than_sign", "sort_next(-1)", "Sort back", show=False),
        ("greater_than_sign", "sort_next(1)", "Sort"),
        ("ctrl+k,delete", "delete", "Delete"),
        Binding("escape", "clear", "Clear filter or marks", show=False),
    ]

    def __init__(self, feed: Feed, kind: Kind) -> None:
        super().__init__(feed)
        self.kind = kind
        self.table: Table = feed.table(kind)
        self._filter_text = ""
        self._kinds_version = feed.kinds_version
        self._wanted_uid = ""
        self._scaled: Object | None = None
        """What the prompt for replicas asks about, whatever happens to the rows meanwhile."""

    def body(self) -> ComposeResult:
        yield LiveTable(id="rows")

    def on_mount(self) -> None:
        self._filter_text = str(self.table.store.filter or "")
        self.rows.set_store(self.table.store)
        self.rows.focus()

    @property
    def rows(self) -> LiveTable:
        return self.query_one(LiveTable)

    def pump(self, now_ms: int) -> None:
        if self._kinds_version != self.feed.kinds_version:
            self._take_new_kind()
        self.feed.flush(self.kind)
        if self._wanted_uid and self._wanted_uid in self.table.store.order:
            self.rows.move_cursor(self._wanted_uid)
            self._wanted_uid = ""
        if self.is_due("ages", AGE_EVERY_MS):
            self.table.age(self.rows.visible_uids(), now_ms)
        self.rows.refresh_rows(now_ms)

    def _take_new_kind(self) -> None:
        """Show new columns when a definition changed; a kind that went keeps its last rows."""
        self._kinds_version = self.feed.kinds_version
        kind = self.feed.kind(self.kind.resource)
        if kind is not None and kind is not self.kind:
            wanted = self.table.store.filter
            self.kind, self.table = kind, self.feed.table(kind)
            self.table.store.set_filter(wanted)
            self.rows.set_store(self.table.store)

    def point_at(self, uid: str) -> None:
        """Put the cursor on a row as soon as it is there."""
        self._wanted_uid = uid

    def title_line(self) -> str:
        total, visible = self.table.store.counts
        where = self.feed.namespace or "all"
        inside = f"({where})" if self.kind.namespaced else ""
        shown = f"{visible}/{total}" if visible != total else str(total)
        wanted = f"  /{self._filter_text}" if self._filter_text else ""
        return f"{self.kind.plural}{inside} {shown}{wanted}"

    def selected(self) -> Object | None:
        uid = self.rows.cursor_uid
        return None if uid is None else self.table.object(uid)

    # --- filter and sort ----------------------------------------------------------------------

    def action_filter(self) -> None:
        self.query_one(Prompt).open("/", self._filter_text)

    def set_filter(self, text: str) -> str:
        """Filter by a text; what is wrong with it, "" if nothing."""
        try:
            wanted = filters.parse(text) if text.strip() else None
        except filters.BadFilter as bad:
            return str(bad)
        self._filter_text = text.strip()
        self.table.store.set_filter(wanted)
        return ""

    def action_clear(self) -> None:
        if self._filter_text:
            self.set_filter("")
        elif self.table.store.marks:
            self.table.store.marks.clear()
            self.table.store.generation += 1

    def action_sort(self, name: str) -> None:
        names = [column.name for column in self.table.store.columns]
        if name in names:
            self._sort(names.index(name))

    def action_sort_next(self, step: int) -> None:
        store = self.table.store
        self._sort((store.sort_column + step) % len(store.columns))

    def _sort(self, index: int) -> None:
        store = self.table.store
        again = store.sort_column == index
        store.set_sort(index, not store.sort_descending if again else False)

    def action_all_namespaces(self) -> None:
        self.feed.set_namespace("")

    # --- one object ---------------------------------------------------------------------------

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        obj = self.table.object(event.uid)
        if obj is not None and self.kind.plural == "namespaces":
            self.feed.set_namespace(obj["metadata"]["name"])
            self.notify(f"namespace {self.feed.namespace}; 0 shows all")
        elif obj is not None and self.kind.plural == "pods":
            self.action_detail("logs")
        else:
            self.action_detail("describe")

    def action_detail(self, tab: str) -> None:
        ref = self.subject()
        if ref != NO_REF:
            self.app.open_detail(ref, tab)  # type: ignore[attr-defined]

    def subject(self) -> Ref:
        obj = self.selected()
        return NO_REF if obj is None else ref_of(self.kind, obj)

    def action_copy(self) -> None:
        names = "\n".join(obj["metadata"]["name"] for obj in self.targets())
        if names:
            self.app.copy_to_clipboard(names)
            self.notify(f"copied {names} (OSC 52)", markup=False)

    # --- changes ------------------------------------------------------------------------------

    def targets(self) -> list[Object]:
        """The marked objects, or the one under the cursor."""
        marked = [self.table.object(uid) for uid in sorted(self.table.store.marks)]
        found = [obj for obj in marked if obj is not None]
        chosen = self.selected()
        return found or ([chosen] if chosen is not None else [])

    def action_delete(self) -> None:
        targets = self.targets()
        if not targets or self.app.refuse_in_past():  # type: ignore[attr-defined]
            return
        names = ", ".join(obj["metadata"]["name"] for obj in targets[:5])
        more = f" and {len(targets) - 5} more" if len(targets) > 5 else ""
        same = delete_commands(self.kind.resource, targets)
        affects = f"{len(targets)} object{'s' * (len(targets) > 1)}"
        question = f"DELETE {self.kind.singular} {names}{more} ?"
        self._frozen_question(question, affects, same, self._delete, targets)

    def _delete(self, targets: list[Object]) -> None:
        for obj in targets:
            self.feed.delete(self.kind, obj, self._told)
        self.table.store.marks.clear()

    def _frozen_question(
        self,
        question: str,
        affects: str,
        same: str,
        act: Callable[[list[Object]], None],
        targets: list[Object],
    ) -> None:
        """Ask while the rows stand still, so that what is confirmed is what was seen."""
        self.table.store.frozen = True

        def answered(yes: bool | None) -> None:
            self.table.store.frozen = False
            if yes:
                act(targets)
                self.notify(same, markup=False)

        self.app.push_screen(Confirm(question, affects, same), answered)

    def _told(self, why: str) -> None:
        if why:
            self.notify(why, severity="error", markup=False)

    def action_scale(self) -> None:
        if self.app.refuse_in_past():  # type: ignore[attr-defined]
            return
        obj = self.selected()
        if obj is None or self.kind.plural not in SCALABLE:
            self.notify("only workloads with replicas scale", severity="warning")
            return
        self._scaled = obj
        self.query_one(Prompt).open("#", str(obj["spec"].get("replicas", 1)))

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        if event.sign == "/":
            event.stop()
            self.query_one(Prompt).say(self.set_filter(event.text))

    def on_prompt_done(self, event: Prompt.Done) -> None:
        if event.sign not in "/#":
            return  # the app's
        event.stop()
        prompt = self.query_one(Prompt)
        if event.sign == "/" and event.text is None:
            self.set_filter("")
        elif event.sign == "#" and event.text is not None:
            obj = self._scaled
            if not event.text.isdigit():
                prompt.say("a number of replicas")
                return
            if obj is not None:
                self.feed.scale(self.kind, obj, int(event.text), self._told)
                meta, count = obj["metadata"], f"--replicas={event.text}"
                where = f"{self.kind.resource}/{meta['name']} -n {meta['namespace']}"
                self.notify(f"kubectl scale {where} {count}", markup=False)
        prompt.close()


def delete_commands(resource: str, targets: list[Object]) -> str:
    """What kubectl would be told, one command per namespace."""
    names: dict[str, list[str]] = {}
    for obj in targets:
        meta = obj["metadata"]
        names.setdefault(meta.get("namespace", ""), []).append(meta["name"])
    return "; ".join(
        f"kubectl delete {resource} {' '.join(some)}" + (f" -n {namespace}" if namespace else "")
        for namespace, some in names.items()
    )
