"""Logs: of a pod's containers, of all pods of a workload, of a node's kubelet and proxy.

Where nothing is written yet, the Events about the object say what is waited for.
"""

from __future__ import annotations

from typing import ClassVar

from tuik8s.ui.event_cells import cells_of
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
from tuik8s.ui.log_sources import Meant, of_node, sources_of
from tuik8s.ui.panes.base import absent
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.widgets.log_page import LogPage


class LogsPane(LogPage):
    TITLE: ClassVar[str] = "logs"

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__(feed)
        self.ref = ref

    def find(self) -> Meant | None:
        obj = self.feed.get(*self.ref)
        if obj is None:
            return None
        if self.ref.resource == "nodes":
            return Meant(of_node(self.ref.name, self.parties.names), [])
        pods = () if self.ref.resource == "pods" else list(self.feed.items("pods"))
        return Meant(sources_of(self.ref.resource, obj, pods), [])

    def absent(self) -> list[Line]:
        return absent(self.ref)

    def quiet(self) -> list[Line]:
        obj = self.feed.get(*self.ref)
        events = self.feed.events_about(obj) if obj is not None else []
        if not events:
            return super().quiet()
        found = [line("(nothing is written yet; what happened so far:)", "dim")]
        for event in events:
            at, kind, reason, count, by, message = cells_of(event)
            times = f" x{count.text}" if count.text != "1" else ""
            head = Cell(f"{kind.text:<8} {reason.text}{times}  ", kind.style)
            found.append(
                (Cell(f"{at.text}  ", "dim"), head, message, Cell(f"  ({by.text})", "dim"))
            )
        return found
