"""RowStore beside a naive model that filters and sorts everything each time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuik8s.ui.filter import Filter, parse
from tuik8s.ui.rowsource import Made
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore, comparable, escaped

COLUMNS = (ColumnSpec("NAME"), ColumnSpec("N", "right"))
FILTERS = (None, parse("a"), parse("!b"), parse("n:1"), parse("-l app=a"))


class Naive:
    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, Any, str]] = {}
        self.filter: Filter | None = None
        self.sort = (0, False)

    def order(self) -> list[str]:
        column, descending = self.sort
        shown = [
            ((*comparable((text, number)[column]), uid), uid)
            for uid, (text, number, label) in self.rows.items()
            if not self.filter
            or self.filter.matches({"NAME": text, "N": str(number)}, {"app": label})
        ]
        return [uid for _, uid in sorted(shown, reverse=descending)]

    def widths(self) -> tuple[int, ...]:
        names = [len(text) for text, _, _ in self.rows.values()]
        numbers = [len(str(number)) for _, number, _ in self.rows.values()]
        return max([6, *names]), max([3, *numbers])


uids = st.sampled_from("abcdefgh")
texts = st.text("ab\n", max_size=9)
puts = st.tuples(st.just("put"), uids, texts, st.none() | st.integers(0, 9999) | texts)
steps = st.one_of(
    puts,
    puts,
    st.tuples(st.just("remove"), uids),
    st.tuples(st.just("filter"), st.sampled_from(FILTERS)),
    st.tuples(st.just("sort"), st.integers(0, 1), st.booleans()),
    st.tuples(st.just("freeze"), st.booleans()),
)


def apply(step: tuple[Any, ...], store: RowStore, naive: Naive) -> None:
    match step:
        case "put", uid, raw, number:
            text, label = escaped(raw), raw[:1]
            number = escaped(number) if isinstance(number, str) else number
            cells = (Cell(raw), Cell(str(number)))
            store.put(uid, cells, (text, number), "", 0, labels={"app": label})
            naive.rows[uid] = (text, number, label)
        case "remove", uid:
            store.remove(uid)
            naive.rows.pop(uid, None)
        case "filter", wanted:
            store.set_filter(wanted)
            naive.filter = wanted
        case "sort", column, descending:
            store.set_sort(column, descending)
            naive.sort = (column, descending)
        case "freeze", value:
            store.frozen = value


@pytest.mark.slow
@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(steps, max_size=40))
def test_any_history_ends_like_a_fresh_look(history: list[tuple[Any, ...]]) -> None:
    store, naive = RowStore(COLUMNS), Naive()
    for step in history:
        before, generation, frozen = list(store.order), store.generation, store.frozen
        apply(step, store, naive)
        if store.frozen and frozen:
            assert store.order == before
        if not store.frozen:
            assert store.order == naive.order()
            assert store.widths == naive.widths()
        assert store.generation > generation or store.order == before
        assert [store.index_of(uid) for uid in store.order] == list(range(len(store.order)))
        assert all(store.find(uid) for uid in store.order)
    store.frozen = False
    assert store.order == naive.order()
    assert store.counts == (len(naive.rows), len(naive.order()))


class Source:
    """Makes rows from a table of (name, number, label); counts how many."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, Any, str]] = {}
        self.made: list[str] = []

    def make(self, uid: str) -> Made:
        self.made.append(uid)
        text, number, label = self.rows[uid]
        return Made((Cell(text), Cell(str(number))), (text, number), "", {"app": label})

    def sort_key(self, uid: str, column: int) -> Any:
        return self.rows[uid][column]

    def matches(self, uid: str, wanted: Filter) -> bool:
        text, number, label = self.rows[uid]
        return wanted.matches({"NAME": text, "N": str(number)}, {"app": label})


many = st.tuples(
    st.just("later"),
    st.dictionaries(uids, st.tuples(texts, st.none() | st.integers(0, 9999) | texts)),
    st.sets(uids),
)
looks = st.one_of(st.tuples(st.just("get"), uids), st.tuples(st.just("some"), st.integers(0, 3)))


@pytest.mark.slow
@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(st.one_of(steps, many, looks), max_size=40))
def test_rows_that_are_made_later_end_like_a_fresh_look(history: list[tuple[Any, ...]]) -> None:
    source, naive = Source(), Naive()
    store = RowStore(COLUMNS, source)
    for step in history:
        match step:
            case "later", rows, gone:
                if store.frozen:
                    continue
                for uid in gone:
                    naive.rows.pop(uid, None)
                for uid, (text, number) in rows.items():
                    number = escaped(number) if isinstance(number, str) else number
                    source.rows[uid] = naive.rows[uid] = (escaped(text), number, text[:1])
                keys = {uid: source.sort_key(uid, store.sort_column) for uid in rows}
                store.put_later(keys, gone, 0)
            case "get", uid:
                row = store.find(uid)
                assert row is None or store.frozen or row.cells[0].text == naive.rows[uid][0]
            case "some", count:
                store.make_some(count)
            case _:
                apply(step, store, naive)
        if not store.frozen:
            assert store.order == naive.order()
            assert store.counts == (len(naive.rows), len(naive.order()))
        assert [store.index_of(uid) for uid in store.order] == list(range(len(store.order)))
    store.frozen = False
    for uid in store.order:
        assert store.get(uid).cells[0].text == naive.rows[uid][0]
    store.make_some(len(naive.rows))
    assert store.order == naive.order()
    assert store.widths == naive.widths()


def later(source: Source, *names: str) -> dict[str, Any]:
    """Rows of these names; their keys."""
    source.rows |= {name: (name, len(name), "") for name in names}
    return {name: name for name in names}


def test_only_rows_that_are_looked_at_are_made() -> None:
    source = Source()
    store = RowStore(COLUMNS, source)
    store.put_later(later(source, "c", "a", "b"), (), 5)
    assert (store.order, store.counts, store.unmade, source.made) == (list("abc"), (3, 3), 3, [])
    assert store.get("b").cells[0].text == "b"
    assert store.get("b").changed_at_ms == 5
    assert source.made == ["b"]
    store.make_some(9)
    assert (store.unmade, len(source.made)) == (0, 3)


def test_a_row_that_is_made_later_is_compared_with_the_one_before() -> None:
    source = Source()
    store = RowStore(COLUMNS, source)
    store.put_later(later(source, "same", "other"), (), 1)
    store.make_some(2)
    version = store.get("same").version
    source.rows["other"] = ("other", 0, "")
    store.put_later({"same": "same", "other": "other"}, (), 9)
    assert (store.get("same").version, store.get("same").changed_at_ms) == (version, 1)
    assert store.get("other").changed_at_ms == 9


def test_columns_do_not_move_while_rows_are_made_out_of_sight() -> None:
    source = Source()
    store = RowStore(COLUMNS, source)
    store.put_later(later(source, "a" * 8, "b" * 30, "c" * 20), (), 0)
    store.get("a" * 8)
    assert store.widths == (8, 3)
    store.make_some(1)
    assert store.widths == (8, 3)
    store.make_some(1)
    assert store.widths == (30, 3)


def test_what_is_in_sight_is_measured_whoever_made_it() -> None:
    source = Source()
    store = RowStore(COLUMNS, source)
    store.put_later(later(source, "a" * 8, "b" * 30), (), 0)
    store.make_some(1)
    generation = store.generation
    assert store.get("a" * 8).version
    assert (store.widths, store.unmade) == ((8, 3), 1)
    assert store.generation > generation


def put(store: RowStore, uid: str, text: str, key: Any = "k", now_ms: int = 0) -> None:
    store.put(uid, (Cell(text), Cell("1", "ok")), (key, 1), "ok", now_ms)


def test_the_same_row_again_changes_nothing() -> None:
    store = RowStore(COLUMNS)
    put(store, "u", "x")
    generation, row = store.generation, store.get("u")
    put(store, "u", "x", now_ms=5)
    assert (store.generation, store.get("u")) == (generation, row)


def test_an_age_that_grows_is_redrawn_but_is_no_change() -> None:
    store = RowStore(COLUMNS)
    put(store, "u", "1s", now_ms=1)
    first = store.get("u")
    put(store, "u", "2s", now_ms=1000)
    assert store.get("u").version > first.version
    assert store.get("u").changed_at_ms == 1
    put(store, "u", "2s", key="other", now_ms=2000)
    assert store.get("u").changed_at_ms == 2000


def test_versions_differ_between_stores() -> None:
    one, other = RowStore(COLUMNS), RowStore(COLUMNS)
    put(one, "u", "x")
    put(other, "u", "y")
    assert one.get("u").version != other.get("u").version


def test_a_removed_row_stays_in_sight_while_frozen() -> None:
    store = RowStore(COLUMNS)
    put(store, "u", "x")
    store.toggle_mark("u")
    store.frozen = True
    store.remove("u")
    assert store.get("u").cells[0].text == "x"
    assert (store.counts, store.marks) == ((0, 1), set())
    store.frozen = False
    assert (store.find("u"), store.counts) == (None, (0, 0))


def test_widths_are_limited_unless_wide_and_count_terminal_cells() -> None:
    store = RowStore((ColumnSpec("A"), ColumnSpec("B", wide=True), ColumnSpec("C")))
    store.put("u", (Cell("x" * 99), Cell("x" * 99), Cell("日本語")), (), "", 0)
    assert store.widths == (60, 99, 6)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("\u202eevil\u200b", "\\u202eevil\\u200b"),
        ("\ud800", "\\ud800"),
        ("日本[/b]", "日本[/b]"),
    ],
)
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_keys_of_any_kind_have_an_order() -> None:
    keys = [None, "b", 2, (1, None), float("nan"), 1.5, "a", True]
    ordered = sorted(keys, key=comparable)
    assert ordered[:6] == [True, 1.5, 2, "a", "b", (1, None)]


def test_a_sort_asked_for_while_frozen_waits_and_the_order_stays_known() -> None:
    store = RowStore((ColumnSpec("NAME"), ColumnSpec("NUMBER")))
    for number, name in enumerate(("a", "b", "c")):
        store.put(name, (Cell(name), Cell(str(number))), (name, -number), "", 0)
    store.frozen = True
    store.set_sort(0, True)
    assert [store.index_of(uid) for uid in store.order] == [0, 1, 2]
    store.frozen = False
    assert store.order == ["c", "b", "a"]
    assert [store.index_of(uid) for uid in store.order] == [0, 1, 2]
