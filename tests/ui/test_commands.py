"""Commands, palette, help, jumps, keymaps and sizes, by somebody's keys."""

from __future__ import annotations

import dataclasses
import random
from contextlib import nullcontext
from typing import Any

import pytest
import yaml
from textual.command import CommandPalette
from textual.widgets import Input

from tests.ui.stage import Stage, play
from tuik8s.ui.app import Dashboard
from tuik8s.ui.machine import NoMachine
from tuik8s.ui.palette import Places
from tuik8s.ui.screens.detail import DetailScreen
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.settings import Settings
from tuik8s.ui.widgets.choice import Choice
from tuik8s.ui.widgets.confirm import Confirm
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.prompt import Prompt

pytestmark = pytest.mark.slow


def with_settings(**values: Any) -> Stage:
    stage = Stage()
    settings = dataclasses.replace(Settings(), **values)
    stage.app = Dashboard(stage.feed, "test", list, settings=settings)
    return stage


def test_commands_are_hinted_completed_and_remembered() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":theme tuik8s-l")
        assert "tuik8s-light" in stage.text
        await stage.press("tab", "enter")
        assert stage.app.theme == "tuik8s-light"
        await stage.press("colon", "up", "enter")
        assert stage.app.memory.history == ["theme tuik8s-light"]
        await stage.press("colon", "up")
        assert stage.app.screen.query_one(Input).value == "theme tuik8s-light"
        await stage.press("down")
        assert stage.app.screen.query_one(Input).value == ""

    play(scene)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("po default /web", ""),
        ("po all", ""),
        ("po nowhere", "a filter is :po /nowhere; no namespace 'nowhere', only default, "),
        ("po @nowhere", "clusters that run here: no other"),
        ("podz", "no kind or screen 'podz'; did you mean 'pod'?"),
        ("ns nowhere", "no namespace 'nowhere'"),
        ("theme pink", "themes: tuik8s-dark, "),
        ("theme contrast", ""),
        ("fps 99", "fps is a number from 1 to 30"),
        ("fps 5", ""),
        ("set confirm", "NAME=VALUE; now: fps=10, confirm=auto"),
        ("sort nothing", "columns: NAMESPACE, NAME, "),
        ("ctx two", "clusters that run here: no other"),
    ],
)
def test_commands_are_done_or_say_why_not(command: str, says: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.feed.informer("namespaces")
        await stage.wait()
        found = stage.app.run_command(command)
        assert found.startswith(says)
        assert bool(found) == bool(says)

    play(scene)


def test_another_cluster_is_asked_of_whoever_started_this() -> None:
    class Two(NoMachine):
        def clusters(self) -> list[str]:
            return ["one", "two"]

    async def scene(stage: Stage) -> None:
        stage.app.machine = Two()
        await stage.pilot.press("colon", *"ctx", "space", *"two", "enter")
        await stage.pilot.pause()
        assert stage.app.next_cluster == "two"

    play(scene)


def test_clusters_are_a_list_to_choose_from_and_in_the_palette() -> None:
    class Two(NoMachine):
        def clusters(self) -> list[str]:
            return ["one", "two"]

    async def scene(stage: Stage) -> None:
        stage.app.machine = Two()
        places = list(Places(stage.app.screen)._clusters())
        assert [(each.text, each.command) for each in places] == [
            ("cluster one", "ctx one"),
            ("cluster two", "ctx two"),
        ]
        assert stage.app.run_command("ls") == ""
        await stage.wait()
        assert isinstance(stage.app.screen, Choice)
        await stage.press("j", "enter")
        assert stage.app.next_cluster == "two"

    play(scene)


def test_the_history_is_a_list_to_choose_from() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command("nodes /node-2") == ""
        assert stage.app.run_command("deploy") == ""
        await stage.wait()
        assert stage.app.run_command("history") == ""
        await stage.wait()
        assert isinstance(stage.app.screen, Choice)
        await stage.press("j", "j")
        await stage.press("enter")
        await stage.wait()
        assert "/node-2" in stage.status or "deployments" in stage.status

    play(scene)


def test_the_palette_finds_kinds_commands_and_objects() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+p")
        assert isinstance(stage.app.screen, CommandPalette)
        await stage.pilot.press(*"node-2")
        for _ in range(20):
            await stage.pilot.pause(0.05)
        assert "node/node-2" in stage.text
        await stage.pilot.press("enter")
        for _ in range(3):
            await stage.wait()
        assert "nodes 3" in stage.status

    play(scene)


def test_a_jump_goes_to_the_pane_of_the_letter() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1")
        await stage.wait()
        await stage.press("ctrl+o", "a")
        first = stage.focused
        await stage.press("ctrl+o", "b")
        assert stage.focused is not first
        await stage.press("ctrl+o", "a")
        assert stage.focused is first

    play(scene)


def test_keys_can_be_changed_by_their_ids() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("d")
        assert isinstance(stage.app.screen, ResourcesScreen)
        await stage.press("f9")
        assert isinstance(stage.app.screen, DetailScreen)

    play(scene, stage=with_settings(keys={"rows.describe": "f9"}))


def test_the_preset_of_k9s_deletes_with_ctrl_d() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command("deploy") == ""
        await stage.wait()
        await stage.press("ctrl+d")
        assert isinstance(stage.app.screen, Confirm)

    play(scene, stage=with_settings(preset="k9s"))


def test_ctrl_c_twice_quits() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+c")
        assert "Ctrl+C again quits" in stage.toasts
        await stage.wait(3_000)
        await stage.press("ctrl+c")
        assert stage.app.is_running
        await stage.pilot.press("ctrl+c")
        await stage.pilot.pause()
        assert stage.app._exit

    play(scene)


def test_an_object_is_edited_and_a_refusal_is_told() -> None:
    class Desk(NoMachine):
        replicas: Any = 5

        def why_no_editor(self) -> str:
            return ""

        def edit(self, name: str, text: str) -> str:
            obj = yaml.safe_load(text)
            obj["spec"]["replicas"] = self.replicas
            return yaml.safe_dump(obj)

    async def scene(stage: Stage) -> None:
        desk = stage.app.machine = Desk()
        stage.app.suspend = nullcontext  # type: ignore[method-assign, assignment]
        assert stage.app.run_command("deploy") == ""
        await stage.wait()
        await stage.press("e")
        await stage.wait(5_000)
        assert "5/5" in stage.text
        assert "kubectl edit deployments.apps/web -n default" in stage.toasts
        desk.replicas = "many"
        await stage.press("e")
        await stage.wait()
        assert "spec.replicas" in stage.toasts

    play(scene)


def test_any_size_is_drawn_and_nothing_is_lost() -> None:
    rng = random.Random(4)

    async def scene(stage: Stage) -> None:
        for place in ("pods", "overview", "routes", "engine", "events"):
            assert stage.app.run_command(place) == ""
            await stage.wait()
            for _ in range(6):
                size = rng.randint(20, 300), rng.randint(5, 100)
                await stage.pilot.resize_terminal(*size)
                await stage.press(rng.choice(("j", "G", "g", "right", "ctrl+w", "tab")))
                assert all(len(line) <= size[0] for line in stage.lines), size
        await stage.pilot.resize_terminal(1, 1)
        await stage.pilot.resize_terminal(140, 40)
        assert stage.app.run_command("pods") == ""
        await stage.wait()
        assert "pods(all) 3" in stage.status

    play(scene)


def test_the_wheel_scrolls_and_a_click_elsewhere_does_no_harm() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command("events") == ""
        await stage.wait()
        table = stage.app.screen.query_one(LiveTable)
        await stage.pilot.resize_terminal(80, 16)
        await stage.wait()
        table.action_scroll_down()
        await stage.pilot.click(LiveTable, offset=(3, 11))
        await stage.wait()
        assert stage.app.is_running
        assert not stage.app.screen.query_one(Prompt).is_open

    play(scene)


def test_no_palette_over_a_question_and_rows_move_again_however_it_ends() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command("deploy") == ""
        await stage.wait()
        store = stage.app.screen.query_one(LiveTable).store
        assert store is not None
        await stage.press("delete")
        assert store.frozen
        await stage.press("ctrl+p")
        assert isinstance(stage.app.screen, Confirm)
        stage.app.pop_screen()
        await stage.wait()
        assert not store.frozen

    play(scene)


def test_the_palette_finds_objects_of_any_name_whatever_hides_them() -> None:
    async def scene(stage: Stage) -> None:
        roles = "clusterroles.rbac.authorization.k8s.io"
        for name in ("my role with spaces", "[red]x", "[@click=app.quit]q"):
            stage.create(roles, {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": name},
                "rules": [],
            })  # fmt: skip
        assert stage.app.run_command("clusterroles /system") == ""
        await stage.wait()
        await stage.press("ctrl+p")
        await stage.type("role/[")
        assert "clusterrole/[red]x" in stage.text
        assert "clusterrole/[@click=app.quit]q" in stage.text
        await stage.press("escape", "ctrl+p")
        await stage.type("with spaces")
        await stage.press("enter")
        await stage.wait()
        row = next(each for each in stage.lines if "my role with spaces" in each)
        assert row.startswith("▸")

    play(scene)


@pytest.mark.parametrize("text", ["theme=light", "preset=vim", "ascii=true", "mouse=false"])
def test_what_is_read_at_the_start_is_not_set_without_effect(text: str) -> None:
    async def scene(stage: Stage) -> None:
        assert "is read when a dashboard starts" in stage.app.run_command(f"set {text}")

    play(scene)
