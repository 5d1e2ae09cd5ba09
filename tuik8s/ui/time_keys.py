"""Time on the keyboard: every key that moves the moment that is shown, for all screens alike.

    p pause, play   [ ] an event back, on   { } a mark back, on   , . slower, faster
    @ go to         m ' set, go to a bookmark                      \\ back to now

What changes the cluster is refused while the past is shown: nobody can change what has been.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding

from tuik8s.api.times import format_time, human_duration
from tuik8s.ui.bookmarks import Bookmarks
from tuik8s.ui.feed import PAST, Feed
from tuik8s.ui.past import Moment
from tuik8s.ui.rewind import Rewinder
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.timeline import BOOKMARK, Mark
from tuik8s.ui.timeline_reader import TimelineReader
from tuik8s.ui.when import BadMoment, parse_when
from tuik8s.ui.widgets.prompt import Prompt
from tuik8s.ui.widgets.timeline_bar import TimelineBar

GO_TO, TO_BOOKMARK, SET_BOOKMARK = "@", "'", "m"


class TimeKeys(App[Any]):
    """The part of the dashboard that moves through time."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("p", "pause", "Pause or play", show=False, id="time.pause"),
        Binding("left_square_bracket", "step(-1)", "Event back", show=False, id="time.back"),
        Binding("right_square_bracket", "step(1)", "Event on", show=False, id="time.on"),
        Binding("left_curly_bracket", "to_mark(-1)", "Mark back", show=False, id="time.mark_back"),
        Binding("right_curly_bracket", "to_mark(1)", "Mark on", show=False, id="time.mark_on"),
        Binding("comma", "speed(-1)", "Play slower", show=False, id="time.slower"),
        Binding("full_stop", "speed(1)", "Play faster", show=False, id="time.faster"),
        Binding("at", "go_to", "Go to a time", show=False, id="time.go_to"),
        Binding("m", "bookmark", "Bookmark", show=False, id="time.bookmark"),
        Binding("apostrophe", "to_bookmark", "To a bookmark", show=False, id="time.to_bookmark"),
        Binding("backslash", "live", "Back to now", show=False, id="time.live"),
    ]

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed
        self.rewinder = Rewinder(feed, self._say)
        self.reader = TimelineReader(feed)
        self.bookmarks = Bookmarks(feed)
        self._marked = -1
        self._to_name: Moment | None = None

    def tick_time(self) -> None:
        """Called ten times a second, before what is on screen is made."""
        self.rewinder.tick()
        self.reader.look()
        self.bookmarks.look()
        if self._marked != self.bookmarks.version:
            self._marked = self.bookmarks.version
            self.reader.timeline.set_bookmarks(
                Mark(self.bookmarks[name], BOOKMARK, f"bookmark {name}") for name in self.bookmarks
            )
        if isinstance(self.screen, DashboardScreen) and self.screen.is_loaded:
            bar = self.screen.timeline_bar
            shown_ms, end_ms = self.feed.now_ms(), self.feed.known_ms()
            bar.show(self.reader.timeline, min(shown_ms, end_ms), end_ms)

    def mode(self) -> tuple[str, str]:
        """What the status bar says of time, and its style."""
        moment = self.rewinder.moment
        if moment is None:
            return ("● LIVE", "ok") if self.feed.is_connected else ("✗ LOST, reconnecting", "bad")
        ago = human_duration(max(0, self.feed.live_ms() - moment.at_ms))
        if self.rewinder.is_playing:
            return (
                f"▶ REPLAY {_speed(self.rewinder.speed)} #{moment.revision} ({ago} ago)",
                "warn",
            )
        return (f"◀ REWIND #{moment.revision} ({ago} ago, \\ for now)", "warn")

    def refuse_in_past(self) -> bool:
        """Whether the past is shown, which nobody can change; it is said when it is."""
        if self.rewinder.is_live:
            return False
        self._say(PAST)
        return True

    def on_timeline_bar_chosen(self, event: TimelineBar.Chosen) -> None:
        self.rewinder.go_to_time(event.at_ms)

    def action_pause(self) -> None:
        self.rewinder.pause_or_play()

    def action_step(self, count: int) -> None:
        self.rewinder.step(count)

    def action_live(self) -> None:
        self.rewinder.live()

    def action_speed(self, by: int) -> None:
        speed = self.rewinder.change_speed(by)
        self.notify(f"plays at {_speed(speed)}; p plays from here", timeout=3)

    def action_to_mark(self, direction: int) -> None:
        here = self.rewinder.heading + self.rewinder.is_live  # what was just now is before now
        mark = self.reader.timeline.next_mark(here, direction)
        if mark is None:
            self._say("no mark after this one" if direction > 0 else "no mark before this one")
            return
        self.notify(f"{mark.sign} {mark.text}", timeout=5, markup=False)
        self.rewinder.go_to(mark.moment.revision)

    def action_bookmark(self) -> None:
        """Have a name typed for the moment that is shown now, whatever is shown by then."""
        self._to_name = self.rewinder.here
        name = self.bookmarks.next_name
        self._open_prompt(SET_BOOKMARK, f"a name for #{self._to_name.revision}; Enter: {name}")

    def set_bookmark(self, text: str) -> str:
        """Name the moment for which m was pressed; what is wrong with the name."""
        moment, name = self._to_name or self.rewinder.here, text.strip() or self.bookmarks.next_name
        said: list[str] = []

        def told(why: str) -> None:
            said.append(why)
            if why:
                self._say(why)
            else:
                kept = " (in this window alone)" if self.feed.read_only else ""
                self.notify(
                    f"bookmark {name} at #{moment.revision}{kept}; @{name} comes back",
                    timeout=4,
                    markup=False,
                )

        self.bookmarks.set(name, moment, told)
        return said[0] if said else ""

    def action_go_to(self) -> None:
        self._open_prompt(GO_TO)

    def action_to_bookmark(self) -> None:
        if self.bookmarks:
            self._open_prompt(TO_BOOKMARK)
        else:
            self._say("no bookmarks yet; m sets one")

    def go_to(self, text: str) -> str:
        """Show the moment that was typed; what is wrong with it, "" if nothing."""
        now_ms = self.feed.live_ms()
        try:
            when = parse_when(text, self.feed.now_ms(), now_ms, self.bookmarks)
        except BadMoment as bad:
            return str(bad)
        if isinstance(when, Moment):
            self.rewinder.go_to(when.revision)
        elif when > now_ms:
            return f"{format_time(when)} has not come yet"
        else:
            self.rewinder.go_to_time(when)
        return ""

    def _open_prompt(self, sign: str, placeholder: str = "") -> None:
        if isinstance(self.screen, DashboardScreen):
            names = list(self.bookmarks)
            self.screen.query_one(Prompt).open(
                sign,
                "",
                lambda text: [name for name in names if name.startswith(text)],
                placeholder=placeholder,
            )

    def _say(self, text: str) -> None:
        self.notify(text, severity="warning", timeout=4, markup=False)


def _speed(speed: float) -> str:
    return f"×{speed:g}" if speed >= 1 else f"×1/{round(1 / speed)}"
