"""The tabs of the detail screen, from left to right."""

from __future__ import annotations

from tuik8s.ui.panes.base import Pane
from tuik8s.ui.panes.changes import ChangesPane
from tuik8s.ui.panes.describe import DescribePane
from tuik8s.ui.panes.events import EventsPane
from tuik8s.ui.panes.logs import LogsPane
from tuik8s.ui.panes.ownership import OwnershipPane
from tuik8s.ui.panes.yaml import YamlPane

PANES: dict[str, type[Pane]] = {
    "describe": DescribePane,
    "yaml": YamlPane,
    "events": EventsPane,
    "logs": LogsPane,
    "ownership": OwnershipPane,
    "changes": ChangesPane,
}
