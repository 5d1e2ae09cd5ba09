"""Owners above, what is owned below; Enter goes to the object of a line."""

from __future__ import annotations

from typing import ClassVar

from tuik8s.ui.feed import Feed
from tuik8s.ui.forest import OWNING, forest, owners_above
from tuik8s.ui.pace import Pace
from tuik8s.ui.panes.base import absent, dashboard_of
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.widgets.page import Page


class OwnershipPane(Page):
    TITLE: ClassVar[str] = "ownership"

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__(cursor=True)
        self.feed, self.ref = feed, ref
        self._refs: dict[str, Ref] = {}
        self._version = -1
        self._pace = Pace(feed)
        self._count = 0

    def pump(self, now_ms: int) -> None:
        version = self.feed.version_of((*OWNING, self.ref.resource))
        if version == self._version or not self._pace.is_due(self._count):
            return
        self._version = version
        obj = self.feed.get(*self.ref)
        if obj is None:
            self.set_lines(absent(self.ref))
            return
        owners = owners_above(self.feed, self.ref)
        found = forest(self.feed, self.ref.namespace, now_ms, (self.ref, *owners))
        self._count = found.count
        drawn = list(found.branch(self.ref, owners))
        self._refs = {ref.key: ref for _, ref in drawn if ref != NO_REF}
        if not self.cursor_uid:
            self.point_at(self.ref.key)
        uids = [ref.key if ref != NO_REF else "" for _, ref in drawn]
        self.set_lines([line for line, _ in drawn], uids)

    def words(self) -> str:
        return "Enter goes there"

    def on_page_selected(self, event: Page.Selected) -> None:
        event.stop()
        ref = self._refs.get(event.uid)
        if ref is not None and ref != self.ref:
            dashboard_of(self).open_detail(ref)
