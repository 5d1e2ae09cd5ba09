"""Bookmarks from the keyboard: kept in the log, seen by others, renamed, deleted."""

from __future__ import annotations

import pytest

from tests.ui.stage import Stage, play
from tuik8s.api.bookmarks import KEY, Bookmark, bookmarks_of
from tuik8s.api.types import Request
from tuik8s.bus.client import Client
from tuik8s.ui.bookmarks import Bookmarks
from tuik8s.ui.feed import Feed
from tuik8s.ui.screens.bookmarks import BookmarksScreen, line_of
from tuik8s.ui.timeline import BOOKMARK

pytestmark = pytest.mark.slow


def kept(stage: Stage) -> dict[str, int]:
    """Those that the log has."""
    notes = stage.cluster.apiserver.core.store.notes(KEY, 1)
    return {name: each.revision for name, each in bookmarks_of(notes).items()}


async def named(stage: Stage, name: str) -> None:
    await stage.press("m")
    await stage.type(name)
    await stage.press("enter")


def test_a_bookmark_is_kept_in_the_log_and_means_the_moment_at_which_m_was_pressed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m")
        pressed = stage.feed.newest_revision
        await stage.wait(20_000)
        await stage.press("x", "enter")
        assert kept(stage)["x"] <= pressed < stage.feed.newest_revision
        assert "bookmark x at #" in stage.toasts

    play(scene)


def test_another_dashboard_and_a_later_one_have_it() -> None:
    async def scene(stage: Stage) -> None:
        await named(stage, "calm")
        host = stage.cluster.simulation.host("other")
        feed = Feed(host.world, Client(host.world, host.dial("system:admin")))
        feed.informer("pods")
        other = Bookmarks(feed)
        stage.cluster.run_ms(1_000)
        other.look()
        stage.cluster.run_ms(1_000)
        assert {name: other[name].revision for name in other} == kept(stage)

    play(scene)


def test_one_that_somebody_else_set_is_a_mark_to_go_to() -> None:
    async def scene(stage: Stage) -> None:
        request = Request(verb="put", path="/bookmarks/theirs")
        stage.cluster.client.call(request, lambda reply: None)
        for _ in range(3):
            await stage.wait(1_000)
        signs = [mark.text for mark in stage.app.reader.timeline.marks if mark.sign == BOOKMARK]
        assert signs == ["bookmark theirs"]
        await stage.press("apostrophe")
        assert "theirs" in stage.text
        await stage.type("theirs")
        await stage.press("enter")
        assert f"REWIND #{kept(stage)['theirs']}" in stage.status

    play(scene)


def test_the_list_renames_deletes_and_goes_there() -> None:
    async def scene(stage: Stage) -> None:
        await named(stage, "b1")
        await stage.wait(5_000)
        await named(stage, "b2")
        await stage.press("colon", *"bookmarks", "enter")
        assert isinstance(stage.app.screen, BookmarksScreen)
        assert stage.text.index("b1 ") < stage.text.index("b2 ")
        await stage.press("r", *"bx", "enter")
        assert list(kept(stage)) == ["b2", "bx"]
        await stage.press("j", "d")
        assert list(kept(stage)) == ["bx"]
        assert "b2 " not in stage.text
        await stage.press("enter")
        assert f"REWIND #{kept(stage)['bx']}" in stage.status

    play(scene)


def test_a_window_that_only_looks_has_its_own() -> None:
    async def scene(stage: Stage) -> None:
        stage.feed.read_only = "started with --read-only"
        await named(stage, "mine")
        assert "in this window alone" in stage.toasts
        assert kept(stage) == {}
        await stage.wait(3_000)
        assert list(stage.app.bookmarks) == ["mine"]
        await stage.press("colon", *"bookmarks", "enter", "d")
        assert list(stage.app.bookmarks) == []

    play(scene)


def test_a_name_that_is_none_is_said_where_it_is_typed() -> None:
    async def scene(stage: Stage) -> None:
        await named(stage, "9lives")
        assert "a bookmark's name is" in stage.toasts + stage.text
        assert kept(stage) == {}

    play(scene)


def test_the_open_list_hears_of_what_others_set() -> None:
    async def scene(stage: Stage) -> None:
        await named(stage, "mine")
        await stage.press("colon", *"bookmarks", "enter")
        request = Request(verb="put", path="/bookmarks/theirs")
        stage.cluster.client.call(request, lambda reply: None)
        for _ in range(4):
            await stage.wait(1_000)
        assert "theirs" in stage.app.bookmarks

    play(scene)


def test_what_is_renamed_is_the_one_that_r_was_pressed_on() -> None:
    async def scene(stage: Stage) -> None:
        await named(stage, "b1")
        await stage.wait(5_000)
        await named(stage, "b2")
        await stage.press("colon", *"bookmarks", "enter", "j", "r")
        screen = stage.app.screen
        assert isinstance(screen, BookmarksScreen)
        stage.app.bookmarks.delete("b2", lambda why: None)
        await stage.wait(1_000)
        screen._draw()
        await stage.press("x", "enter")
        assert list(kept(stage)) == ["b1"]
        assert "b2 is gone" in stage.toasts

    play(scene)


def test_two_that_are_deleted_at_once_stay_deleted() -> None:
    async def scene(stage: Stage) -> None:
        await named(stage, "b1")
        await named(stage, "b2")
        for name in ("b1", "b2"):
            stage.app.bookmarks.delete(name, lambda why: None)
        stage.cluster.run_ms(500)
        assert list(stage.app.bookmarks) == []

    play(scene)


def test_an_author_cannot_drive_the_terminal() -> None:
    assert "\x1b" not in line_of(Bookmark("calm", 4, 0, "\x1b[2J"))
