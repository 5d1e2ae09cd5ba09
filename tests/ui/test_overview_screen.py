"""The overview: many nodes as a map, going where it points, small windows, the past."""

from __future__ import annotations

import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.screens.overview import OverviewScreen
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.node_map import NodeMap

pytestmark = pytest.mark.slow


def test_a_cell_names_its_node_and_enter_lists_its_pods() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1", "tab")
        assert isinstance(stage.focused, NodeMap)
        assert "14 nodes: height is cpu asked for" in stage.text
        assert "▸ node-1  " in stage.text
        chart = stage.app.screen.query_one(NodeMap)
        names = [cell.name for line in chart._lines for cell in line.cells]
        await stage.press("right", "right", "left")
        assert f"▸ {names[1]}  " in stage.text
        await stage.press("G")
        assert f"▸ {names[-1]}  " in stage.text
        await stage.press("home")
        pods = [p for p in stage.feed.items("pods") if p["spec"].get("nodeName")]
        node = pods[0]["spec"]["nodeName"]
        await stage.press(*["right"] * names.index(node))
        assert f"▸ {node}  " in stage.text
        await stage.press("enter")
        assert isinstance(stage.app.screen, ResourcesScreen)
        wanted = [p for p in pods if p["spec"]["nodeName"] == node]
        assert stage.app.screen.table.store.counts == (3, len(wanted))

    play(scene, stage=Stage(nodes=14))


def test_n_goes_to_the_node_that_is_not_well_and_problems_lead_to_it() -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.client.patch(
            "nodes", "", "node-9", {"spec": {"unschedulable": True}}, lambda reply: None
        )
        await stage.press("1", "tab")
        await stage.press("n")
        assert "▸ node-9  " in stage.text
        assert "Ready, cordoned" in stage.text
        assert "! node node-9 is cordoned" in stage.text
        await stage.press("shift+tab", "enter")
        assert isinstance(stage.app.screen, ResourcesScreen)
        assert stage.app.screen.query_one(LiveTable).cursor_uid is not None
        assert "nodes 14" in stage.status

    play(scene, stage=Stage(nodes=14))


def test_processes_are_told_and_the_past_has_none() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.status = lambda: [{"name": "apiserver", "state": "running", "restarts": 0}]
        await stage.press("1")
        assert "apiserver          1/1" in stage.text
        assert "Deployments      1/1" in stage.text
        await stage.press("left_square_bracket")
        await stage.wait()
        assert "apiserver          1/1" not in stage.text
        assert "processes are not in the log" in stage.text

    play(scene)


def test_a_small_window_has_what_is_wrong_and_the_nodes() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1")
        assert isinstance(stage.app.screen, OverviewScreen)
        assert "Pods             3  running 3" in stage.text
        assert "problems: nothing is wrong" in stage.text
        assert "14 nodes" in stage.text
        assert "events:" not in stage.text

    play(scene, size=(60, 16), stage=Stage(nodes=14))
