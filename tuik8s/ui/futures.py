"""Forks and the clock on the keyboard: other futures, and the pace of the cluster itself.

z  undo: a cluster goes on from just before the last act here, in the place of this one
Z  redo: back to the cluster in which it was done
B  a fork: a cluster goes on from the moment shown, beside this one, with addresses of its own
\\  when somebody else had another cluster take the place of this one: go there
:clock pause | resume | 10 | step 30s                  the cluster's clock, for all its processes
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.binding import Binding

from tuik8s.api.times import human_duration, parse_duration
from tuik8s.ui.control import (
    ANEW,
    REAL_TIME,
    STOPPED,
    Act,
    Acts,
    Control,
    Follow,
    NoControl,
    Reopen,
    Switch,
    Unable,
    Undone,
)
from tuik8s.ui.feed import Feed
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.time_keys import TimeKeys
from tuik8s.ui.widgets.confirm import Confirm

CLOCK = "pause, resume, a rate such as 10 or 0.5, or step 30s"
RATE_MAX = 100


class Futures(TimeKeys):
    """The part of the dashboard that goes to other futures."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("z", "undo", "Undo", show=False, id="time.undo"),
        Binding("Z", "redo", "Redo", show=False, id="time.redo"),
        Binding("B", "branch", "Fork here", show=False, id="time.branch"),
    ]

    def __init__(
        self, feed: Feed, control: Control | None = None, acts: Acts | None = None
    ) -> None:
        super().__init__(feed)
        self.control = control or NoControl()
        self.acts = acts or Acts()
        self._heir = ""
        self.rewinder.ends = self.control.is_log
        feed.deeds.on_act = self.acts.did

    def tick_time(self) -> None:
        super().tick_time()
        if self.control.fate() == ANEW:
            self.exit(Reopen("the cluster was started anew"))
        heir = self.control.heir()
        if heir != self._heir:
            self._heir = heir
            if heir:
                self._say(f"{_name(heir)} goes on in the place of this cluster: \\ goes there")

    def mode(self) -> tuple[str, str]:
        text, style = super().mode()
        if self.control.is_log and self.feed.past is None:
            return ("■ END OF LOG", "warn")
        rate = self.control.rate()
        if self.control.fate() == STOPPED:
            return (f"{text} ‖ stopped" if self.feed.past is not None else self._stopped(), "bad")
        if rate == REAL_TIME:
            return (text, style)
        return (f"{text} ‖ clock stands" if rate == 0 else f"{text} ×{rate / REAL_TIME:g}", "warn")

    def goes_on(self) -> bool:
        """Whether what is shown goes on by itself, faster than a second hand tells."""
        screen = self.screen if self.screen_stack else None
        is_busy = isinstance(screen, DashboardScreen) and screen.goes_on()
        return is_busy or self.rewinder.is_playing or self.control.rate() > REAL_TIME

    def _stopped(self) -> str:
        heir = self.control.heir()
        if heir:
            return f"✗ STOPPED, {_name(heir)} goes on (\\ goes there)"
        return "✗ STOPPED (tuik8s up starts it)"

    def action_live(self) -> None:
        heir = self.control.heir()
        if heir and self.feed.past is None:
            self.exit(Follow(heir))
        else:
            super().action_live()

    def set_clock(self, text: str) -> str:
        """Carry out `:clock ...`; what is wrong with it, "" if nothing."""
        word, _, rest = text.strip().partition(" ")
        if self.feed.read_only:
            return self.feed.read_only
        try:
            if word == "step":
                self.control.step(parse_duration(rest.strip()))
            else:
                self.control.set_rate(_rate(word))
        except ValueError:
            return f":clock takes {CLOCK}"
        except Unable as unable:
            return str(unable)
        self.notify(f"tuik8s clock {' '.join(text.split())}", markup=False)
        return ""

    def action_undo(self) -> None:
        if not self.acts.done:
            self._say("nothing to undo: nothing was changed from this dashboard")
            return
        act = self.acts.done[-1]
        ago = human_duration(max(0, self.feed.live_ms() - act.before.at_ms))
        same = f"tuik8s fork --same-addresses --at {act.before.revision}"
        self._ask_to_fork(
            f"UNDO {act.what} ?",
            f"a cluster goes on from before it, {ago} ago; this one stops",
            f"{same}, then tuik8s up --name FORK --switch",
            lambda: self._undo(act),
            undo="Z goes back to this one",
        )

    def _undo(self, act: Act) -> None:
        revision = act.before.revision
        data = self._fork(revision, same_addresses=True)
        if data:
            self.acts.rewound(revision)
            self.acts.undone.append(Undone(act.what, self.control.data))
            self.exit(Switch(data, f"going on from #{revision}"))

    def action_branch(self) -> None:
        revision = self.rewinder.here.revision
        self._ask_to_fork(
            f"FORK here, at #{revision} ?",
            "a cluster goes on from this moment, beside this one: it has addresses of its own, "
            ":ls goes back and forth, :diff compares the two",
            f"tuik8s fork --at {revision}, then tuik8s up --detach --name FORK",
            lambda: self._branch(revision),
        )

    def _branch(self, revision: int) -> None:
        data = self._fork(revision, same_addresses=False)
        if data:
            self.exit(Switch(data, f"a fork of #{revision}", stops=False))

    def action_redo(self) -> None:
        if not self.acts.undone:
            self._say("nothing to redo")
            return
        undone = self.acts.undone.pop()
        self.exit(Switch(undone.data, f"redo {undone.what}"))

    def _ask_to_fork(
        self, question: str, affects: str, same: str, act: Callable[[], None], undo: str = ""
    ) -> None:
        if self.feed.read_only:
            self._say(self.feed.read_only)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                act()

        self.push_screen(Confirm(question, affects, same, undo=undo), answered)

    def _fork(self, revision: int, *, same_addresses: bool) -> str:
        """The data directory of a fork; "" when there can be none, which is told."""
        try:
            return self.control.fork(revision, same_addresses=same_addresses)
        except Unable as unable:
            self.notify(str(unable), severity="error", markup=False)
            return ""


def _name(data: str) -> str:
    """Of the cluster in a data directory."""
    return data.rpartition("/")[2]


def _rate(word: str) -> int:
    """Thousandths of real time. Raises ValueError."""
    if word == "pause":
        return 0
    if word == "resume":
        return REAL_TIME
    rate = float(word)
    if not 0 <= rate <= RATE_MAX:
        raise ValueError(word)
    return round(rate * REAL_TIME)
