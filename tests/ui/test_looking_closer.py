"""Why, trace, decision, what-if, xray and differences, as somebody who looks for a cause does."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Input

from tests.ui.stage import Stage, play
from tests.ui.test_detail import pod
from tuik8s.ui.lines import text_of
from tuik8s.ui.screens.change import ChangeScreen
from tuik8s.ui.screens.decision import DecisionScreen
from tuik8s.ui.screens.detail import DetailScreen
from tuik8s.ui.screens.text import TextScreen
from tuik8s.ui.screens.trace import TraceScreen
from tuik8s.ui.screens.what_if import WhatIfScreen
from tuik8s.ui.screens.why import WhyScreen
from tuik8s.ui.screens.xray import XrayScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page

pytestmark = pytest.mark.slow


def big(name: str = "big") -> dict[str, Any]:
    made = pod(name, "run 1h")
    made["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "100", "memory": "1Gi"}}
    return made


async def point_at(stage: Stage, name: str) -> None:
    await stage.type(f"/{name}")
    await stage.press("enter")
    await stage.wait()


def lines(stage: Stage, where: str = "Page") -> list[str]:
    return [text_of(each) for each in stage.app.screen.query(where).first(Page).lines]


def test_why_goes_back_to_the_first_command() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("w")
        await stage.wait()
        assert isinstance(stage.app.screen, WhyScreen)
        told = "\n".join(lines(stage))
        chain = (
            "kubelet/node-",
            "after scheduler changed pod",
            "after replicaset-controller created",
            "because deployment-controller created replicaset",
            "because system:admin created deployment",
            "that was the command",
        )
        places = [told.index(words) for words in chain]
        assert places == sorted(places)
        assert "spec.nodeName: none -> node-" in told
        assert "What the scheduler decided" in told
        await stage.press("enter")
        assert isinstance(stage.app.screen, ChangeScreen)

    play(scene)


def test_w_explains_another_change_of_the_chain() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("w")
        await stage.wait()
        page = stage.app.screen.query_one(Page)
        root = next(uid for uid, text in zip(page._uids, lines(stage), strict=True)
                    if "system:admin created deployment" in text)  # fmt: skip
        page.point_at(root)
        await stage.press("w")
        await stage.wait()
        assert isinstance(stage.app.screen, WhyScreen)
        assert stage.app.screen.ref.resource == "deployments.apps"
        assert "system:admin created deployment default/web" in lines(stage)[3]

    play(scene)


def test_a_pending_pod_shows_the_decision_and_what_would_help() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", big())
        stage.cluster.run_ms(3_000)
        await point_at(stage, "big")
        await stage.press("w")
        await stage.wait()
        assert isinstance(stage.app.screen, DecisionScreen)
        told = "\n".join(lines(stage, "#told"))
        assert "default/big fits on no node." in told
        assert "0/3 nodes are available" in told
        assert "1. request at most" in told
        table = stage.app.screen.query_one(LiveTable)
        assert table.store is not None
        assert table.store.order == ["node-1", "node-2", "node-3"]
        await stage.press("w")
        await stage.wait()
        assert stage.status.count("why pod default/big") == 1

    play(scene)


def test_attempts_are_gone_through() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", big())
        stage.cluster.run_ms(3_000)
        scale = {"spec": {"replicas": 0}}
        stage.cluster.client.patch("deployments.apps", "default", "web", scale, lambda reply: None)
        await point_at(stage, "big")
        await stage.press("w")
        await stage.wait(60_000)  # room that becomes free has the scheduler try again
        await stage.wait(3_000)
        told = "\n".join(lines(stage, "#told"))
        assert "Attempts: " in told
        newest = next(text for text in lines(stage, "#told") if text.startswith("▸"))
        await stage.press("a")
        chosen = next(text for text in lines(stage, "#told") if text.startswith("▸"))
        assert chosen < newest

    play(scene)


def test_what_if_asks_the_scheduler_and_changes_nothing() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", big())
        stage.cluster.run_ms(3_000)
        await point_at(stage, "big")
        await stage.press("w", "i")
        assert isinstance(stage.app.screen, WhatIfScreen)
        cpu = stage.app.screen.query_one("#cpu", Input)
        assert cpu.value == "100"
        await stage.press("enter")
        await stage.wait()
        assert "fits on no node" in lines(stage)[0]
        cpu.value = "2"
        await stage.press("enter")
        await stage.wait()
        assert "default/big goes to node-" in lines(stage)[0]
        tries = [text for text in lines(stage) if "→" in text]
        assert tries[0] == "as it is → no node"
        assert tries[1].startswith("cpu 2 → node-")
        cpu.value = "two"
        await stage.press("enter")
        assert lines(stage)[0] == "cpu: 'two' is no quantity, such as 500m or 2Gi"
        await stage.press("escape")
        assert isinstance(stage.app.screen, DecisionScreen)
        found = stage.feed.get("pods", "default", "big")
        assert found is not None
        assert "nodeName" not in found["spec"]

    play(scene)


def test_a_scheduler_that_is_gone_is_said_to_be() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("w")
        await stage.wait()
        stage.cluster.hold("scheduler")
        ref = stage.app.screen.subject()  # type: ignore[attr-defined]
        stage.app.open_what_if(ref)
        await stage.wait()
        await stage.press("enter")
        await stage.wait(4_000)
        assert "no scheduler answered within 3 s" in lines(stage)[0]

    play(scene)


def test_recent_decisions_with_those_that_wait_first() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", big())
        stage.cluster.run_ms(3_000)
        await stage.type(":sched")
        await stage.press("enter")
        await stage.wait()
        table = stage.app.screen.query_one(LiveTable)
        assert table.store is not None
        assert len(table.store.order) == 4
        assert table.store.order[0] == "pods/default/big"
        assert "1 pod waits" in stage.status
        await stage.press("enter")
        await stage.wait()
        assert isinstance(stage.app.screen, DecisionScreen)

    play(scene)


def test_a_trace_has_every_step_with_who_took_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("t")
        await stage.wait()
        assert isinstance(stage.app.screen, TraceScreen)
        told = lines(stage, "#sequence")
        lanes = ["system:admin", "apiserver", "deployment", "replicaset", "scheduler", "kubelet"]
        assert told[0].split()[:6] == lanes
        for words in (
            "├─POST deployment",
            "POST replicaset",
            "POST pod",
            "bind to node-",
            "Pulled: ",
            "Started: ",
            "status: Ready",
        ):
            assert any(words in text for text in told), words
        assert "steps" in stage.status
        await stage.press("G")
        assert "Ready  False → True" in "\n".join(lines(stage, "#step")).replace("].status", "")
        await stage.press("enter")
        assert isinstance(stage.app.screen, ChangeScreen)
        await stage.press("escape", "w")
        assert isinstance(stage.app.screen, WhyScreen)

    play(scene)


def test_w_on_a_problem_says_why() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", big())
        stage.cluster.run_ms(3_000)
        await stage.press("1")
        await stage.wait(2_000)
        assert "pod default/big" in stage.text
        await stage.press("w")
        await stage.wait()
        assert "decision about pod default/big" in stage.status

    play(scene)


def test_only_pods_have_a_trace() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":nodes")
        await stage.press("enter")
        await stage.press("t")
        assert not isinstance(stage.app.screen, TraceScreen)

    play(scene)


def test_xray_of_a_namespace_and_of_one_object() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("x")
        await stage.wait()
        assert isinstance(stage.app.screen, XrayScreen)
        assert lines(stage)[0].startswith("deployment web")
        assert sum("container main  running" in text for text in lines(stage)) == 3
        stage.create("pods", pod("lonely", "run 1h"))
        await stage.type(":xray")
        await stage.press("enter")
        await stage.wait(3_000)
        assert any(text.startswith("pod lonely") for text in lines(stage))
        assert any(text.startswith("service kubernetes") for text in lines(stage))
        stage.cluster.client.delete("pods", "default", "lonely", lambda reply: None)
        await stage.wait(40_000)
        assert not any(text.startswith("pod lonely") for text in lines(stage))
        await stage.press("enter")
        assert isinstance(stage.app.screen, DetailScreen)

    play(scene)


def test_the_difference_to_another_moment() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":deploy")
        await stage.press("enter")
        body = {"spec": {"replicas": 5}}
        stage.cluster.client.patch("deployments.apps", "default", "web", body, lambda reply: None)
        await stage.wait(5_000)
        await stage.press("D")
        prompt = stage.app.screen.query_one(Input)
        assert prompt.value == "-1m"
        prompt.value = "soon"
        await stage.press("enter")
        assert "'soon' is no moment" in stage.text
        prompt.value = "-9s"
        await stage.press("enter")
        await stage.wait()
        assert isinstance(stage.app.screen, TextScreen)
        assert any("spec.replicas  3 → 5" in text for text in lines(stage))
        assert "-   replicas: 3" in lines(stage)

    play(scene)


@pytest.mark.parametrize(
    ("key", "words"),
    [("w", "fits on no node"), ("t", "POST pod"), ("d", "Name:"), ("x", "pod early")],
)
def test_screens_show_the_moment_that_is_shown(key: str, words: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", big("early"))
        stage.cluster.run_ms(2_000)
        await point_at(stage, "early")
        await stage.press(key)
        await stage.wait()
        stage.cluster.client.delete("pods", "default", "early", lambda reply: None)
        await stage.wait(40_000)
        await stage.press("at")
        stage.app.screen.query_one("Prompt Input", Input).value = "-45s"
        await stage.press("enter")
        await stage.wait()
        await stage.wait()
        assert "REWIND" in stage.status
        assert words in stage.text
        await stage.press("backslash")
        await stage.wait()
        assert "LIVE" in stage.status
        if key in "dx":
            assert words not in stage.text

    play(scene)
