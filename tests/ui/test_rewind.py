"""Time on the keyboard, before a simulated cluster: what is shown is what there was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, deployment, play
from tuik8s.api.types import Request
from tuik8s.bus.client import OnReply
from tuik8s.ui.export import rows_of
from tuik8s.ui.past import Moment, Past
from tuik8s.ui.rewind import QUIET, WALK_MAX
from tuik8s.ui.tables import Table

pytestmark = pytest.mark.slow


def rows(stage: Stage) -> int:
    return sum("web-" in line for line in stage.lines)


def moment(stage: Stage) -> Moment:
    found = stage.app.rewinder.moment
    assert found is not None
    return found


async def scaled(stage: Stage, replicas: int) -> None:
    body = {"spec": {"replicas": replicas}}
    stage.cluster.client.patch(
        "deployments.apps", "default", "web", body, lambda reply: None, subresource="scale"
    )
    await stage.wait(4_000)


def test_a_paused_view_stands_still_and_goes_on_from_there() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("p")
        shown = moment(stage)
        await scaled(stage, 6)
        assert rows(stage) == 3
        assert f"REWIND #{shown.revision}" in stage.status
        await stage.press("p")
        assert "REPLAY" in stage.status
        for _ in range(60):
            await stage.wait(100)
        assert rows(stage) == 6
        await stage.press("backslash")
        assert "LIVE" in stage.status

    play(scene)


def test_replay_at_a_higher_speed_catches_up_with_now() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("p")
        await scaled(stage, 6)
        await stage.wait(60_000)
        await stage.press("full_stop", "full_stop", "full_stop", "p")
        assert "×8" in stage.status
        for _ in range(15):
            await stage.wait(1_000)
        assert "LIVE" in stage.status
        assert rows(stage) == 6

    play(scene)


def test_steps_back_and_on_are_events_and_come_back_to_the_same_state() -> None:
    async def scene(stage: Stage) -> None:
        await scaled(stage, 5)
        await stage.press("left_square_bracket")
        last, states = moment(stage), [stage.text.splitlines()[3:-2]]
        for _ in range(12):
            await stage.press("left_square_bracket")
            states.append(stage.text.splitlines()[3:-2])
        assert moment(stage).revision <= last.revision - 12
        assert len({tuple(state) for state in states}) > 3
        for _ in range(12):
            await stage.press("right_square_bracket")
        assert moment(stage).revision == last.revision

    play(scene)


def test_far_steps_go_back_to_before_the_pods_were() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*["left_square_bracket"] * 60)
        await stage.wait()
        assert rows(stage) < 3
        assert "REWIND" in stage.status

    play(scene)


def test_go_to_a_revision_and_a_time() -> None:
    async def scene(stage: Stage) -> None:
        before = stage.feed.newest_revision
        await stage.wait(10_000)
        await scaled(stage, 6)
        await stage.press("at")
        await stage.type(f"#{before}")
        await stage.press("enter")
        assert moment(stage).revision == before
        assert rows(stage) == 3
        await stage.press("backslash", "at")
        await stage.type("-1s")
        await stage.press("enter")
        assert rows(stage) == 6
        await stage.press("at")
        await stage.type("yesterday")
        await stage.press("enter")
        assert "is no moment" in stage.text

    play(scene)


def test_bookmarks_and_marks() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m")
        assert "Enter: b1" in stage.text
        await stage.press("enter")
        marked = stage.app.bookmarks["b1"]
        await scaled(stage, 6)
        await stage.wait(1_000)
        await stage.press("left_curly_bracket")
        assert moment(stage).revision > marked.revision, "somebody scaled: the nearest mark"
        await stage.press("left_curly_bracket")
        assert moment(stage).revision == marked.revision
        await stage.press("backslash", "apostrophe", "b", "1", "enter")
        assert moment(stage).revision == marked.revision

    play(scene)


def test_the_past_cannot_be_changed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("p", "delete")
        assert "DELETE" not in stage.text
        await stage.press("exclamation_mark")
        assert "break what" not in stage.text

    play(scene)


def test_other_screens_show_the_same_moment() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("deployments.apps", deployment("later", 2))
        await stage.press("p")
        before = moment(stage).revision
        await stage.wait(3_000)
        stage.create("deployments.apps", deployment("latest", 2))
        await stage.press("colon")
        await stage.type("deploy")
        await stage.press("enter")
        assert moment(stage).revision == before
        assert "later" in stage.text
        assert "latest" not in stage.text

    play(scene)


def test_heartbeats_are_no_steps() -> None:
    assert QUIET == ("leases.coordination.k8s.io",)

    async def scene(stage: Stage) -> None:
        await stage.wait(60_000)
        await stage.press("left_square_bracket", "left_square_bracket")
        assert moment(stage).revision < stage.feed.newest_revision - 2

    play(scene)


async def shown(stage: Stage) -> None:
    """Have all that is under way arrive, and hold what is shown to the log."""
    await stage.wait(500)
    await stage.wait(100)
    past = stage.feed.past
    assert past is not None
    fresh = Past(stage.feed.client, past.moment, lambda resource: None, lambda key, entry: None)
    fresh.need("pods")
    stage.cluster.run_ms(50)
    assert {place: entry.data for place, entry in past.entries("pods").items()} == {
        place: entry.data for place, entry in fresh.entries("pods").items()
    }


def test_now_and_the_last_jump_take_the_place_of_jumps_under_way() -> None:
    async def scene(stage: Stage) -> None:
        await scaled(stage, 5)
        rewinder, newest = stage.app.rewinder, stage.feed.newest_revision
        rewinder.go_to(newest - 30)
        rewinder.live()
        await stage.wait()
        assert stage.feed.past is None
        rewinder.go_to_time(stage.cluster.now_ms - 5_000)
        rewinder.go_to(newest - 20)
        assert not rewinder.is_live
        await shown(stage)
        assert moment(stage).revision == newest - 20

    play(scene)


def test_pausing_and_playing_again_at_once_misses_nothing() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("p")
        await scaled(stage, 6)
        rewinder = stage.app.rewinder
        rewinder.pause_or_play()
        rewinder.tick()
        stage.cluster.run_ms(50)  # the first changes have been read
        body = {"metadata": {"labels": {"late": "yes"}}}
        stage.cluster.client.patch("deployments.apps", "default", "web", body, lambda reply: None)
        rewinder.tick()
        rewinder.pause_or_play()
        rewinder.pause_or_play()
        rewinder.tick()
        stage.cluster.run_ms(50)
        for _ in range(4):
            await stage.wait(1_000)
        rewinder.pause_or_play()
        await shown(stage)
        assert rows(stage) == 6

    play(scene)


def test_playing_takes_the_place_of_steps_under_way() -> None:
    async def scene(stage: Stage) -> None:
        await scaled(stage, 5)
        await stage.press("left_square_bracket")
        await stage.press(*["left_square_bracket"] * 20)
        rewinder = stage.app.rewinder
        rewinder.pause_or_play()
        rewinder.tick()
        stage.cluster.run_ms(50)  # the first changes have been read
        rewinder.pause_or_play()
        rewinder.step(-2)
        rewinder.pause_or_play()  # before the steps are taken
        rewinder.tick()
        stage.cluster.run_ms(5)
        rewinder.tick()
        rewinder.step(-1)
        await shown(stage)
        assert not rewinder.is_playing

    play(scene)


def test_marks_count_from_where_one_is_going() -> None:
    async def scene(stage: Stage) -> None:
        for replicas in (4, 5, 6):
            await scaled(stage, replicas)
        await stage.wait(1_000)
        people = [m for m in stage.app.reader.timeline.marks if m.sign == "▲"]
        assert len(people) == 4
        await stage.burst("left_curly_bracket", "left_curly_bracket", "left_curly_bracket")
        await shown(stage)
        assert moment(stage).revision == people[-3].moment.revision
        await stage.burst(*["right_curly_bracket"] * 3)
        assert "no mark after" in stage.toasts

    play(scene)


@pytest.mark.parametrize("revision", [0, 1])
def test_before_the_log_begins_there_is_its_first_revision(revision: int) -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.go_to(f"@#{revision}") == ""
        await shown(stage)
        assert moment(stage).revision == 2
        assert "the log begins at #2" in stage.toasts

    play(scene)


def test_a_refused_jump_holds_up_nothing() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.rewinder.go_to_time(0)
        await stage.wait()
        assert stage.toasts
        assert stage.app.rewinder.is_live
        await stage.press("left_square_bracket")
        await shown(stage)

    play(scene)


def test_a_moment_that_was_shown_is_shown_again_without_asking_for_its_objects() -> None:
    async def scene(stage: Stage) -> None:
        await scaled(stage, 5)
        rewinder, newest = stage.app.rewinder, stage.feed.newest_revision
        far = newest - WALK_MAX - 1 if newest > WALK_MAX + 1 else 1
        for revision in (far, newest - 1):
            rewinder.go_to(revision)
            await shown(stage)
        rewinder.live()
        await stage.wait()
        asked: list[str] = []
        call = stage.feed.client.call

        def heard(request: Request, on_reply: OnReply, **options: Any) -> None:
            asked.append(request.path)
            call(request, on_reply, **options)

        stage.feed.client.call = heard  # type: ignore[method-assign]
        rewinder.go_to(newest - 1)
        await stage.wait(100)
        assert moment(stage).revision == newest - 1
        assert "/held" not in asked
        await shown(stage)

    play(scene)


def test_a_kept_moment_is_not_the_one_that_it_was_played_on_to() -> None:
    async def scene(stage: Stage) -> None:
        await scaled(stage, 5)
        rewinder, newest = stage.app.rewinder, stage.feed.newest_revision
        rewinder.go_to(newest - 40)
        await shown(stage)
        await stage.press("right_square_bracket", "right_square_bracket")
        rewinder.live()
        await stage.wait()
        rewinder.go_to(newest - 40)
        await shown(stage)
        assert moment(stage).revision == newest - 40

    play(scene)


def test_playing_fast_over_a_busy_stretch_shows_all_of_it() -> None:
    async def scene(stage: Stage) -> None:
        begin = stage.feed.newest_revision
        for index in range(700):
            body = {"metadata": {"labels": {"turn": str(index)}}}
            stage.cluster.client.patch(
                "deployments.apps", "default", "web", body, lambda reply: None
            )
            stage.cluster.run_ms(2)
        await stage.wait(60_000)
        rewinder = stage.app.rewinder
        rewinder.go_to(begin)
        await shown(stage)
        rewinder.speed = 64.0
        rewinder.pause_or_play()
        seen = 0
        for _ in range(3):
            stage.cluster.run_ms(100)
            rewinder.tick()
            seen = max(seen, rewinder.here.revision - begin)
        assert seen > 700, "all of it in three ticks"
        rewinder.pause_or_play()
        await shown(stage)

    play(scene)


@pytest.mark.parametrize("keys", [(), ("S",), ("A",), ("slash", "r", "u", "n", "n", "enter")])
def test_rows_made_later_are_those_of_the_moment(
    keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However they are sorted and filtered, and whichever were looked at on the way."""
    monkeypatch.setattr("tuik8s.ui.tables.MANY", 0)
    monkeypatch.setattr("tuik8s.ui.tables.MADE_AT_ONCE", 1)

    async def scene(stage: Stage) -> None:
        await stage.press(*keys)
        await scaled(stage, 9)
        await scaled(stage, 2)
        rewinder, newest = stage.app.rewinder, stage.feed.newest_revision
        screen = stage.app.listing
        assert screen is not None
        for revision in (newest - 40, newest - 5, newest, newest - 25, newest - 40):
            rewinder.go_to(revision)
            await shown(stage)
            store, past = screen.table.store, stage.feed.past
            assert past is not None
            fresh = Table(screen.kind)
            monkeypatch.setattr("tuik8s.ui.tables.MANY", 10**6)
            fresh.reset(past.entries("pods"), "", past.moment.at_ms)
            monkeypatch.setattr("tuik8s.ui.tables.MANY", 0)
            fresh.store.set_sort(store.sort_column, store.sort_descending)
            fresh.store.set_filter(store.filter)
            assert store.order == fresh.store.order
            assert rows_of(store) == rows_of(fresh.store)
            assert [store.get(uid).health for uid in store.order] == [
                fresh.store.get(uid).health for uid in store.order
            ]

    play(scene)
