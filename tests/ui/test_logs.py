"""Logs in the dashboard: of pods, workloads, nodes and processes on one time axis; flows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, play
from tuik8s.api.types import Reply, Request
from tuik8s.ui.log_sources import Meant, Source, component
from tuik8s.ui.log_tail import TAIL_LINES, LogTail
from tuik8s.ui.widgets import log_page
from tuik8s.ui.widgets.log_page import LogPage
from tuik8s.world.logs import USUAL

pytestmark = pytest.mark.slow


def page(stage: Stage) -> LogPage:
    found = stage.app.screen.query_one(LogPage)
    assert found.display
    return found


def a_pod(name: str, behaviour: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "default",
            "annotations": {"tuik8s.dev/behaviour": behaviour},
        },
        "spec": {"containers": [{"name": "main", "image": "example.org/app:1"}], **spec},
    }


async def command(stage: Stage, text: str) -> None:
    await stage.type(text)
    await stage.press("enter")
    await stage.wait()


def test_pods_and_processes_stand_on_one_time_axis() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", a_pod("talker", 'log "hello" every 1s', nodeName="node-1"))
        stage.cluster.run_ms(3_000)
        await command(stage, ":logs talker kubelet/node-1 scheduler")
        assert "3 logs" in stage.status
        text = page(stage).text
        lines = text.split("\n")
        (added,) = [
            n for n, each in enumerate(lines) if '"SyncLoop ADD"' in each and "talker" in each
        ]
        hellos = [n for n, each in enumerate(lines) if each.endswith("hello")]
        assert min(hellos) > added
        assert lines[hellos[0]].startswith("talker/main ")
        assert any(each.startswith("scheduler ") for each in lines)
        await stage.press("t")
        stamps = [each.split()[0] for each in page(stage).text.split("\n")]
        assert stamps == sorted(stamps)
        await stage.press("o", "o")
        assert "kubelet/node-1" in stage.status
        assert "hello" not in page(stage).text

    play(scene, stage=Stage(verbosity=USUAL))


def test_l_on_a_node_shows_its_kubelet_and_its_proxy() -> None:
    async def scene(stage: Stage) -> None:
        await command(stage, ":nodes")
        await stage.press("l")
        await stage.wait()
        assert "2 logs" in stage.status
        names = {line[0].text.strip() for line in page(stage).lines}
        assert names == {"kubelet/node-1", "kube-proxy/node-1"}

    play(scene, stage=Stage(verbosity=USUAL))


def test_the_past_has_the_log_up_to_that_moment() -> None:
    async def scene(stage: Stage) -> None:
        await command(stage, ":logs all")
        assert '"late"' not in page(stage).text.replace("default/late", '"late"')
        await stage.press("left_square_bracket")
        await stage.wait()
        shown = page(stage).text
        stage.create("pods", a_pod("late", "ready after 1s"))
        stage.cluster.run_ms(5_000)
        await stage.wait()
        assert page(stage).text == shown
        await stage.press("backslash")
        await stage.wait()
        assert '"Successfully bound pod to node" pod="default/late"' in page(stage).text

    play(scene, stage=Stage(verbosity=USUAL))


def test_events_stand_where_no_log_is_yet() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", a_pod("stuck", "pull fails"))
        stage.cluster.run_ms(5_000)
        await command(stage, ":pods /stuck")
        await stage.press("l")
        await stage.wait()
        text = page(stage).text
        assert "nothing is written yet" in text
        assert "Warning  Failed" in text
        assert "waiting to start" in text

    play(scene)


def test_json_lines_are_shown_as_fields_by_a_key() -> None:
    async def scene(stage: Stage) -> None:
        said = """echo '{"level":"error","msg":"no room","disk":"a"}'; sleep 100"""
        made = a_pod("json", "ready after 1s")
        made["spec"]["containers"][0].update(image="busybox:1", command=["sh", "-c", said])
        stage.create("pods", made)
        stage.cluster.run_ms(3_000)
        await command(stage, ":logs json")
        assert '{"level":"error"' in page(stage).text
        await stage.press("J")
        assert "ERROR no room  disk=a" in page(stage).text
        assert "fields" in stage.status
        await stage.press("J")
        assert '{"level":"error"' in page(stage).text

    play(scene)


def test_bookmarks_are_marks_between_the_lines() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", a_pod("talker", 'log "hello" every 1s'))
        stage.cluster.run_ms(3_000)
        await command(stage, ":logs talker")
        await stage.press("m")
        await stage.type("here")
        await stage.press("enter")
        await stage.wait(3_000)
        lines = page(stage).text.split("\n")
        at = lines.index("──── here ────")
        assert "hello" in lines[at - 1]
        assert "hello" in lines[at + 1]

    play(scene)


def test_what_is_not_there_is_said() -> None:
    async def scene(stage: Stage) -> None:
        await command(stage, ":logs nobody scheduler")
        assert "nothing here is called nobody" in page(stage).text
        await stage.press("escape")
        await stage.type(":logs")
        await stage.press("enter")
        assert "logs of what?" in stage.text

    play(scene, stage=Stage(verbosity=USUAL))


class Scripted:
    """A client that keeps what it is asked, and is answered by the test."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self._on_reply: list[Any] = []

    def call(self, request: Request, on_reply: Any) -> None:
        self.asked.append({name: values[0] for name, values in request.query.items()})
        self._on_reply.append(on_reply)

    def answer(self, seconds: range) -> None:
        text = "".join(f"{stamp(n)} line {n}\n" for n in seconds)
        self._on_reply.pop()(Reply(code=200, objects=(text.encode(),)))


def stamp(number: int) -> str:
    return f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000000000Z"


def test_a_moment_before_what_was_heard_is_asked_for_anew() -> None:
    client: Any = Scripted()
    tail = LogTail(client, component("scheduler"))
    tail.ask()
    client.answer(range(5_000, 5_000 + TAIL_LINES))
    tail.ask(stamp(5_500))
    assert len(client.asked) == 1, "that was heard"
    tail.ask(stamp(3_000))
    tail.ask(stamp(2_000))
    assert client.asked[1:] == [
        {"untilTime": stamp(3_000), "tailLines": str(TAIL_LINES), "timestamps": "true"}
    ], "one question at a time"
    client.answer(range(2_001, 3_001))
    assert tail.lines[-1].text == "line 3000"
    tail.ask(stamp(2_500))
    assert len(client.asked) == 2
    tail.ask()
    assert client.asked[-1] == {"sinceTime": stamp(3_000), "timestamps": "true"}


def test_a_moment_that_stands_is_not_asked_for_with_every_tick() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("pods", a_pod("talker", 'log "hello" every 1s'))
        stage.cluster.run_ms(3_000)
        await command(stage, ":logs talker")
        await stage.press("left_square_bracket")
        asked: list[Request] = []
        call = stage.feed.client.call

        def counted(request: Request, *args: Any, **options: Any) -> None:
            asked.append(request)
            call(request, *args, **options)

        stage.feed.client.call = counted  # type: ignore[method-assign]
        for _ in range(50):
            await stage.wait(100)
        assert len([each for each in asked if each.subresource == "log"]) <= 6

    play(scene)


def test_what_has_not_answered_yet_is_not_said_to_be_silent() -> None:
    async def scene(stage: Stage) -> None:
        await command(stage, ":nodes")
        await stage.pilot.press("l")
        for _ in range(3):
            await stage.pilot.pause()
            stage.app.show_newest()
        assert page(stage).text == "reading"
        await stage.wait()
        await stage.wait()  # first which processes there are, then what they wrote
        assert "Starting kubelet" in page(stage).text

    play(scene, stage=Stage(verbosity=USUAL))


def test_of_pods_that_are_gone_those_that_were_there_last_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_page, "TAILS_MAX", 4)

    async def scene(stage: Stage) -> None:
        await command(stage, ":logs scheduler")
        shown = page(stage)
        for number in range(9):
            meant = Meant([Source("default", f"p{number}", "main")], [])
            monkeypatch.setattr(shown, "find", lambda meant=meant: meant)
            await stage.wait(1_500)
        assert [source.pod for source in shown._tails] == ["p5", "p6", "p7", "p8"]

    play(scene)
