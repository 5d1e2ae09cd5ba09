"""What is on a screen has a text form: files of `:export`, the answers of `--plain`."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.ui.places import SCREENS, furnished, go, wide_pod
from tests.ui.stage import Stage, play
from tuik8s.cli.ui_plain import ALWAYS, _converse
from tuik8s.ui.export import FORMATS, lines_exported, table_text
from tuik8s.ui.machine import NoMachine
from tuik8s.ui.plain import COMPARING, OF_ONE, PlainReader
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.registry import SCREENS as ALL_SCREENS
from tuik8s.ui.screens.text import PageScreen


class Disk(NoMachine):
    """Keeps what is written."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def write(self, name: str, text: str) -> str:
        self.files[name] = text
        return name


def test_a_table_as_text_is_whole_and_aligned() -> None:
    store = RowStore((ColumnSpec("NAME"), ColumnSpec("WHAT")))
    store.put("1", (Cell("a"), Cell("x" * 100)), ("a", ""), "", 0)
    store.put("2", (Cell("漢字"), Cell("y\x1b[2J")), ("b", ""), "", 0)
    store.toggle_mark("2")
    assert table_text(store).split("\n") == [
        "  NAME  WHAT",
        "  a     " + "x" * 100,
        "* 漢字  y\\x1b[2J",
    ]


def test_lines_of_a_page_as_data() -> None:
    assert lines_exported(["a,b", "c"], "csv") == 'LINE\n"a,b"\nc\n'
    assert json.loads(lines_exported(["a", "b"], "json")) == ["a", "b"]


@pytest.mark.slow
def test_every_screen_is_exported_in_every_form() -> None:
    async def scene(stage: Stage) -> None:
        disk = stage.app.machine = Disk()
        for place, steps in SCREENS.items():
            await go(stage, steps)
            screen = stage.app.screen
            assert isinstance(screen, DashboardScreen)
            disk.files.clear()
            for style in FORMATS:
                assert stage.app.run_command(f"export {style} x.{style}") == "", place
            title = screen.title_line()
            assert disk.files["x.txt"].startswith(title), place
            assert len(disk.files["x.txt"].splitlines()) > 1, place
            assert len(list(csv.reader(io.StringIO(disk.files["x.csv"])))) >= 1, place
            assert json.loads(disk.files["x.json"]) is not None, place
            assert disk.files["x.svg"].startswith("<svg"), place

    play(scene, stage=furnished())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("pods", lambda data: data[0]["STATUS"] == "Running"),
        ("yaml", lambda data: data["kind"] == "Pod"),
        ("describe", lambda data: data["kind"] == "Pod"),
        ("decision", lambda data: data["node"] == "" and "refused" in str(data).lower()),
        ("why", lambda data: any("made it so" in line for line in data)),
    ],
)
def test_as_json_a_screen_is_what_it_is_about(place: str, found: Any) -> None:
    async def scene(stage: Stage) -> None:
        disk = stage.app.machine = Disk()
        await go(stage, SCREENS[place])
        await stage.wait(3_000)
        assert stage.app.run_command("export json x") == ""
        assert found(json.loads(disk.files["x"]))

    play(scene, stage=furnished())


@pytest.mark.slow
def test_ctrl_s_saves_every_form() -> None:
    async def scene(stage: Stage) -> None:
        disk = stage.app.machine = Disk()
        await go(stage, SCREENS["why"])
        await stage.press("ctrl+s")
        assert {name.rpartition(".")[2] for name in disk.files} == set(FORMATS)

    play(scene, stage=furnished())


@pytest.mark.slow
def test_plain_answers_with_every_screen_of_an_object_and_at_other_moments() -> None:
    async def scene(stage: Stage) -> None:
        reader = PlainReader(stage.app)
        await stage.wait()

        pods = reader.answer("pods")
        assert pods is not None
        for word in OF_ONE:
            if word == "routes":
                assert reader.answer(f"{word} wide") == [
                    "routes are of a Service or a node, not of pods; :routes shows all"
                ]
                continue
            assert reader.answer(f"{word} wide") is None
            await stage.wait(3_000)
            screen = stage.app.screen
            assert isinstance(screen, DashboardScreen)
            assert "wide" in screen.as_text(), word
        for word in ALL_SCREENS:
            assert reader.answer(word) is None
            await stage.wait()
            assert type(stage.app.screen).__name__.lower().startswith(word[:4])
        assert reader.answer("bookmarks") == ["no bookmarks yet; m in the dashboard sets one"]
        assert stage.app.set_bookmark("calm") == ""
        stage.create("pods", {**wide_pod(), "metadata": {"name": "late", "namespace": "default"}})
        await stage.wait(3_000)
        assert "calm" in str(reader.answer("bookmarks"))
        for word in COMPARING:
            assert reader.answer(f"{word} calm") is None
            await stage.wait(3_000)
            await stage.wait(3_000)
            assert isinstance(stage.app.screen, PageScreen), word
            assert type(stage.app.screen).__name__.lower().startswith(word[0])
            assert "late" in stage.app.screen.as_text(), word
        assert reader.answer("why nobody") == ["no pods named 'nobody'"]
        assert reader.answer("@nonsense") != []
        assert reader.answer("@-3s") is None
        await stage.wait(2_000)
        assert stage.feed.past is not None
        assert reader.answer("\\") is None
        await stage.wait()
        assert stage.feed.past is None

    play(scene, stage=furnished())


def test_nothing_from_the_cluster_can_drive_the_terminal_of_plain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(stage: Stage) -> None:
        ready = {"type": "Ready", "status": "False", "message": "\x1b[2Jgone"}
        ghost = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "ghost"},
            "status": {"conditions": [ready]},
        }
        stage.create("nodes", ghost)
        for resource in ALWAYS:
            stage.feed.informer(resource)
        await stage.wait(1_100)
        await stage.wait(1_100)
        stage.cluster.run_ms(100)  # nobody waits for an answer any more
        out = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO("problems\n"))
        await _converse(stage.app, out)
        assert "node ghost is not ready (False): \\x1b[2Jgone" in out.getvalue()
        assert "\x1b" not in out.getvalue()

    play(scene)
