"""A pane of the detail screen: one view of one object, as a widget that is pumped while in sight.

A member is a widget (a `Page` or a `LiveTable`) that takes the feed and the ref, and has

    TITLE               the word on its tab
    pump(now_ms)        show the object as it is at the moment that the feed shows
    words()             what the status bar says beside the object's name, "" for nothing

It keeps nothing of the object between pumps, so that it is true at every revision. To add one: a
file here, a line in `registry.py`, a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from textual.widget import Widget

from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
from tuik8s.ui.refs import Ref

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

REFRESH_EVERY_MS = 1_000
"""Ages grow although nothing changes."""


class Pane(Protocol):
    """See the module's text."""

    TITLE: ClassVar[str]

    def __init__(self, feed: Feed, ref: Ref) -> None: ...

    def pump(self, now_ms: int) -> None: ...

    def words(self) -> str: ...


def dashboard_of(pane: Widget) -> Dashboard:
    """The application, by its own type."""
    return cast("Dashboard", pane.app)


def absent(ref: Ref) -> list[Line]:
    """What stands where an object is not, at the moment that is shown."""
    return [
        line(f"There is no {ref} at this moment.", "warn"),
        line("It is not created yet, or it is gone; h lists what happened to it.", "dim"),
    ]
