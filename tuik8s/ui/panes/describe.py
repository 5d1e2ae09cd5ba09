"""The object in the manner of kubectl describe, the events about it at the end."""

from __future__ import annotations

from typing import Any, ClassVar

from tuik8s.ui.describe import describe, described
from tuik8s.ui.feed import Feed
from tuik8s.ui.panes.base import REFRESH_EVERY_MS, absent
from tuik8s.ui.refs import Ref
from tuik8s.ui.widgets.page import Page


class DescribePane(Page):
    TITLE: ClassVar[str] = "describe"

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__()
        self.feed, self.ref = feed, ref
        self._stamp: Any = None

    def pump(self, now_ms: int) -> None:
        obj = self.feed.get(*self.ref)
        if obj is None:
            self.set_lines(absent(self.ref))
            self._stamp = None
            return
        stamp = (obj["metadata"].get("resourceVersion"), now_ms // REFRESH_EVERY_MS)
        if stamp != self._stamp:
            self._stamp = stamp
            self.set_lines(described(describe(obj, self.feed.events_about(obj), now_ms)))

    def words(self) -> str:
        return ""
