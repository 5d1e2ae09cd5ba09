"""Who owns whom, live: all of a namespace, or all that hangs together with one object.

Enter goes to the object of a line; w, t and x work on it as in a table.
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from tuik8s.ui.feed import Feed
from tuik8s.ui.forest import OWNING, forest, owners_above
from tuik8s.ui.lines import Line, line
from tuik8s.ui.pace import Pace
from tuik8s.ui.refs import NO_REF, Ref, ref_of_key
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.widgets.page import Page


class XrayScreen(PageScreen):
    """ref: an object, or NO_REF for everything in the namespace that is shown.

    whole_namespace: the object is a namespace, and what is in it is meant.
    """

    def __init__(self, feed: Feed, ref: Ref = NO_REF, *, whole_namespace: bool = False) -> None:
        super().__init__(feed)
        self.ref = NO_REF if whole_namespace else ref
        self._namespace = ref.name if whole_namespace else ""
        self._stamp: Any = None
        self._pace = Pace(feed)
        self._count = 0

    def body(self) -> ComposeResult:
        yield Page(cursor=True)

    def on_mount(self) -> None:
        page = self.query_one(Page)
        if self.ref != NO_REF:
            page.point_at(self.ref.key)
        page.focus()

    def subject(self) -> Ref:
        return ref_of_key(self.query_one(Page).cursor_uid)

    def title_line(self) -> str:
        word = self.word()
        inside = self._namespace or self.feed.namespace or "all namespaces"
        of = str(self.ref) if self.ref != NO_REF else inside
        return f"xray of {of}  {self._count} objects" + (f"  /{word}" if word else "")

    def pump(self, now_ms: int) -> None:
        custom = [kind.resource for kind in self.feed.kinds.all() if kind.custom]
        version = self.feed.version_of((*OWNING, *custom))
        stamp = (version, self.feed.namespace, self.feed.moves)
        if stamp != self._stamp and self._pace.is_due(self._count):
            self._stamp = stamp
            self._draw(now_ms)

    def _draw(self, now_ms: int) -> None:
        drawn = self._namespaces(now_ms) if self.ref == NO_REF else self._object(now_ms)
        uids = [ref.key if ref != NO_REF else "" for _, ref in drawn]
        self._count = len({uid for uid in uids if uid})
        lines = [each for each, _ in drawn] or [line("nothing that owns or is owned", "dim")]
        self.query_one(Page).set_lines(lines, uids)

    def _namespaces(self, now_ms: int) -> list[tuple[Line, Ref]]:
        """Everything, one namespace after another."""
        inside = self._namespace or self.feed.namespace
        found = forest(self.feed, inside, now_ms)
        if inside:
            return list(found.draw(found.roots))
        names = sorted({root.ref.namespace for root in found.roots})
        drawn: list[tuple[Line, Ref]] = []
        for name in names:
            where = Ref("namespaces", "", name) if name else NO_REF
            drawn.append((line(str(where) if name else "in no namespace", "head"), where))
            drawn += found.draw(root for root in found.roots if root.ref.namespace == name)
        return drawn

    def _object(self, now_ms: int) -> list[tuple[Line, Ref]]:
        """One object, from its topmost owner down."""
        owners = owners_above(self.feed, self.ref)
        top = (owners or [self.ref])[0]
        found = forest(self.feed, self.ref.namespace, now_ms, (self.ref, *owners))
        return list(found.draw([found.by_ref[top]] if top in found.by_ref else []))

    def on_page_selected(self, event: Page.Selected) -> None:
        event.stop()
        self.dashboard.open_detail(ref_of_key(event.uid))
