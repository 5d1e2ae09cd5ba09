"""The settings file, the memory, the keymap, blasts, exports and edits: pure, case by case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import builtin
from tuik8s.ui.ascii import ascii_of
from tuik8s.ui.blast import Blast, blast_of
from tuik8s.ui.export import as_csv, as_json, exported
from tuik8s.ui.keys import binding_ids, catalog, key_name, printed, unknown_keys
from tuik8s.ui.memory import HISTORY_MAX, Memory, View, memory_from
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.changes import delete_commands, edited
from tuik8s.ui.settings import PRESETS, Settings, settings_from

IDS = ("rows.describe", "rows.delete", "table.page")

FILE = """\
theme = "light"
fps = 20
confirm = "always"
preset = "k9s"
ascii = true

[keys]
"rows.describe" = "d, enter"
"""


def test_a_settings_file_is_read() -> None:
    found, warnings = settings_from(FILE, IDS)
    assert warnings == []
    assert (found.theme, found.fps, found.confirm, found.ascii) == (
        "tuik8s-light", 20, "always", True,
    )  # fmt: skip
    assert found.keymap == {**PRESETS["k9s"], "rows.describe": "d,enter"}


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ('\nthme = "x"', "line 2: no setting 'thme'; did you mean 'theme'?"),
        ("fps = 99", "line 1: fps is a number from 1 to 30, not 99"),
        ('theme = "pink"', "line 1: no theme 'pink'; themes: tuik8s-dark, "),
        ('confirm = "never"', "line 1: confirm is one of auto, always"),
        ('fps = "²"', "line 1: fps is a number from 1 to 30, not '²'"),
        ("keys = 5", "line 1: [keys] is a table, with lines such as"),
        ("ascii = 3", "line 1: ascii is true or false, not 3"),
        ("x = [", "this is no TOML: "),
        ('[keys]\n\nrows.descrbe = "x"', "line 3: no binding 'rows.descrbe'; did you mean 'rows."),
        ('[keys]\n"rows.delete" = 4', "line 2: rows.delete needs keys in quotes"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, warning: str) -> None:
    found, warnings = settings_from(text, IDS)
    assert len(warnings) == 1
    assert warnings[0].startswith(warning)
    assert found == Settings(keys={}) or not found.keys


def test_presets_name_bindings_that_exist() -> None:
    ids = binding_ids()
    assert not [name for preset in PRESETS.values() for name in preset if name not in ids]


def test_every_binding_has_an_id_and_one_meaning_per_place() -> None:
    assert not [(shown.place, shown.keys) for shown in catalog() if not shown.id]
    seen = [(shown.place, shown.id) for shown in catalog()]
    assert len(seen) == len(set(seen))


def test_the_keymap_is_printed_as_it_is_set() -> None:
    lines = printed({"rows.describe": "D"}).splitlines()
    [line] = [line for line in lines if " rows.describe " in line]
    assert line.split() == ["rows.describe", "D", "Describe"]


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("ctrl+k,delete", "Ctrl+K Del"), ("slash", "/"), ("shift+left", "Shift+←"), ("G", "G"),
        ("f2", "F2"), ("f", "f"), ("left_square_bracket", "["),
    ],
)  # fmt: skip
def test_keys_are_named_as_on_the_keyboard(keys: str, shown: str) -> None:
    assert key_name(keys) == shown


def test_memory_is_read_back_and_nonsense_is_forgotten() -> None:
    memory = Memory(place="deploy", namespace="shop", views={"pods": View(filter="web", wide=True)})
    for number in range(HISTORY_MAX + 5):
        memory.note_command(f"pods /{number}")
    memory.note_command("pods /50")
    found = memory_from(memory.to_json())
    assert found == memory
    assert found.history[-1] == "pods /50"
    assert len(found.history) == HISTORY_MAX
    for text in ("", "{", "[]", '{"views": 3}'):
        assert memory_from(text) == Memory()


def kind(name: str) -> Kind:
    return next(kind for kind in builtin().all() if kind.resource == name)


def thing(name: str, owner: str = "", **fields: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"name": name, "uid": f"uid-{name}", "namespace": "ns"}
    if owner:
        meta["ownerReferences"] = [{"uid": f"uid-{owner}"}]
    return {"metadata": meta, "spec": {}, **fields}


WORLD: dict[str, list[dict[str, Any]]] = {
    "replicasets.apps": [thing("rs", "web")],
    "pods": [
        thing("p1", "rs", spec={"nodeName": "n1"}),
        thing("p2", "rs", spec={"nodeName": "n1"}),
        thing("lone", spec={"nodeName": "n2"}),
    ],
}


@pytest.mark.parametrize(
    ("resource", "targets", "total", "expected"),
    [
        ("pods", ["p1"], 3, Blast(0, "1 pod")),
        ("pods", ["p1", "p2"], 3, Blast(1, "2 pods")),
        ("pods", ["p1", "p2", "lone"], 3, Blast(2, "3 pods: all that are here", "pods")),
        ("pods", ["p1"], 1, Blast(0, "1 pod")),
        ("deployments.apps", ["web"], 1, Blast(1, "1 deployment, 1 replicaset, 2 pods")),
        ("nodes", ["n1"], 3, Blast(1, "1 node, 2 pods")),
        ("namespaces", ["ns"], 9, Blast(2, "1 namespace, 3 pods: everything inside is deleted",
                                        "ns")),
    ],
)  # fmt: skip
def test_what_a_deletion_takes_along(
    resource: str, targets: list[str], total: int, expected: Blast
) -> None:
    objects = [thing(name) for name in targets]
    found = blast_of(kind(resource), objects, total, lambda name: WORLD.get(name, []))
    assert found == expected


def test_rows_are_exported_as_they_are_shown() -> None:
    store = RowStore((ColumnSpec("NAME"), ColumnSpec("NOTE")))
    for name, note in (("b", 'a "quoted", text'), ("a", "")):
        store.put(name, (Cell(name), Cell(note)), (name, note), "", 0)
    rows = [{"NAME": "a", "NOTE": ""}, {"NAME": "b", "NOTE": 'a "quoted", text'}]
    assert json.loads(exported(store, "json")) == rows
    assert exported(store, "csv") == 'NAME,NOTE\na,\nb,"a ""quoted"", text"\n'
    assert json.loads(as_json(rows[:1])) == rows[0]
    assert as_csv(["NAME"], []) == "NAME\n"


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ("metadata: {name: p, namespace: ns}\nx: 1", "nothing was changed"),
        ("metadata: {name: p, namespace: ns}\nx: 2", ""),
        ("metadata: {name: q, namespace: ns}", "not written: metadata.name cannot be changed"),
        ("metadata: [", "not written, this is no YAML: "),
        ("- 1", "not written: an object has metadata"),
        ("metadata: {name: p, namespace: ns}\nx: 2026-13-45", ""),
        ("metadata: " + "[" * 3000, "not written, this is no YAML: "),
    ],
)
def test_what_was_edited_is_checked(after: str, why: str) -> None:
    before = "metadata: {name: p, namespace: ns}\nx: 1\n"
    obj = {"metadata": {"name": "p", "namespace": "ns"}}
    wanted, said = edited(before, after, obj)
    assert said.startswith(why)
    assert (wanted is None) == bool(why)
    assert bool(said) == bool(why)


def test_what_was_edited_is_read_as_the_api_server_reads_it() -> None:
    obj = {"metadata": {"name": "p"}}
    wanted, _ = edited("", f"metadata: {{name: p}}\n1: 2026-01-01\nx: {10**30}", obj)
    assert wanted is not None
    assert wanted["1"] == "2026-01-01"
    assert isinstance(wanted["x"], float)


def test_kill_says_so_to_kubectl() -> None:
    same = delete_commands("pods", [thing("p")], now=True)
    assert same == "kubectl delete pods p -n ns --grace-period=0 --force"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain", "plain"), ("● ▲ …", "o ^ ~"), ("╭─╮", "+-+"), ("日x", "??x"), ("▃", "#")],
)
def test_everything_has_an_ascii_form_of_its_width(text: str, shown: str) -> None:
    assert ascii_of(text) == shown


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ("d,enter,ctrl+f,shift+tab,?,+,left_square_bracket,f24,super+x", []),
        ("enterr", ["rows.yaml: no key 'enterr'; did you mean 'enter'?"]),
        ("d,ctrl+", ["rows.yaml: no key 'ctrl+'"]),
        ("control+d", ["rows.yaml: no key 'control+d'; modifiers: alt, ctrl, hyper, meta, "]),
    ],
)
def test_keys_that_no_terminal_sends_are_told(keys: str, wrong: list[str]) -> None:
    found = unknown_keys({"rows.yaml": keys})
    assert len(found) == len(wrong)
    assert all(text.startswith(start) for text, start in zip(found, wrong, strict=True))


def test_all_our_own_keys_are_known() -> None:
    assert unknown_keys({f"{n}": shown.keys for n, shown in enumerate(catalog())}) == []
