"""Lines and what is made of them: wrapped, searched, compared; tables of cases."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.app import App, ComposeResult

from tuik8s.ui.describe import described, yaml_lines
from tuik8s.ui.diff import counted, diff_lines, field_lines
from tuik8s.ui.lines import Line, highlighted, line, matching, printable, text_of, wrapped
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.widgets.page import Page

TWO: Line = (Cell("abc", "dim"), Cell("defgh"))


@pytest.mark.parametrize(
    ("found", "width", "expected"),
    [
        (TWO, 8, ["abcdefgh"]),
        (TWO, 5, ["abcde", "fgh"]),
        (TWO, 2, ["ab", "cd", "ef", "gh"]),
        (TWO, 0, ["abcdefgh"]),
        (line("日本語"), 4, ["日本", "語"]),
        (line("日本語"), 1, ["", "日本語"]),
        (line(""), 4, [""]),
    ],
)
def test_wrapped(found: Line, width: int, expected: list[str]) -> None:
    assert [text_of(piece) for piece in wrapped(found, width)] == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("CD", [("ab", "dim"), ("c", "found"), ("d", "found"), ("efgh", "")]),
        ("abc", [("abc", "found"), ("defgh", "")]),
        ("h", [("abc", "dim"), ("defg", ""), ("h", "found")]),
        ("x", [("abc", "dim"), ("defgh", "")]),
        ("", [("abc", "dim"), ("defgh", "")]),
    ],
)
def test_highlighted(word: str, expected: list[tuple[str, str]]) -> None:
    assert [tuple(cell) for cell in highlighted(TWO, word)] == expected


def test_matching_does_not_mind_case_or_cells() -> None:
    assert matching([TWO, line("x"), line("BCD")], "bcd") == [0, 2]
    assert matching([TWO], "") == []


def an_object(**spec: Any) -> Any:
    return {"kind": "Pod", "metadata": {"name": "p", "resourceVersion": "1"}, "spec": spec}


def test_fields_that_differ_are_listed_with_both_values() -> None:
    lines = field_lines(an_object(a=1, gone="x"), an_object(a=2, now={"b": 1}))
    assert [text_of(each) for each in lines] == [
        "spec.a  1 → 2",
        "spec.gone  x → <unset>",
        'spec.now  <unset> → {"b": 1}',
    ]


def test_a_diff_has_context_and_leaves_the_resource_version_out() -> None:
    old = an_object(**{f"k{i:02}": i for i in range(20)})
    new = an_object(**{f"k{i:02}": i if i != 9 else 99 for i in range(20)})
    new["metadata"]["resourceVersion"] = "2"
    lines = diff_lines(old, new)
    assert [text_of(each) for each in lines if each[0].style] == [text_of(each) for each in lines]
    assert counted(lines) == "+1 -1"
    assert len(lines) == 8
    assert text_of(diff_lines(old, old)[0]) == "Nothing that is shown differs."
    assert counted(diff_lines(None, old)) == "+24 -0"


def test_yaml_has_its_keys_in_colour_and_folds_managed_fields() -> None:
    obj = {"kind": "Pod", "metadata": {"name": "p", "managedFields": [{"manager": "me"}]}}
    folded = [text_of(each) for each in yaml_lines(obj)]
    assert folded[1:3] == ["metadata:", "  managedFields: (1 managers, m unfolds them)"]
    whole = [text_of(each) for each in yaml_lines(obj, unfolded=True)]
    assert "  - manager: me" in whole
    assert yaml_lines(obj)[0] == (Cell("kind:", "accent"), Cell(" Pod"))


def test_an_object_that_occurs_twice_is_written_twice() -> None:
    same = {"a": 1}
    text = "\n".join(text_of(each) for each in yaml_lines(an_object(x=same, y=same)))
    assert "&id" not in text
    assert text.count("a: 1") == 2


def test_warnings_of_a_description_stand_out() -> None:
    lines = described("Name: x\n  Warning  Failed  no: way\nSpec:")
    assert [each[0].style for each in lines] == ["accent", "warn", "head"]


def test_no_text_drives_the_terminal() -> None:
    plain = (Cell("Ready", "ok"), Cell(" é ✗"))
    assert printable(plain) is plain
    safe = printable((Cell("\x1b]52;c;aGk=\x07", "bad"), Cell("a\r\nb")))
    assert [cell.style for cell in safe] == ["bad", ""]
    assert text_of(safe) == "\\x1b]52;c;aGk=\\x07a\\r\\nb"


def test_a_page_lets_no_control_characters_through() -> None:
    class Window(App[None]):
        def compose(self) -> ComposeResult:
            yield Page()

    async def run() -> None:
        app = Window()
        async with app.run_test(size=(40, 5)) as pilot:
            app.query_one(Page).set_lines([line("said \x1b[2J then")])
            await pilot.pause()
            strips = app.screen._compositor.render_strips()
            drawn = "".join(segment.text for strip in strips for segment in strip)
            assert "said \\x1b[2J then" in drawn
            assert "\x1b" not in drawn

    asyncio.run(run())
