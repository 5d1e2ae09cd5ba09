"""LiveTable under Pilot: what is on which line, what is drawn again, where the cursor goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tuik8s.ui.filter import Filter, parse
from tuik8s.ui.rowsource import Made
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.widgets.heading import fit, thumb_at
from tuik8s.ui.widgets.live_table import LiveTable

pytestmark = pytest.mark.slow

COLUMNS = (ColumnSpec("NAME"), ColumnSpec("N", "right"))


class Plain(App[None]):
    def __init__(self, store: RowStore) -> None:
        super().__init__()
        self.table = LiveTable(store)
        self.selected: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        self.selected.append(event.uid)


Scene = Callable[[Plain, Pilot[None]], Awaitable[None]]


def put(store: RowStore, name: str, number: int, style: str = "", now_ms: int = -9999) -> None:
    store.put(name, (Cell(name), Cell(str(number), style)), (name, number), "", now_ms)


def rows(count: int) -> RowStore:
    store = RowStore(COLUMNS)
    for index in range(count):
        put(store, f"r{index:05}", index)
    return store


def play(scene: Scene, store: RowStore, size: tuple[int, int] = (40, 11)) -> Plain:
    async def run() -> Plain:
        app = Plain(store)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await scene(app, pilot)
        return app

    return asyncio.run(run())


def screen(table: LiveTable) -> list[str]:
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


def test_heading_rows_and_escapes_are_drawn() -> None:
    store = rows(2)
    put(store, "a\x1b[2J[b]\n", 7)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        assert screen(app.table)[:5] == [
            "   NAME ▲           N",
            "▸  a\\x1b[2J[b]\\n    7",
            "   r00000           0",
            "   r00001           1",
            "",
        ]

    play(scene, store)


def test_keys_move_the_cursor_and_scroll() -> None:
    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        for key, index in [
            ("down", 1), ("j", 2), ("up", 1), ("end", 99), ("up", 98), ("home", 0),
            ("up", 0), ("pagedown", 9), ("pagedown", 18), ("pageup", 9), ("G", 99), ("g", 0),
        ]:  # fmt: skip
            await pilot.press(key)
            assert app.table.cursor_uid == f"r{index:05}", key
            assert app.table.cursor_uid in app.table.visible_uids(), key

    play(scene, rows(100))


def test_the_cursor_stays_on_its_object_and_on_its_line() -> None:
    store = rows(100)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        table = app.table
        for _ in range(20):
            await pilot.press("down")
        line = table.visible_uids().index("r00020")
        put(store, "a-new-one", 1)
        store.remove("r00003")
        store.remove("r00004")
        table.refresh_rows(0)
        assert table.visible_uids().index("r00020") == line
        store.set_sort(1, True)
        table.refresh_rows(0)
        assert table.cursor_uid == "r00020"
        assert "r00020" in table.visible_uids()
        store.set_filter(parse("r0002"))
        table.refresh_rows(0)
        await pilot.pause()
        assert table.cursor_uid == "r00020"
        assert table.visible_uids() == [f"r{index:05}" for index in range(29, 19, -1)]

    play(scene, store)


def test_when_its_object_goes_the_cursor_takes_the_next() -> None:
    store = rows(5)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        await pilot.press("down", "down")
        store.remove("r00002")
        app.table.refresh_rows(0)
        assert app.table.cursor_uid == "r00003"
        store.set_filter(parse("absent"))
        app.table.refresh_rows(0)
        assert [app.table.cursor_uid, *app.table.visible_uids()] == [None]
        await pilot.press("down", "enter", "space")
        assert app.selected == []

    play(scene, store)


def test_enter_and_double_click_select_and_a_click_moves() -> None:
    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        await pilot.click(LiveTable, offset=(4, 3))
        assert app.table.cursor_uid == "r00002"
        assert app.selected == []
        await pilot.press("enter")
        await pilot.double_click(LiveTable, offset=(4, 5))
        await pilot.pause()
        assert app.selected == ["r00002", "r00004"]

    play(scene, rows(20))


def test_only_lines_that_differ_are_drawn_again() -> None:
    store = rows(100)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        table, drawn = app.table, []
        table.refresh_line = lambda y: drawn.append(y)  # type: ignore[method-assign]
        screen(table)
        table.refresh_rows(0)
        assert drawn == []
        put(store, "r00050", 51)
        table.refresh_rows(0)
        assert drawn == []
        put(store, "r00003", 4)
        table.refresh_rows(0)
        assert drawn == [4]

    play(scene, store)


def test_a_change_reaches_the_screen_by_itself() -> None:
    store = rows(100)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        app.table.refresh_rows(0)
        await pilot.pause(0.1)
        for number in (777, 888):
            put(store, "r00003", number)
            app.table.refresh_rows(0)
            await pilot.pause(0.1)
            assert str(number) in "".join(strip.text for strip in painted(app))
            await pilot.resize_terminal(50, number % 10 + 9)

    play(scene, store)


def painted(app: Plain) -> list[Strip]:
    """What the compositor last drew, not what the table would draw now."""
    drawn = app.table._drawn
    return [app.table._strips.kept[key] for key in drawn.values() if key[0]]


def test_a_line_that_was_drawn_before_is_the_same_strip() -> None:
    """Then Textual has its escape codes, too."""

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        before = painted(app)
        assert len(before) == 10
        await pilot.press("down", "up", "pagedown", "home")
        assert list(map(id, painted(app))) == list(map(id, before))

    play(scene, rows(100))


def test_a_line_becomes_one_strip_from_the_row_to_the_terminal() -> None:
    """As wide as what is left of the scrollbar, and filtered: nothing of it is made once more."""

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        filters = app.get_line_filters()
        assert filters
        for strip in painted(app):
            assert strip.cell_length == 38
            segments = list(strip)
            for each in filters:
                assert each.apply(segments, app.table.background_colors[1]) == segments

    play(scene, rows(100))


def test_a_row_scrolled_moves_the_scrollbar_only_when_that_can_be_seen() -> None:
    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        drawn: list[float] = []
        bar = app.table.vertical_scrollbar
        app.table.watch(bar, "position", lambda at: drawn.append(at), init=False)
        for _ in range(200):
            app.table.cursor_down()
        assert app.table.scroll_offset.y == 191
        assert drawn == []  # 50,000 rows by 11 lines of 8 steps each: 567 rows a step
        app.table.cursor_end()
        assert drawn == [app.table.max_scroll_y]

    store = rows(50_000)
    play(scene, store)


@pytest.mark.parametrize(
    ("top", "most", "height", "at"),
    [(0, 0, 0, 0), (7, 20, 10, 7), (9, 800, 10, 0), (10, 800, 10, 10), (799, 800, 10, 790),
     (800, 800, 10, 800)],
)  # fmt: skip
def test_a_thumb_stands_at_an_eighth_of_a_cell(top: int, most: int, height: int, at: int) -> None:
    assert thumb_at(top, most, height) == at


class Names:
    """A source of rows that are their uid."""

    def make(self, uid: str) -> Made:
        return Made((Cell(uid), Cell("1")), (uid, 1), "", {})

    def sort_key(self, uid: str, column: int) -> str:
        return uid

    def matches(self, uid: str, wanted: Filter) -> bool:
        return wanted.matches({"NAME": uid}, {})


def test_rows_made_out_of_sight_are_broad_enough_when_first_drawn() -> None:
    store = RowStore(COLUMNS, Names())
    names = [f"{index:012}" for index in range(100)]
    store.put_later({name: name for name in names}, (), 0)
    store.make_some(50)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        assert [line[3:15] for line in screen(app.table)[1:]] == names[:10]
        assert store.unmade == 50

    play(scene, store)


def test_a_change_is_marked_for_a_second() -> None:
    store = rows(3)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        put(store, "r00001", 7, "bad", now_ms=5000)
        for now_ms, sign in [(5000, "~"), (5999, "~"), (6000, " ")]:
            app.table.refresh_rows(now_ms)
            assert app.table.render_line(2).text[:3] == f"  {sign}", now_ms

    play(scene, store)


def test_marks_one_by_one_and_as_a_range() -> None:
    store = rows(20)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        await pilot.press("down", "space", "down", "down", "v")
        assert sorted(store.marks) == [f"r{index:05}" for index in (1, 2, 3, 4)]
        assert screen(app.table)[2].startswith(" * ")

    play(scene, store)


def test_another_sort_draws_the_heading_again() -> None:
    store = rows(1)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        screen(app.table)
        store.set_sort(0, True)
        app.table.refresh_rows(0)
        await pilot.pause()
        assert "NAME ▼" in screen(app.table)[0]

    play(scene, store)


def test_wide_rows_scroll_sideways() -> None:
    store = RowStore((ColumnSpec("A", wide=True), ColumnSpec("B")))
    store.put("u", (Cell("x" * 50), Cell("last")), ("x", "y"), "bad", -9999)

    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        assert "last" not in screen(app.table)[1]
        await pilot.press(*["right"] * 4)
        assert "last" in screen(app.table)[1]
        assert "B" in screen(app.table)[0]

    play(scene, store)


def test_another_theme_and_any_size_are_drawn() -> None:
    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        before = list(app.table.render_line(1))
        app.theme = "textual-light"
        await pilot.pause()
        assert list(app.table.render_line(1)) != before
        for size in [(20, 5), (1, 1), (300, 100), (5, 2), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.press("end", "home")
        assert app.table.cursor_uid == "r00000"

    play(scene, rows(200))


def test_fifty_thousand_rows_scroll() -> None:
    async def scene(app: Plain, pilot: Pilot[None]) -> None:
        await pilot.press("end", "pageup")
        assert app.table.cursor_uid == "r49990"
        assert len(app.table._strips.kept) < 100

    play(scene, rows(50_000))


@pytest.mark.parametrize(
    ("text", "width", "align", "shown"),
    [
        ("abc", 5, "left", "abc  "),
        ("abc", 5, "right", "  abc"),
        ("abcdef", 5, "left", "abcd…"),
        ("abcdef", 5, "right", "abcd…"),
        ("日本語", 5, "left", "日本…"),
        ("日本語", 4, "left", "日 …"),
        ("abc", 1, "left", "…"),
        ("abc", 0, "left", ""),
        ("", 2, "left", "  "),
    ],
)
def test_texts_are_fitted(text: str, width: int, align: str, shown: str) -> None:
    assert fit(text, width, align) == shown
