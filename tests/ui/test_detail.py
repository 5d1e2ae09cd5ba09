"""The detail of an object, tab by tab, on a simulated cluster; the keys as somebody types them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.screens.change import ChangeScreen
from tuik8s.ui.screens.detail import DetailScreen
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page

pytestmark = pytest.mark.slow

ORDER = ("events", "logs", "ownership", "changes", "yaml", "describe")


def pod(name: str, behaviour: str, *containers: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "default",
            "labels": {"app": name},
            "annotations": {"tuik8s.dev/behaviour": behaviour},
        },
        "spec": {"containers": [{"name": c, "image": "x"} for c in containers or ("main",)]},
    }


def detail(stage: Stage) -> DetailScreen:
    screen = stage.app.screen
    assert isinstance(screen, DetailScreen)
    return screen


async def open_pod(stage: Stage, name: str, key: str) -> None:
    await stage.type(f"/{name}")
    await stage.press("enter")
    await stage.press(key)
    await stage.wait()


def page(stage: Stage) -> Page:
    found = detail(stage).part()
    assert isinstance(found, Page)
    return found


def test_tab_goes_through_the_tabs_and_letters_go_straight() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("d")
        seen = []
        for _ in range(6):
            seen.append(detail(stage).tab)
            await stage.press("tab")
        assert seen == ["describe", "yaml", "events", "logs", "ownership", "changes"]
        assert detail(stage).tab == "describe"
        for key, tab in zip("vlxhyd", ORDER, strict=True):
            await stage.press(key)
            assert detail(stage).tab == tab
        await stage.press("q")
        assert isinstance(stage.app.screen, ResourcesScreen)

    play(scene)


def test_a_kind_without_pods_has_no_logs() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":configmaps")
        await stage.press("enter")
        await stage.press("d")
        assert "logs" not in detail(stage).tabs
        await stage.press("l")
        assert detail(stage).tab == "describe"

    play(scene)


def test_managed_fields_are_folded_until_m() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("y")
        assert "managers, m unfolds them" in stage.text
        assert "fieldsV1" not in page(stage).text
        await stage.press("m")
        assert "fieldsV1" in page(stage).text
        assert "with managed fields" in stage.status

    play(scene)


def test_a_page_is_searched_and_n_goes_on() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("y")
        await stage.type("/status")
        await stage.press("enter")
        first = page(stage).scroll_offset.y
        assert first > 0
        assert "/status" in stage.status
        await stage.press("n")
        assert page(stage).scroll_offset.y > first
        await stage.press("N")
        assert page(stage).scroll_offset.y == first
        await stage.press("escape")
        assert "/status" not in stage.status
        await stage.press("escape")
        assert isinstance(stage.app.screen, ResourcesScreen)

    play(scene, (100, 20))


def test_events_of_the_object_alone() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("d", "v")
        await stage.wait()
        for reason in ("Scheduled", "Pulling", "Pulled", "Created", "Started"):
            assert stage.text.count(f" {reason} ") <= 1
        assert "Scheduled" in stage.text
        assert "Started" in stage.text
        assert " events" in stage.status

    play(scene)


@pytest.mark.parametrize("key", ["k", "up", "pageup", "g", "home"])
def test_logs_follow_until_somebody_looks_back(key: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", pod("chatty", 'log "working" every 100ms'))
        stage.cluster.run_ms(20_000)
        await open_pod(stage, "chatty", "l")
        await stage.wait()
        assert "following" in stage.status
        assert "not following" not in stage.status
        before = len(page(stage).lines)
        await stage.wait(3_000)
        assert len(page(stage).lines) > before
        assert page(stage).is_at_end
        await stage.press(key)
        assert "not following" in stage.status
        await stage.wait(3_000)
        assert not page(stage).is_at_end
        await stage.press("f")
        assert page(stage).is_at_end

    play(scene)


def test_logs_say_when_and_wrap_and_show_the_instance_before() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", pod("crashing", 'log "hello"; crash after 3s'))
        stage.cluster.run_ms(15_000)
        await open_pod(stage, "crashing", "l")
        await stage.press("t")
        assert page(stage).text.split()[0].count(":") == 2
        await stage.press("p")
        await stage.wait()
        assert "previous" in stage.status
        assert "hello" in page(stage).text
        await stage.press("w")
        assert page(stage).is_wrapped
        await stage.press("2")
        assert "last 1m" in stage.status

    play(scene)


def test_logs_of_a_workload_are_those_of_its_pods() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":deploy")
        await stage.press("enter")
        await stage.press("l")
        await stage.wait()
        assert "3 containers" in stage.status
        names = {line[0].text.split("/")[0] for line in page(stage).lines}
        assert len(names) == 3
        await stage.press("o")
        assert "3 containers" not in stage.status

    play(scene)


def test_ownership_has_owners_above_and_containers_below() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("d", "x")
        kinds = [each.strip("└─├│ ").split()[0] for each in page(stage).text.split("\n")]
        assert kinds == ["deployment", "replicaset", "pod", "container"]
        assert page(stage).cursor_uid.startswith("pods/default/web-")
        await stage.press("k", "k", "enter")
        await stage.wait()
        assert detail(stage).ref.resource == "deployments.apps"
        await stage.press("x")
        text = page(stage).text
        assert text.count("container main") == 3
        assert text.startswith("deployment web")

    play(scene)


def test_every_change_is_listed_and_enter_shows_what_it_changed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("d", "h")
        await stage.wait()
        table = detail(stage).part()
        assert isinstance(table, LiveTable)
        assert table.store is not None
        rows = [table.store.get(uid) for uid in table.store.order]
        by = [row.cells[3].text for row in rows][::-1]
        assert by[:2] == ["replicaset-controller", "scheduler"]
        assert by[-1].startswith("kubelet/node-")
        assert rows[-1].cells[2].text == "ADDED"
        assert "spec.nodeName" in rows[-2].cells[5].text
        await stage.press("G", "k", "enter")
        await stage.wait()
        assert isinstance(stage.app.screen, ChangeScreen)
        assert "+   nodeName: node-" in stage.text
        assert "by      scheduler" in stage.text
        await stage.press("escape")
        assert detail(stage).tab == "changes"

    play(scene)


def test_an_object_that_goes_away_is_said_and_keeps_its_changes() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", pod("leaving", "run 1h"))
        await open_pod(stage, "leaving", "d")
        stage.cluster.client.delete("pods", "default", "leaving", lambda reply: None)
        await stage.wait(40_000)
        assert "There is no pod default/leaving at this moment." in stage.text
        await stage.press("h")
        await stage.wait()
        assert "DELETED" in stage.text

    play(scene)
