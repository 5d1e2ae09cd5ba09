"""Breaking things from any screen: the chaos menu on what is at hand, and faults by a file.

!    the menu (`screens/chaos.py`)
!x   the faults of a scenario file, here and now, each as long after the first as the file says

What a scenario waits for and asserts is for `tuik8s run`; here one looks on.
"""

from __future__ import annotations

from tuik8s.api.times import human_duration
from tuik8s.ui.catalogue import FAULTS, command_of, fault_of, targets_of
from tuik8s.ui.control import Acts, Control
from tuik8s.ui.feed import Feed
from tuik8s.ui.inspect_keys import InspectKeys
from tuik8s.ui.machine import Machine, NoMachine, TimedFault
from tuik8s.ui.refs import NO_REF
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.chaos import ChaosMenu
from tuik8s.ui.widgets.confirm import Confirm
from tuik8s.ui.widgets.prompt import Prompt

SCENARIO = "x"
"""The sign of the prompt for a file."""
SHOWN_MAX = 4


class ChaosKeys(InspectKeys):
    """The part of the dashboard that breaks things."""

    def __init__(
        self,
        feed: Feed,
        machine: Machine | None = None,
        control: Control | None = None,
        acts: Acts | None = None,
    ) -> None:
        super().__init__(feed, control, acts)
        self.machine = machine or NoMachine()
        self._to_come: list[tuple[int, TimedFault]] = []
        """(when, what): of the file that was read, in the cluster's time"""

    def tick_time(self) -> None:
        super().tick_time()
        now_ms = self.feed.live_ms()
        due = [fault for at_ms, fault in self._to_come if at_ms <= now_ms]
        self._to_come = [each for each in self._to_come if each[0] > now_ms]
        for fault in due:
            self.feed.create(FAULTS, fault_of(fault.spec, fault.name), self._broken)
            self.notify(command_of(fault.spec), markup=False)

    def action_chaos(self) -> None:
        if isinstance(self.screen, DashboardScreen) and not self.refuse_in_past():
            self.push_screen(ChaosMenu(self.feed, self._targets()))

    def _targets(self) -> list[str]:
        """What a fault may break of the object at hand: itself, and its node."""
        ref = self.screen.subject() if isinstance(self.screen, DashboardScreen) else NO_REF
        kind = self.feed.kinds.by_resource(ref.resource)
        obj = self.feed.get(*ref) if kind is not None else None
        return targets_of(kind.singular, obj) if obj is not None and kind is not None else []

    def action_scenario(self) -> None:
        """Have a scenario file named."""
        if isinstance(self.screen, DashboardScreen):
            files = self.machine.scenarios()
            self.screen.query_one(Prompt).open(
                SCENARIO,
                "",
                lambda text: [name for name in files if text in name],
                placeholder="a scenario file; its faults are made here",
            )

    def rehearse(self, name: str) -> str:
        """Ask whether to make the faults of a file; what is wrong with it, "" if nothing."""
        try:
            faults = self.machine.faults_of(name.strip())
        except OSError as problem:
            return str(problem)
        if not faults:
            return f"{name.strip()} has no faults"

        def answered(yes: bool | None) -> None:
            if yes:
                begin_ms = self.feed.live_ms()
                self._to_come = [(begin_ms + fault.after_ms, fault) for fault in faults]

        plural = "s" if len(faults) > 1 else ""
        question = f"MAKE {len(faults)} fault{plural} of {name.strip()} ?"
        same = "; ".join(command_of(fault.spec) for fault in faults[:SHOWN_MAX])
        self.push_screen(Confirm(question, summary(faults), same), answered)
        return ""

    def _broken(self, why: str) -> None:
        if why:
            self.notify(why, severity="error", markup=False)


def summary(faults: list[TimedFault]) -> str:
    """What is going to happen when, in a line."""
    told = [
        f"{fault.spec['action']} {fault.spec.get('target', '')} "
        + (f"after {human_duration(fault.after_ms)}" if fault.after_ms else "at once")
        for fault in faults[:SHOWN_MAX]
    ]
    more = [f"{len(faults) - SHOWN_MAX} more"] if len(faults) > SHOWN_MAX else []
    return ", ".join([*told, *more])
