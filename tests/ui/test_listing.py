"""Tables in somebody's hands: columns, sorts, marks, copies, exports, deletions by weight."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ui.stage import Stage, deployment, play
from tuik8s.ui.machine import NoMachine
from tuik8s.ui.screens.choose_columns import ChooseColumns
from tuik8s.ui.screens.listing import Listing
from tuik8s.ui.tables import Shape
from tuik8s.ui.widgets.confirm import Confirm
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.note import Note

pytestmark = pytest.mark.slow


class Desk(NoMachine):
    """A machine whose files are kept here."""

    def __init__(self, remembered: str = "") -> None:
        self.files: dict[str, str] = {}
        self.remembered = remembered

    def recall(self) -> str:
        return self.remembered

    def remember(self, text: str) -> None:
        self.remembered = text

    def write(self, name: str, text: str) -> str:
        self.files[name] = text
        return f"/here/{name}"


def listing(stage: Stage) -> Listing:
    assert isinstance(stage.app.screen, Listing)
    return stage.app.screen


def head(stage: Stage) -> str:
    return next(line for line in stage.lines if "NAME" in line)


def names(stage: Stage) -> list[str]:
    table = listing(stage).table
    return [str((table.object(uid) or {})["metadata"]["name"]) for uid in table.store.order]


def test_wide_columns_come_and_go_and_keep_filter_marks_and_cursor() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("j", "space", "k")
        cursor, marks = listing(stage).rows.cursor_uid, set(listing(stage).table.store.marks)
        assert " NODE" not in head(stage)
        await stage.press("ctrl+w")
        assert " NODE" in head(stage)
        assert listing(stage).rows.cursor_uid == cursor
        assert listing(stage).table.store.marks == marks
        assert len(marks) == 1
        assert "1 marked" in stage.status
        await stage.press("ctrl+w")
        assert " NODE" not in head(stage)

    play(scene)


def test_a_filter_about_a_hidden_column_says_that_it_is_ignored() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type("/node:node-1")
        assert "NODE not shown" in stage.text
        await stage.press("enter")
        assert "pods(all) 3" in stage.status
        await stage.press("ctrl+w")
        assert "pods(all) 1/3" in stage.status
        assert "not shown" not in stage.status

    play(scene)


def test_label_columns_and_the_columns_dialog() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command("cols +app -AGE") == ""
        await stage.wait()
        assert "APP" in head(stage)
        assert "AGE" not in head(stage)
        assert sum(line.endswith("  web") for line in stage.lines) == 3
        assert "+COLUMN" in stage.app.run_command("cols app")
        assert stage.app.run_command("cols reset") == ""
        await stage.press("f2")
        assert isinstance(stage.app.screen, ChooseColumns)
        assert "label app" in stage.text
        await stage.press("space", "enter")
        assert "NAMESPACE" not in head(stage)
        await stage.press("f2", "space", "escape")
        assert "NAMESPACE" not in head(stage)

    play(scene)


def test_sorts_by_letters_by_a_picked_column_and_by_a_click() -> None:
    async def scene(stage: Stage) -> None:
        store = listing(stage).table.store
        await stage.press("N")
        assert "NAME ▲" in head(stage)
        await stage.press("N")
        assert "NAME ▼" in head(stage)
        assert names(stage) == sorted(names(stage), reverse=True)
        await stage.press("shift+right", "shift+right")
        assert "›STATUS" in head(stage)
        await stage.press("O")
        assert store.columns[store.sort_column].name == "STATUS"
        await stage.pilot.click(LiveTable, offset=(5, 0))
        await stage.wait()
        assert "NAMESPACE ▲" in head(stage)
        await stage.press("U")
        assert "show no column UP-TO-DATE" in stage.toasts

    play(scene)


def test_marks_are_copied_and_exported() -> None:
    desk = Desk()
    copied: list[str] = []

    async def scene(stage: Stage) -> None:
        stage.app.machine = desk
        stage.app.copy_to_clipboard = copied.append  # type: ignore[assignment]
        await stage.press("c")
        await stage.press("space", "G", "v", "c")
        assert copied[0] in names(stage)
        assert sorted(copied[1].split()) == names(stage)
        await stage.press("Y")
        rows = json.loads(copied[2])
        assert [row["NAME"] for row in rows] == names(stage)
        assert "copied 3 rows as JSON" in stage.toasts
        assert stage.app.run_command("export csv pods.csv") == ""
        assert desk.files["pods.csv"].splitlines()[0].startswith("NAMESPACE,NAME,READY")
        assert len(desk.files["pods.csv"].splitlines()) == 4
        await stage.press("ctrl+s")
        kinds = sorted(name.rpartition(".")[2] for name in desk.files)
        assert kinds == ["csv", "csv", "json", "svg", "txt"]
        assert "csv, json, txt, svg" in stage.app.run_command("export pdf x")
        await stage.press("escape")
        assert not listing(stage).table.store.marks

    play(scene)


def test_the_next_match_is_found_after_the_filter_is_gone() -> None:
    async def scene(stage: Stage) -> None:
        last = names(stage)[-1]
        await stage.type("/" + last[-5:])
        await stage.press("enter", "escape", "g", "n")
        obj = listing(stage).selected()
        assert obj is not None
        assert obj["metadata"]["name"] == last

    play(scene)


def test_a_followed_object_keeps_the_cursor_and_is_told_when_it_goes() -> None:
    async def scene(stage: Stage) -> None:
        followed = listing(stage).rows.cursor_uid
        await stage.press("f")
        assert "following" in stage.status
        await stage.press("N", "N", "A", "A")
        assert listing(stage).rows.cursor_uid == followed
        assert "»" in stage.text
        await stage.press("ctrl+k")
        await stage.wait(40_000)
        assert "what was followed is gone" in stage.toasts
        assert "following" not in stage.status

    play(scene)


def test_an_empty_table_says_what_to_do() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type("/zebra")
        await stage.press("enter")
        assert "none of the pods matches /zebra" in stage.text
        assert stage.app.run_command("cm kube-system /zebra") == ""
        await stage.wait()
        assert stage.app.run_command("jobs all") == ""
        await stage.wait()
        assert "no jobs yet   (kubectl apply" in stage.text
        assert stage.app.run_command("ns default") == ""
        await stage.wait()
        assert "no jobs in namespace default   (0 shows" in stage.text

    play(scene)


def test_the_grammar_is_shown_where_a_term_begins() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", "question_mark")
        assert isinstance(stage.app.screen, Note)
        assert "column:regex" in stage.text
        await stage.press("x")
        await stage.press("w", "question_mark", "enter")
        assert stage.status.endswith("/w?")

    play(scene)


@pytest.mark.parametrize(
    ("place", "keys", "weight"),
    [
        ("pods", (), 0),
        ("pods", ("space", "space"), 1),
        ("pods", ("space", "G", "v"), 2),
        ("deploy", (), 1),
        ("ns", (), 2),
    ],
)
def test_a_deletion_asks_by_its_weight(place: str, keys: tuple[str, ...], weight: int) -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command(place) == ""
        await stage.wait()
        before = names(stage)
        await stage.press(*keys, "delete")
        asked = isinstance(stage.app.screen, Confirm)
        assert asked == bool(weight)
        if not weight:
            assert "kubectl delete pods" in stage.toasts
            return
        assert "kubectl delete" in stage.text
        await stage.press("enter", "y")
        assert isinstance(stage.app.screen, Confirm) == (weight == 2)
        if weight == 2:
            await stage.press("escape")
            await stage.wait(3_000)
            assert names(stage) == before

    play(scene)


def test_everything_goes_when_its_name_is_typed() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("configmaps", config_map("a"))
        stage.create("configmaps", config_map("b"))
        assert stage.app.run_command("cm default") == ""
        await stage.wait()
        await stage.press("g", "space", "G", "v", "delete")
        assert "type configmaps and Enter" in stage.text
        await stage.type("configmaps")
        await stage.press("enter")
        await stage.wait(2_000)
        assert not {"a", "b"} & set(names(stage))

    play(scene)


def config_map(name: str) -> dict[str, Any]:
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {}}


def test_always_asking_is_a_setting() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.run_command("set confirm=always") == ""
        await stage.press("delete")
        assert isinstance(stage.app.screen, Confirm)
        await stage.press("n")
        assert "confirm is one of" in stage.app.run_command("set confirm=maybe")

    play(scene)


def test_delete_by_name_reaches_what_the_filter_hides() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("deployments.apps", deployment("other", 1))
        assert stage.app.run_command("deploy /web") == ""
        await stage.wait()
        assert names(stage) == ["web"]
        assert "no deployments named 'x'" in stage.app.run_command("delete x")
        assert stage.app.run_command("delete other") == ""
        await stage.wait()
        await stage.press("y")
        await stage.wait(3_000)
        assert stage.feed.get("deployments.apps", "default", "other") is None

    play(scene)


def test_views_are_there_again_next_time() -> None:
    desk = Desk()

    async def first(stage: Stage) -> None:
        stage.app.machine = desk
        for command in ("ns default", "deploy /web", "cols +app", "sort AGE desc"):
            assert stage.app.run_command(command) == ""
            await stage.wait()
        stage.app.remember()

    async def second(stage: Stage) -> None:
        assert "deployments(default) 1  /web" in stage.status
        assert "APP" in head(stage)
        assert "AGE ▼" in head(stage)
        assert stage.app.memory.history[-1] == "sort AGE desc"

    play(first)
    stage = Stage()
    stage.app = type(stage.app)(stage.feed, "test", list, Desk(desk.remembered))
    play(second, stage=stage)


def test_read_only_greys_what_changes_and_says_why() -> None:
    async def scene(stage: Stage) -> None:
        stage.feed.read_only = "started with --read-only"
        for key in ("delete", "ctrl+k", "s", "e", "exclamation_mark"):
            await stage.press(key)
            assert isinstance(stage.app.screen, Listing)
        assert "Delete: started with --read-only" in stage.toasts
        assert "Chaos: started with --read-only" in stage.toasts
        assert "read-only" in stage.app.run_command("chaos")
        assert "read-only" in stage.app.run_command("delete x")
        assert "test (read-only)" in stage.status
        await stage.press("question_mark", *"delete")
        assert "not now: started with --read-only" in stage.text

    play(scene)


def test_the_last_match_before_and_the_name_where_nothing_was_searched() -> None:
    async def scene(stage: Stage) -> None:
        table = stage.app.screen.query_one(LiveTable)
        order = list(table.store.order) if table.store is not None else []
        await stage.press("N")
        assert "NAME ▲" in stage.text
        await stage.press("/", *"web", "enter", "escape")
        await stage.press("g", "n")
        assert table.cursor_uid == order[1]
        await stage.press("N")
        assert table.cursor_uid == order[0]
        await stage.press("N")
        assert table.cursor_uid == order[-1], "it goes round"

    play(scene)


def test_o_goes_to_the_node_and_j_to_the_owner() -> None:
    async def scene(stage: Stage) -> None:
        selected = listing(stage).selected()
        assert selected is not None
        await stage.press("J")
        assert "replicasets(all)" in stage.status
        await stage.press("J")
        assert "deployments(all)" in stage.status
        await stage.press("J")
        assert "nobody owns deployment" in stage.toasts
        await stage.press("o")
        assert "is on no node" in stage.toasts
        await stage.type(":po")
        await stage.press("enter")
        await stage.press("o")
        assert "nodes 3" in stage.status
        row = next(line for line in stage.lines if line.startswith("▸"))
        assert selected["spec"]["nodeName"] in row

    play(scene)


def test_rows_that_nobody_looks_at_are_made_in_quiet_moments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tuik8s.ui.tables.MANY", 0)
    monkeypatch.setattr("tuik8s.ui.tables.MADE_AT_ONCE", 5)

    async def scene(stage: Stage) -> None:
        stage.create("deployments.apps", deployment("many", 60))
        await stage.wait(4_000)
        screen = listing(stage)
        await stage.press("0")
        screen.table.set_shape(Shape(labels=("app",)), stage.feed.now_ms())
        screen.rows.set_store(screen.table.store)
        store = screen.table.store
        stage.app.show_newest()
        assert screen.goes_on()
        assert 0 < store.unmade < len(store.order)
        while screen.goes_on():
            before = store.unmade
            stage.app.show_newest()
            assert store.unmade < before
        assert "many" in stage.text

    play(scene)
