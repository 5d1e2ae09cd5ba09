"""The acceptance list of the dashboard, and where each of its points is held.

| point | what it asks | where |
|---|---|---|
| 1 | 5,000 pods, 10 Hz; 50,000 rows | benchmarks; `test_rowstore`, `test_live_table` |
| 2 | any screen at any revision | here: first, middle, last; `test_rewind` |
| 3 | who knows only k9s needs no help | here; a real terminal: `clients/test_k9s_session` |
| 4 | no stroke learned elsewhere destroys | `test_keys_do_no_harm`; `z`: `test_deeds` |
| 5 | a text form of everything | `test_text_forms`; not by colour alone: here |
| 6 | any terminal | here: all sizes; `clients/test_dashboard`: NO_COLOR, ASCII, |
|   |   | tmux over SSH, light, 60x16, a browser; `test_themes`: contrast |
| 7 | at rest nothing is drawn | `test_live_table`; benchmarks |
| 8 | deeds show their command, and are logged | `test_deeds` |
"""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from textual.screen import Screen

import tuik8s.ui
from tests.ui.places import DIALOGS, SCREENS, furnished, go
from tests.ui.stage import Stage, play
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.changes import Changes
from tuik8s.ui.screens.detail import DetailScreen
from tuik8s.ui.screens.listing import Listing
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page

pytestmark = pytest.mark.slow

SIZES = ((20, 5), (60, 16), (300, 100), (24, 60))

FIRST = 2
"""As in etcd the first change has revision 2: at 1 there is nothing yet."""

FAULT = {
    "apiVersion": "chaos.tuik8s.dev/v1",
    "kind": "Fault",
    "metadata": {"name": "stopped"},
    "spec": {"action": "node-stop", "target": "node/node-2", "for": "10s"},
}


def test_who_knows_only_k9s_finds_pods_filters_reads_and_quits() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":po")
        await stage.press("enter")
        assert "pods(all) 4" in stage.status
        await stage.type("/web")
        await stage.press("enter")
        assert "pods(all) 3/4" in stage.status
        await stage.press("y")
        await stage.wait()
        assert "kind: Pod" in stage.text
        await stage.press("escape")
        await stage.press("l")
        await stage.wait(3_000)
        assert isinstance(stage.app.screen, DetailScreen)
        assert "started" in stage.text
        await stage.press("escape", "d")
        await stage.wait()
        assert "Labels:" in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, ResourcesScreen)
        assert "pods(all) 3/4" in stage.status
        await stage.press("escape")
        assert "pods(all) 4" in stage.status
        await stage.pilot.press("colon", "q", "enter")
        await stage.pilot.pause()
        assert stage.app._exit

    play(scene, stage=furnished())


def test_every_screen_is_drawn_at_any_revision() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("faults.chaos.tuik8s.dev", FAULT)
        await stage.wait(20_000)
        last = stage.cluster.apiserver.store.revision
        for place, steps in SCREENS.items():
            await go(stage, steps)
            screen = stage.app.screen
            for revision in (FIRST, last // 2, last):
                stage.app.rewinder.go_to(revision)
                await stage.wait(2_000)
                assert stage.app.screen is screen, (place, revision)
                assert stage.feed.past is not None, (place, revision)
                assert stage.feed.past.moment.revision == revision, (place, revision)
                assert "REWIND" in stage.status, (place, revision)
                assert isinstance(screen, DashboardScreen)
                assert "reading the log" not in screen.as_text(), (place, revision)

    play(scene, (120, 30), furnished())


def test_no_screen_and_no_dialog_is_left_out() -> None:
    """Of the classes that there are, each is one of those that all these tests visit."""

    async def scene(stage: Stage) -> None:
        seen: set[type] = set()
        for steps in {**SCREENS, **DIALOGS}.values():
            await go(stage, steps)
            seen.add(type(stage.app.screen))
        assert screen_classes() - seen == set()

    play(scene, (120, 30), furnished())


@pytest.mark.parametrize("place", [*SCREENS, *DIALOGS])
def test_every_screen_is_drawn_at_any_size(place: str) -> None:
    async def scene(stage: Stage) -> None:
        await go(stage, {**SCREENS, **DIALOGS}[place])
        screen = stage.app.screen
        for size in SIZES:
            await stage.pilot.resize_terminal(*size)
            await stage.wait(200)
            assert stage.app.screen is screen
            assert len(stage.lines) == size[1], size
            assert all(len(line) <= size[0] for line in stage.lines), size
        await stage.pilot.resize_terminal(1, 1)
        await stage.wait(200)
        await stage.pilot.resize_terminal(120, 30)
        await stage.wait(200)
        assert stage.app.screen is screen
        assert stage.text.strip()

    play(scene, (120, 30), furnished())


def screen_classes() -> set[type]:
    """Every screen of the dashboard, without those that are only the base of others."""
    for found in pkgutil.walk_packages(tuik8s.ui.__path__, "tuik8s.ui."):
        importlib.import_module(found.name)
    own: set[type] = set()
    left: list[type] = [Screen]
    while left:
        each = left.pop()
        left += each.__subclasses__()
        if each.__module__.startswith("tuik8s.ui."):
            own.add(each)
    return own - {DashboardScreen, PageScreen, Changes, Listing}


def glyphs(stage: Stage) -> str:
    """What is on the screen without any colour or style, as NO_COLOR's user may see it."""
    strips = stage.app.screen._compositor.render_strips()
    return "\n".join("".join(each.text for each in strip) for strip in strips)


def assert_one_cursor(widget: LiveTable | Page, height: int) -> None:
    texts = [widget.render_line(y).text for y in range(height)]
    assert sum(text.lstrip().startswith(("▸", "»")) for text in texts) == 1, texts


@pytest.mark.parametrize("place", list(SCREENS))
def test_where_the_cursor_and_the_keys_are_shows_without_colours(place: str) -> None:
    async def scene(stage: Stage) -> None:
        await go(stage, SCREENS[place])
        await stage.wait(3_000)
        for table in stage.app.screen.query(LiveTable):
            if table.store and table.store.order and table.size.height > 2:
                assert_one_cursor(table, table.size.height)
        for page in stage.app.screen.query(Page):
            if page.has_cursor and page.cursor_uid and page.size.height > 2:
                assert_one_cursor(page, page.size.height)
        chain = [each for each in stage.app.screen.focus_chain if each.region.area]
        if len(chain) > 1 and "panel" in str([a.classes for a in chain[0].ancestors]):
            before = glyphs(stage)
            other = next(each for each in chain if each is not stage.focused)
            stage.app.screen.set_focus(other)
            await stage.pilot.pause()
            assert glyphs(stage) != before, "who has the keys is shown by a colour alone"

    play(scene, (140, 40), furnished())


def test_an_answer_that_comes_when_its_screen_was_left_harms_nobody() -> None:
    async def scene(stage: Stage) -> None:
        await go(stage, SCREENS["what if"])
        await stage.pilot.press("enter", "escape")
        await stage.wait(5_000)
        assert "decision about" in stage.status

    play(scene, stage=furnished())
