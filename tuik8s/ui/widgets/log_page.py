"""A page of logs: of one or many sources, merged by time; follows at its end, rewinds with time.

The keys are those of k9s's log view: p previous, t times, w wrap, f follow, 0 to 6 since when; J
shows JSON lines as fields. Bookmarks, which m sets, stand between the lines as marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.binding import Binding

from tuik8s.api.times import format_micro_time
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
from tuik8s.ui.log_sources import Meant, Parties, Source
from tuik8s.ui.log_tail import NOW, LogTail
from tuik8s.ui.logs import LogLine, drawn, merged
from tuik8s.ui.pace import Pace
from tuik8s.ui.widgets.page import Page

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

ASK_EVERY_MS = 1_000
MINUTE_MS = 60_000
SINCE_MINUTES = {"0": 0, "2": 1, "3": 5, "4": 15, "5": 30, "6": 60}
"""Key -> only the lines of so many last minutes, 0 for all."""
SOURCES_MAX = 50
"""Sources that are asked at the same time."""
TAILS_MAX = 2 * SOURCES_MAX
"""Sources whose lines are kept: of pods that are gone those that were there last."""


class LogPage(Page):
    """What is meant is told by `find`, which a subclass has."""

    BINDINGS = [
        Binding("o", "source", "Container", id="logs.source"),
        Binding("p", "previous", "Previous", id="logs.previous"),
        Binding("t", "stamps", "Times", id="logs.stamps"),
        Binding("w", "wrap", "Wrap", id="logs.wrap"),
        Binding("J", "fields", "JSON fields", id="logs.fields"),
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

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed
        self.parties = Parties(feed.client)
        self._tails: dict[Source, LogTail] = {}
        self._meant = Meant([], [])
        self._pace = Pace(feed)
        self._count = 0
        self._only: Source | None = None
        self._has_previous = False
        self._has_stamps = False
        self._has_fields = False
        self._since_minutes = 0
        self._asked_at_ms = -ASK_EVERY_MS
        self._asked_until = NOW
        """Up to when all sources were asked."""
        self._stamp: Any = None

    def find(self) -> Meant | None:
        """Which sources are meant now; None: what they belong to is not there at this moment."""
        return Meant([], [])

    def absent(self) -> list[Line]:
        """What is shown when `find` gave None and nothing was ever heard."""
        return []

    def quiet(self) -> list[Line]:
        """What is shown when nothing is written."""
        return [line("(nothing is written)", "dim")]

    def on_mount(self) -> None:
        processes = self._dashboard.status()
        self.parties.ask([str(each["name"]) for each in processes])

    @property
    def _dashboard(self) -> Dashboard:
        return cast("Dashboard", self.app)

    def pump(self, now_ms: int) -> None:
        if self._pace.is_due(self._count):
            found = self.find()
            if found is None and not self._tails:
                self.set_lines(self.absent())
                return
            self._meant = found or self._meant
            self._count = len(self._meant.sources)
        if self._only not in self._meant.sources:
            self._only = None
        until = NOW if self.feed.past is None else f"{format_micro_time(now_ms + 1)[:-1]}"
        self._ask(until)
        tails = [tail for source, tail in self._tails.items() if self._only in (None, source)]
        since_ms = now_ms - self._since_minutes * MINUTE_MS if self._since_minutes else 0
        marks = self._marks()
        is_heard = self.parties.is_heard and all(tail.is_heard for tail in tails)
        stamp = (
            [(tail.source, tail.version) for tail in tails], since_ms // 1000, self._only,
            self._has_stamps, self._has_fields, self.feed.moves, marks, tuple(self._meant.unknown),
            is_heard,
        )  # fmt: skip
        if stamp != self._stamp:
            self._stamp = stamp
            self._show(tails, marks, since_ms, until, is_heard=is_heard)

    def words(self) -> str:
        """What the status bar says of the page."""
        sources = self._meant.sources
        what = "logs" if any(source.is_component for source in sources) else "containers"
        named = str(self._only) if self._only else f"{len(sources)} {what}"
        if len(sources) == 1:
            named = sources[0].container
        parts = [named, "previous" if self._has_previous else ""]
        parts.append(f"last {self._since_minutes}m" if self._since_minutes else "")
        parts.append("fields" if self._has_fields else "")
        parts.append("following" if self.is_at_end else "not following, f follows")
        return ", ".join(part for part in parts if part)

    def _ask(self, until: str) -> None:
        wanted = [self._only] if self._only else self._meant.sources[:SOURCES_MAX]
        limit = NOW if until == NOW else f"{until}Z"
        for source in wanted:
            if source not in self._tails:
                local = self._dashboard.machine.component_log
                self._tails[source] = LogTail(
                    self.feed.client, source, previous=self._has_previous, local=local
                )
                self._tails[source].ask(limit)
        gone = [source for source in self._tails if source not in wanted]
        for source in gone[: max(0, len(self._tails) - TAILS_MAX)]:
            del self._tails[source]
        clock_ms = self.feed.real_ms()
        if clock_ms - self._asked_at_ms >= ASK_EVERY_MS or limit != self._asked_until:
            self._asked_at_ms = clock_ms
            were_asked = [self._tails[source].ask(limit) for source in wanted]
            if all(were_asked):
                self._asked_until = limit

    def _marks(self) -> tuple[LogLine, ...]:
        bookmarks = self._dashboard.bookmarks
        found = [(bookmarks[name].at_ms, name) for name in bookmarks]
        return tuple(
            LogLine(format_micro_time(at_ms)[:-1], "", f"──── {name} ────")
            for at_ms, name in sorted(found)
        )

    def _show(
        self,
        tails: list[LogTail],
        marks: tuple[LogLine, ...],
        since_ms: int,
        until: str,
        *,
        is_heard: bool,
    ) -> None:
        # Live, the newest may be stamped a moment later than this clock; nothing is left out then.
        since = format_micro_time(since_ms)[:-1] if since_ms else ""
        written = merged([*(tail.lines for tail in tails), marks], since, until)
        is_empty = not any(each.source for each in written)
        lines: list[Line] = self.quiet() if is_heard else [line("reading", "dim")]
        if not is_empty:
            lines = drawn(
                written,
                stamped=self._has_stamps,
                named=len(tails) > 1,
                fields=self._has_fields,
            )
        lines += [line(f"{t.source}: {t.refused}", "dim") for t in tails if t.refused]
        lines += [line(f"nothing here is called {word}", "warn") for word in self._meant.unknown]
        left = len(self._meant.sources) - SOURCES_MAX
        if left > 0 and self._only is None:
            lines.append(line(f"{left} more are not asked; o picks one", "warn"))
        follows = self.is_at_end
        self.set_lines(lines)
        if follows:
            self.action_bottom()

    # --- keys ---------------------------------------------------------------------------------

    def action_source(self) -> None:
        """All sources, then one after another."""
        sources = self._meant.sources
        if len(sources) > 1:
            order: list[Source | None] = [None, *sources]
            self._only = order[(order.index(self._only) + 1) % len(order)]

    def action_previous(self) -> None:
        """The logs of the container instances before these, and back."""
        self._has_previous = not self._has_previous
        self._tails.clear()
        self._stamp = None

    def action_stamps(self) -> None:
        self._has_stamps = not self._has_stamps

    def action_fields(self) -> None:
        self._has_fields = not self._has_fields

    def action_wrap(self) -> None:
        self.set_wrap(not self.is_wrapped)

    def action_since(self, minutes: int) -> None:
        self._since_minutes = minutes
