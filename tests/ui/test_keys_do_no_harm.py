"""No key that is learned elsewhere changes the cluster: every key on every screen, writes counted.

k9s, vim, htop and lazygit put changes on many letters and on Ctrl; here it is the few of
`CHANGES`, and before each of them lies a moment to which `z` goes back.
"""

from __future__ import annotations

import string
from typing import Any

import pytest
from textual.keys import _character_to_key

from tests.ui.places import DIALOGS, SCREENS, furnished, go
from tests.ui.stage import Stage, play
from tuik8s.api.types import Request
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.prompt import Prompt

pytestmark = pytest.mark.slow

KEYS = (
    *(_character_to_key(chr(code)) for code in range(0x20, 0x7F)),
    *(f"ctrl+{letter}" for letter in string.ascii_lowercase),
    *(f"f{number}" for number in range(1, 13)),
    *("enter", "escape", "tab", "shift+tab", "backspace", "delete", "insert", "home", "end"),
    *("pageup", "pagedown", "up", "down", "left", "right", "shift+left", "shift+right"),
    *("shift+delete", "ctrl+delete", "ctrl+up", "ctrl+down", "shift+up", "shift+down"),
)

READS = ("get", "list", "watch")
WHAT_IF = "/telemetry/what-if/ask"
"""A question, although it is posted."""

LEFT_BY_A_KEY = ("nothing matches", "command", "filter", "replicas")
"""Places that a key leaves without leaving the screen."""

CHANGES = {
    "pods": {"delete", "ctrl+k"},
    "bookmarks": {"d", "delete"},  # a name for a moment; the cluster stays as it is
    "confirm": {"y"},
    "replicas": {"enter"},
}
"""Where one key alone changes something: a pod goes without a question, an answer is given."""

ALL_KEYS = ("pods", "no rows", "describe", "confirm")
"""Where each of the keys is pressed; elsewhere those that have a meaning of their own there."""

HABITS = (
    ("ctrl+d",), ("d", "d"), ("d", "enter"), ("d", "w"), ("x",), ("x", "enter"), ("Z", "Z"),
    ("r", "enter"), ("R", "enter"), ("u",), ("C", "enter"), ("D", "enter"), ("c", "enter"),
    ("k", "enter"), ("f9", "enter"), ("f8", "enter"), ("f7",), ("K", "enter"), ("X", "enter"),
    ("t", "enter"), ("g", "d", "enter"), ("ctrl+x", "enter"), ("ctrl+z",),
)  # fmt: skip
"""Strokes that destroy in k9s (delete, restart, drain, trigger), vim, htop (kill) or lazygit."""


class Counted:
    """Notes what would be changed, and keeps it from happening."""

    def __init__(self, stage: Stage) -> None:
        self.writes: list[str] = []
        self._call = stage.feed.client.call
        stage.feed.client.call = self.call  # type: ignore[method-assign]
        stage.app.exit = lambda *args, **options: None  # type: ignore[method-assign]

    def call(self, request: Request, on_reply: Any, **options: Any) -> None:
        if request.verb in READS or request.path == WHAT_IF:
            self._call(request, on_reply, **options)
        else:
            self.writes.append(f"{request.verb} {request.path}")


async def back(stage: Stage, place: tuple[str, ...], screen: object) -> None:
    """To the place as it was, the short way if there is one."""
    stack = stage.app.screen_stack
    if stage.feed.past is not None or screen not in stack:
        await go(stage, place)
        return
    while stage.app.screen is not screen:
        stage.app.pop_screen()
    if isinstance(screen, DashboardScreen) and screen.query_one(Prompt).is_open:
        screen.query_one(Prompt).action_leave()
    for table in stage.app.screen.query(LiveTable):
        if table.store is not None:
            table.store.clear_marks()  # of several it would be asked
    await stage.pilot.pause()


RISKY = sorted(
    {key for keys in HABITS for key in keys}.union("B", "e", "s", "z", *CHANGES.values())
)
"""Keys that change something somewhere, here or elsewhere."""


def own_keys(stage: Stage) -> list[str]:
    """The keys that do something on this screen and not on every one; in a dialog the risky ones,
    of which it lets none through."""
    if not isinstance(stage.app.screen, DashboardScreen):
        return RISKY
    active = stage.app.screen.active_bindings.items()
    return [key for key, found in active if found.node is not stage.app]


@pytest.mark.parametrize("place", [*SCREENS, *DIALOGS])
def test_only_the_keys_that_say_so_change_anything(place: str) -> None:
    steps = {**SCREENS, **DIALOGS}[place]

    async def scene(stage: Stage) -> None:
        await go(stage, ())  # what is set there is no key's
        counted, changed = Counted(stage), set()
        await go(stage, steps)
        for key in KEYS if place in ALL_KEYS else own_keys(stage):
            screen, before = stage.app.screen, len(counted.writes)
            await stage.pilot.press(key)
            if len(counted.writes) > before:
                changed.add(key)
            await back(stage, steps, None if place in LEFT_BY_A_KEY else screen)
        assert changed == CHANGES.get(place, set())

    play(scene, (80, 20), furnished())


@pytest.mark.parametrize("place", ["pods", "deployments", "nodes", "describe", "overview"])
def test_strokes_that_destroy_elsewhere_only_look_here(place: str) -> None:
    async def scene(stage: Stage) -> None:
        await go(stage, ())  # what is set there is no key's
        counted = Counted(stage)
        await go(stage, SCREENS[place])
        for keys in HABITS:
            screen = stage.app.screen
            await stage.pilot.press(*keys)
            assert counted.writes == [], keys
            await back(stage, SCREENS[place], screen)

    play(scene, (80, 20), furnished())
