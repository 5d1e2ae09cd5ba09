"""Any kind as a table, and the ways from one of its objects to what is known of it."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding

from tuik8s.ui.refs import NO_REF, Ref, ref_of
from tuik8s.ui.screens.listing import Listing
from tuik8s.ui.widgets.live_table import LiveTable


class ResourcesScreen(Listing):
    """The table of one kind."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("slash", "filter", "Filter", id="rows.filter"),
        Binding("d", "detail('describe')", "Describe", id="rows.describe"),
        Binding("y", "detail('yaml')", "YAML", id="rows.yaml"),
        Binding("l", "detail('logs')", "Logs", id="rows.logs"),
        *Listing.KEYS,
    ]

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
            self.dashboard.open_detail(ref, tab)

    def subject(self) -> Ref:
        obj = self.selected()
        return NO_REF if obj is None else ref_of(self.kind, obj)
