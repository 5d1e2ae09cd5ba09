"""The object as YAML; managed fields are folded into one line until m unfolds them."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding

from tuik8s.ui.describe import yaml_lines
from tuik8s.ui.feed import Feed
from tuik8s.ui.panes.base import absent
from tuik8s.ui.refs import Ref
from tuik8s.ui.widgets.page import Page


class YamlPane(Page):
    TITLE: ClassVar[str] = "yaml"
    BINDINGS = [Binding("m", "fields", "Managed fields", id="yaml.fields")]

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__()
        self.feed, self.ref = feed, ref
        self._unfolded = False
        self._stamp: Any = None

    def pump(self, now_ms: int) -> None:
        obj = self.feed.get(*self.ref)
        if obj is None:
            self.set_lines(absent(self.ref))
            self._stamp = None
            return
        stamp = (obj["metadata"].get("resourceVersion"), self._unfolded)
        if stamp != self._stamp:
            self._stamp = stamp
            self.set_lines(yaml_lines(obj, unfolded=self._unfolded))

    def words(self) -> str:
        return "with managed fields" if self._unfolded else ""

    def action_fields(self) -> None:
        self._unfolded = not self._unfolded
