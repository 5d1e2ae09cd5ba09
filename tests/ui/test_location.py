"""Where a dashboard looks as one line: written, read, and gone to."""

from __future__ import annotations

import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.commands.location import here
from tuik8s.ui.location import BadLocation, Location, parse_location


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("demo", "pods"), "tuik8s://demo/pods"),
        (Location("demo", "po", 48190, "shop"), "tuik8s://demo#48190/po?n=shop"),
        (
            Location("a b", "logs web-0 kubelet/node-1", 2, "", "a&b=#/?", "AGE", "1", "u-1"),
            "tuik8s://a%20b#2/logs%20web-0%20kubelet%2Fnode-1"
            "?f=a%26b%3D%23%2F%3F&sort=AGE&desc=1&uid=u-1",
        ),
    ],
)
def test_written_and_read_back(location: Location, text: str) -> None:
    assert str(location) == text
    assert parse_location(text) == location


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no location"),
        ("pods", "is no location"),
        ("https://demo/pods", "is no location"),
        ("tuik8s://demo", "is no location"),
        ("tuik8s://demo#x/pods", "is no location"),
        ("tuik8s://demo#0/pods", "is no location"),
        ("tuik8s://demo/pods?colour=red", "no 'colour', only n, f, sort, desc, uid"),
    ],
)
def test_what_is_no_location_says_so(text: str, why: str) -> None:
    with pytest.raises(BadLocation, match=why):
        parse_location(text)


def test_a_location_brings_back_view_filter_order_cursor_and_moment() -> None:
    async def scene(stage: Stage) -> None:
        for command in ("pods default /web", "sort AGE desc"):
            assert stage.app.run_command(command) == ""
            await stage.wait()
        await stage.press("j")
        await stage.press("p")
        await stage.wait(3_000)
        found = here(stage.app)
        assert found.revision
        assert found.uid
        assert stage.app.run_command("location") == ""
        await stage.wait()
        assert str(found) in stage.toasts

        await stage.press("backslash")
        assert stage.app.run_command("nodes /node-1") == ""
        stage.feed.set_namespace("")
        await stage.wait()
        assert stage.app.run_command(f"go {found}") == ""
        for _ in range(3):
            await stage.wait(2_000)
        assert here(stage.app)._replace(view="pods") == found._replace(view="pods")
        assert f"REWIND #{found.revision}" in stage.status
        assert "pods(default)" in stage.status

    play(scene)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tuik8s://other/pods", "that is in cluster 'other'"),
        ("tuik8s://test/nonsense", "no kind or screen 'nonsense'"),
        ("tuik8s://test/pods?n=nowhere", "no namespace 'nowhere'"),
        ("tuik8s://test/pods?sort=WEIGHT", "no column 'WEIGHT'"),
        ("tuik8s://test/pods?f=%22x", "never closed"),
    ],
)
def test_where_nobody_can_go_is_said(text: str, why: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.feed.informer("namespaces")
        await stage.wait()
        said = stage.app.run_command(f"go {text}")
        assert said
        assert why in said

    play(scene)
