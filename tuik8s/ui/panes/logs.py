"""Logs: of a pod's containers, or of all pods of a workload merged by time; follows at its end.

The keys are those of k9s's log view: p previous, t times, w wrap, f follow, 0 to 6 since when.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding

from tuik8s.api.times import format_micro_time
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
from tuik8s.ui.logs import SOURCES_MAX, LogTail, Source, drawn, merged, sources_of
from tuik8s.ui.pace import Pace
from tuik8s.ui.panes.base import absent
from tuik8s.ui.refs import Ref
from tuik8s.ui.widgets.page import Page

ASK_EVERY_MS = 1_000
MINUTE_MS = 60_000
SINCE_MINUTES = {"0": 0, "2": 1, "3": 5, "4": 15, "5": 30, "6": 60}
"""Key -> only the lines of so many last minutes, 0 for all."""


class LogsPane(Page):
    TITLE: ClassVar[str] = "logs"
    BINDINGS = [
        Binding("o", "source", "Container", id="logs.source"),
        Binding("p", "previous", "Previous", id="logs.previous"),
        Binding("t", "stamps", "Times", id="logs.stamps"),
        Binding("w", "wrap", "Wrap", id="logs.wrap"),
        Binding("f", "bottom", "Follow", id="logs.bottom"),
        Binding("1", "top", "From the first line", show=False, id="logs.top"),
        *(
            Binding(
                key,
                f"since({minutes})",
                f"Last {minutes} minutes",
                show=False,
                id=f"logs.since_{minutes}",
            )
            for key, minutes in SINCE_MINUTES.items()
        ),
    ]

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__()
        self.feed, self.ref = feed, ref
        self._tails: dict[Source, LogTail] = {}
        self._sources: list[Source] = []
        self._pace = Pace(feed)
        self._pods_count = 0
        self._only: Source | None = None
        self._has_previous = False
        self._has_stamps = False
        self._since_minutes = 0
        self._asked_at_ms = -ASK_EVERY_MS
        self._stamp: Any = None

    def pump(self, now_ms: int) -> None:
        obj = self.feed.get(*self.ref)
        if obj is None and not self._tails:
            self.set_lines(absent(self.ref))
            return
        if obj is not None and self._pace.is_due(self._pods_count):
            pods = () if self.ref.resource == "pods" else list(self.feed.items("pods"))
            self._pods_count = len(pods)
            self._sources = sources_of(self.ref.resource, obj, pods)
        if self._only not in self._sources:
            self._only = None
        self._ask()
        tails = [tail for source, tail in self._tails.items() if self._only in (None, source)]
        since_ms = now_ms - self._since_minutes * MINUTE_MS if self._since_minutes else 0
        stamp = (
            sum(tail.version for tail in tails), len(tails), since_ms // 1000, self._only,
            self._has_stamps, self.feed.moves,
        )  # fmt: skip
        if stamp != self._stamp:
            self._stamp = stamp
            self._show(tails, since_ms, now_ms)

    def words(self) -> str:
        named = str(self._only) if self._only else f"{len(self._sources)} containers"
        if len(self._sources) == 1:
            named = self._sources[0].container
        parts = [named, "previous" if self._has_previous else ""]
        parts.append(f"last {self._since_minutes}m" if self._since_minutes else "")
        parts.append("following" if self.is_at_end else "not following, f follows")
        return ", ".join(part for part in parts if part)

    def _ask(self) -> None:
        wanted = [self._only] if self._only else self._sources[:SOURCES_MAX]
        for source in wanted:
            if source not in self._tails:
                client, previous = self.feed.client, self._has_previous
                self._tails[source] = LogTail(client, source, previous=previous)
                self._tails[source].ask()
        clock_ms = self.feed.live_ms()
        if clock_ms - self._asked_at_ms >= ASK_EVERY_MS:
            self._asked_at_ms = clock_ms
            for source in wanted:
                self._tails[source].ask()

    def _show(self, tails: list[LogTail], since_ms: int, now_ms: int) -> None:
        # Live, the newest may be stamped a moment later than this clock; nothing is left out then.
        until = "~" if self.feed.past is None else format_micro_time(now_ms + 1)[:-1]
        since = format_micro_time(since_ms)[:-1] if since_ms else ""
        lines: list[Line] = drawn(
            merged(tails, since, until), stamped=self._has_stamps, named=len(tails) > 1
        )
        lines += [line(f"{t.source}: {t.refused}", "dim") for t in tails if t.refused]
        left = len(self._sources) - SOURCES_MAX
        if left > 0 and self._only is None:
            lines.append(line(f"{left} more containers are not asked; o picks one", "warn"))
        follows = self.is_at_end
        self.set_lines(lines or [line("(nothing is written)", "dim")])
        if follows:
            self.action_bottom()

    # --- keys ---------------------------------------------------------------------------------

    def action_source(self) -> None:
        """All containers, then one after another."""
        if len(self._sources) > 1:
            order: list[Source | None] = [None, *self._sources]
            self._only = order[(order.index(self._only) + 1) % len(order)]

    def action_previous(self) -> None:
        """The logs of the container instances before these, and back."""
        self._has_previous = not self._has_previous
        self._tails.clear()
        self._stamp = None

    def action_stamps(self) -> None:
        self._has_stamps = not self._has_stamps

    def action_wrap(self) -> None:
        self.set_wrap(not self.is_wrapped)

    def action_since(self, minutes: int) -> None:
        self._since_minutes = minutes
