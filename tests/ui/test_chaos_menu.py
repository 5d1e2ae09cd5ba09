"""The chaos menu from the keyboard: keys without looking, narrowing, consequences, confirmation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, play
from tests.ui.test_rewind import scaled
from tuik8s.ui.machine import NoMachine, TimedFault
from tuik8s.ui.screens.chaos import ChaosMenu
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.widgets.confirm import Confirm

pytestmark = pytest.mark.slow

SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
}


def faults(stage: Stage) -> list[dict[str, Any]]:
    return list(stage.feed.items("faults.chaos.tuik8s.dev"))


def test_keys_work_without_looking() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":nodes")
        await stage.press("enter", "exclamation_mark", "c")
        assert isinstance(stage.app.screen, Confirm)
        assert "NODE-STOP node/node-1 until healed ?" in stage.text
        assert "affects   1 pod" in stage.text
        assert "same as   tuik8s chaos node-stop node/node-1" in stage.text
        assert "undo      z: " in stage.text
        await stage.press("y")
        await stage.wait(1_000)
        (fault,) = faults(stage)
        assert fault["spec"]["target"] == "node/node-1"
        assert fault["status"]["phase"] == "Active"

    play(scene)


def test_other_keys_do_nothing_in_a_confirmation() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("exclamation_mark", "c")
        assert isinstance(stage.app.screen, Confirm)
        for key in ("enter", "z", "colon", "exclamation_mark", "q", "d", "delete", "ctrl+p", "Z"):
            await stage.press(key)
            assert isinstance(stage.app.screen, Confirm), key
        await stage.press("n")
        assert isinstance(stage.app.screen, ResourcesScreen)
        assert faults(stage) == []

    play(scene)


def test_typing_narrows_and_consequences_are_shown_before() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("services", SERVICE)
        await stage.wait(2_000)
        await stage.press("exclamation_mark")
        assert "target: pod/default/web-" in stage.text
        await stage.type("/oom")
        assert "/oom   2 found" in stage.text
        await stage.press("enter")
        assert "pod-oom where?" in stage.text
        await stage.press("enter", "enter")
        assert "POD-OOM pod/default/web-" in stage.text
        await stage.press("n")
        await stage.type(":svc")
        await stage.press("enter", "G", "exclamation_mark")
        assert "3 pods behind it" in stage.text
        await stage.type("notready")
        assert "node-stop" in stage.text
        assert "link-delay" not in stage.text
        await stage.press("escape", "escape")
        assert isinstance(stage.app.screen, ResourcesScreen)

    play(scene)


def test_the_last_endpoint_is_counted_for_faults_and_deletions_alike() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("services", SERVICE)
        await scaled(stage, 1)
        await stage.wait(40_000)
        await stage.press("exclamation_mark")
        assert "1 pod · 1 Service loses its last endpoint (default/web)" in stage.text
        await stage.press("escape", "delete")
        assert isinstance(stage.app.screen, Confirm), "alone it would be deleted without a question"
        assert "1 Service loses its last endpoint (default/web)" in stage.text
        assert "kubectl delete pods web-" in stage.text
        await stage.press("n")

    play(scene)


def test_disks_by_r_and_undo_by_z() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("exclamation_mark", "r")
        assert "disk-full" in stage.text
        assert "node-stop" not in stage.text
        await stage.press("escape", "z")
        assert not isinstance(stage.app.screen, ChaosMenu)
        assert "nothing to undo" in stage.toasts

    play(scene)


def test_confirm_always_asks_before_what_is_small_too() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command("set confirm=always") == ""
        await stage.press("delete")
        assert isinstance(stage.app.screen, Confirm)
        await stage.press("n")
        await stage.type(":deploy")
        await stage.press("enter")
        await stage.press("s", "backspace", "2", "enter")
        assert "SCALE deployment web to 2 ?" in stage.text
        assert "3 replicas become 2" in stage.text
        assert "kubectl scale deployments.apps/web -n default --replicas=2" in stage.text
        await stage.press("enter", "y")
        await stage.wait(2_000)
        found = stage.feed.get("deployments.apps", "default", "web")
        assert found is not None
        assert found["spec"]["replicas"] == 2

    play(scene)


class Rehearsing(NoMachine):
    """A machine with one scenario file."""

    def scenarios(self) -> list[str]:
        return ["storm.yaml"]

    def faults_of(self, name: str) -> list[TimedFault]:
        if name != "storm.yaml":
            raise OSError(f"{name}: there is no such file")
        return [
            TimedFault(0, "first", {"action": "node-cordon", "target": "node/node-1"}),
            TimedFault(30_000, "", {"action": "node-cordon", "target": "node/node-2"}),
        ]


def test_the_faults_of_a_scenario_file_come_in_their_time() -> None:
    stage = Stage()
    stage.app.machine = Rehearsing()

    async def scene(stage: Stage) -> None:
        await stage.press("exclamation_mark", "x")
        await stage.press(*"calm", "enter")
        assert "calm: there is no such file" in stage.text
        await stage.press(*["backspace"] * 4, "s", "tab", "enter")
        assert "MAKE 2 faults of storm.yaml ?" in stage.text
        assert "node-cordon node/node-1 at once, node-cordon node/node-2 after 30s" in stage.text
        assert faults(stage) == []
        await stage.press("y")
        await stage.wait(5_000)
        assert [fault["metadata"]["name"] for fault in faults(stage)] == ["first"]
        await stage.wait(30_000)
        await stage.wait(5_000)
        targets = sorted(fault["spec"]["target"] for fault in faults(stage))
        assert targets == ["node/node-1", "node/node-2"]

    play(scene, stage=stage)


def test_durations_are_narrowed_by_typing_as_well() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":nodes")
        await stage.press("enter", "exclamation_mark")
        await stage.type("/node-stop")
        await stage.press("enter", "enter")
        assert "for how long?" in stage.text
        await stage.type("5m")
        assert "/5m   1 found" in stage.text
        await stage.press("enter")
        assert "NODE-STOP node/node-1 5m ?" in stage.text
        await stage.press("n")

    play(scene)
