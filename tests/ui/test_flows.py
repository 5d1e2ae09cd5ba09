"""What somebody who knows k9s does on the first day, key by key, on a simulated cluster."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste
from textual.widgets import Input, OptionList, Static

from tests.ui.stage import Stage, play
from tuik8s.ui.screens.detail import DetailScreen
from tuik8s.ui.screens.help import HelpScreen
from tuik8s.ui.screens.overview import OverviewScreen
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.widgets.confirm import Confirm
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page
from tuik8s.ui.widgets.prompt import Prompt

pytestmark = pytest.mark.slow


def test_pods_are_listed_and_filtered() -> None:
    async def scene(stage: Stage) -> None:
        assert "● LIVE" in stage.status
        assert "pods(all) 3" in stage.status
        assert stage.text.count("Running") == 3
        await stage.type("/nothing")
        await stage.press("enter")
        assert "pods(all) 0/3" in stage.status
        assert isinstance(stage.focused, LiveTable)
        await stage.press("escape")
        assert "pods(all) 3" in stage.status

    play(scene)


def test_a_bad_filter_is_shown_and_escape_leaves_the_prompt() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", "exclamation_mark")
        prompt = stage.app.screen.query_one(Prompt)
        assert "! needs a term right after it" in stage.text
        await stage.press("escape")
        assert not prompt.is_open
        assert isinstance(stage.focused, LiveTable)
        assert "pods(all) 3" in stage.status

    play(scene)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("colon", *"pods"), "pods"),
        (("colon", *"sts"), "sts"),
        (("colon", *"1-q"), "1-q"),
        (("slash", *"app:web"), "app:web"),
    ],
)
def test_fast_typing_goes_to_the_prompt_alone(keys: tuple[str, ...], expected: str) -> None:
    async def scene(stage: Stage) -> None:
        before = stage.app.screen
        await stage.burst(*keys)
        assert stage.app.screen is before
        assert stage.app.screen.query_one(Input).value == expected
        assert "● LIVE" in stage.status

    play(scene)


def test_a_change_typed_fast_still_asks_and_hears_the_answer() -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst("colon", *"deploy", "enter")
        await stage.burst("ctrl+k", "y")
        await stage.wait(3_000)
        assert isinstance(stage.app.screen, ResourcesScreen)
        assert stage.feed.get("deployments.apps", "default", "web") is None
        await stage.burst("colon", *"nodes", "enter")
        assert "nodes 3" in stage.status

    play(scene)


def test_details_open_and_close() -> None:
    async def scene(stage: Stage) -> None:
        for key, tab, words in (
            ("d", "describe", ("Name:", "Events:", "Scheduled")),
            ("y", "yaml", ("apiVersion: v1", "kind: Pod")),
            ("l", "logs", ()),
        ):
            await stage.press(key)
            await stage.wait()
            assert isinstance(stage.app.screen, DetailScreen)
            assert stage.app.screen.tab == tab
            page = stage.app.screen.query_one(Page).text
            assert all(word in page for word in words), page
            await stage.press("escape")
            assert isinstance(stage.app.screen, ResourcesScreen)

    play(scene)


def test_commands_go_places() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":deploy")
        await stage.press("enter")
        await stage.wait()
        assert "deployments(all) 1" in stage.status
        await stage.press("minus")
        assert "pods(all) 3" in stage.status
        await stage.press("d")
        await stage.type(":nodes")
        await stage.press("enter")
        await stage.wait()
        assert "nodes 3" in stage.status
        await stage.press("1")
        assert isinstance(stage.app.screen, OverviewScreen)

    play(scene)


def test_a_wrong_command_says_so_and_keeps_the_prompt() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":bananas")
        await stage.press("enter")
        assert "no kind or screen 'bananas'" in stage.text
        assert stage.app.screen.query_one(Prompt).is_open
        await stage.press("escape")
        assert not stage.app.screen.query_one(Prompt).is_open

    play(scene)


def test_quit() -> None:
    async def scene(stage: Stage) -> None:
        await stage.pilot.press("colon", "q", "enter")
        await stage.pilot.pause()
        assert not stage.app.is_running or stage.app._exit

    play(scene)


def test_help_is_searched() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        assert isinstance(stage.app.screen, HelpScreen)
        keys = stage.app.screen.query_one("#keys", Static)
        assert "Describe" in str(keys.render())
        await stage.type("yaml")
        assert "Describe" not in str(keys.render())
        assert "YAML" in str(keys.render())
        await stage.press("escape")
        assert isinstance(stage.app.screen, ResourcesScreen)

    play(scene)


def test_chaos_asks_before_it_breaks_something() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("exclamation_mark")
        assert "break what?" in stage.text
        for _ in range(3):
            await stage.press("enter")
        assert isinstance(stage.app.screen, Confirm)
        assert "tuik8s chaos" in stage.text
        await stage.press("enter")
        assert isinstance(stage.app.screen, Confirm)
        await stage.press("n")
        assert isinstance(stage.app.screen, ResourcesScreen)
        await stage.type(":faults")
        await stage.press("enter")
        assert "faults 0" in stage.status

    play(scene)


def test_delete_and_scale() -> None:
    async def scene(stage: Stage) -> None:
        table = stage.app.screen.query_one(LiveTable)
        gone = table.cursor_uid
        await stage.press("ctrl+k")
        assert "kubectl delete pods" in stage.toasts
        await stage.wait(40_000)
        assert table.store is not None
        assert gone not in table.store.order
        assert "pods(all) 3" in stage.status
        await stage.type(":deploy")
        await stage.press("enter")
        await stage.press("s", "backspace", "²", "enter")
        assert "a number of replicas" in stage.text
        await stage.press("backspace", *"9" * 20, "enter")
        assert "a number of replicas" in stage.text
        await stage.press(*["backspace"] * 20, "5", "enter")
        await stage.wait(5_000)
        assert "5/5" in stage.text
        await stage.press("ctrl+k", "y")
        await stage.wait(5_000)
        assert "deployments(all) 0" in stage.status

    play(scene)


def test_a_lost_api_server_is_said_and_comes_back() -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.hold("apiserver")
        await stage.wait(5_000)
        assert "✗ LOST" in stage.status
        stage.cluster.release("apiserver")
        await stage.wait(10_000)
        assert "● LIVE" in stage.status

    play(scene)


def test_enter_on_a_problem_goes_to_its_object() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1")
        await stage.wait()
        assert "nothing is wrong" in stage.text
        stage.cluster.hold("kubelet/node-2")
        await stage.wait(60_000)
        assert "node node-2 is not ready" in stage.text
        assert "problem" in stage.status
        await stage.press("enter")
        await stage.wait()
        assert isinstance(stage.app.screen, ResourcesScreen)
        assert stage.app.screen.kind.plural == "nodes"
        obj = stage.app.screen.selected()
        assert obj is not None
        assert obj["metadata"]["name"] == "node-2"

    play(scene)


def test_a_click_selects_and_a_small_terminal_is_enough() -> None:
    async def scene(stage: Stage) -> None:
        table = stage.app.screen.query_one(LiveTable)
        first = table.cursor_uid
        await stage.pilot.click(LiveTable, offset=(8, 2))
        await stage.wait()
        assert table.cursor_uid != first
        assert all(len(line) <= 60 for line in stage.lines)

    play(scene, (60, 16))


def test_the_key_that_opens_the_help_closes_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type("?")
        assert isinstance(stage.app.screen, HelpScreen)
        await stage.type("?")
        assert isinstance(stage.app.screen, ResourcesScreen)

    play(scene)


def test_a_command_that_cannot_be_done_stays_where_it_is() -> None:
    async def scene(stage: Stage) -> None:
        for text, says in (("nodes web", ":nodes /web"), ('nodes /"x', "never closed")):
            await stage.type(f":{text}")
            await stage.press("enter")
            assert says in stage.text
            assert "pods(all)" in stage.status
            await stage.press("escape")

    play(scene)


def test_processes_that_only_grow_older_do_not_count_as_changed() -> None:
    process = {"name": "scheduler", "pid": 7, "state": "running", "restarts": 0, "last_exit": ""}

    async def scene(stage: Stage) -> None:
        stage.app.status = lambda: [{**process, "up_ms": stage.cluster.now_ms % 997}]
        await stage.press("7")
        await stage.wait(2_000)
        assert "~scheduler" not in stage.text
        assert " scheduler" in stage.text

    play(scene)


def test_tab_completes_a_command() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":deploym")
        await stage.press("tab", "enter")
        assert "deployments(all)" in stage.status

    play(scene)


def test_the_chaos_menu_offers_what_the_server_knows() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("exclamation_mark")
        assert "a process dies and comes back at once" in stage.text
        choices = stage.app.screen.query_one(OptionList)
        choices.highlighted = choices.get_option_index("pod-slow-start")
        await stage.press("enter")
        assert "pod-slow-start where?" in stage.text
        assert "pod/default/" in stage.text
        await stage.press("enter", "enter")
        assert "--delay 200ms" in stage.text

    play(scene)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (("colon", *"po", "enter", "slash", *"web", "enter", "y"), "[yaml]"),
        (("colon", *"nopes", "escape", "colon", *"node", "enter"), "nodes 3"),
        (("colon", *"deploym", "tab", "enter"), "deployments(all) 1"),
        (("colon", *"nodes", "enter", "colon", "up", "up", "enter", "slash", *"x", "enter"), "/x"),
        (("slash", *"nothing", "enter", "colon", *"po", "enter"), "none of the pods matches"),
        (("d", "colon", *"deploym", "tab", "enter"), "deployments(all) 1"),
        (("colon", *"help", "enter"), "search"),
        (("colon", *"chaos", "enter"), "break what?"),
        (("colon", *"cols", "enter"), "RESTARTS"),
    ],
)
def test_keys_typed_in_a_burst_go_where_each_belongs(keys: tuple[str, ...], shown: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst(*keys)
        await stage.wait()
        assert shown in stage.text

    play(scene)


def test_what_is_pasted_comes_before_the_enter_behind_it() -> None:
    async def scene(stage: Stage) -> None:
        for event in (Key("colon", ":"), Paste("nodes"), Key("enter", None)):
            stage.app.post_message(event)
        await stage.wait()
        assert "nodes 3" in stage.status

    play(scene)


def test_what_was_wrong_is_still_said_when_the_letters_have_been_drawn() -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst("colon", *"nope", "enter", "s")
        prompt = stage.app.screen.query_one(Prompt)
        assert prompt.query_one(Input).value == "nopes"  # the prompt has the keys still
        await stage.burst("enter")
        assert "'nopes'" in stage.text
        await stage.burst("escape", "y")
        await stage.wait()
        assert "[yaml]" in stage.text

    play(scene)
