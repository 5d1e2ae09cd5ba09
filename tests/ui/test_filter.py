"""The filter language, as tables."""

from __future__ import annotations

import pytest

from tuik8s.ui.filter import BadFilter, explain, parse

ROW = {"NAME": "web-7d9f-abcde", "STATUS": "Running", "IMAGE": "nginx:1.27", "IP": "10.0.0.1"}
LABELS = {"app": "web", "env": "prod"}

MATCHING = [
    "", "   ", "web", "WEB", "running", "web running", '"web-7d9f"', "7d9f-abc",
    "/^web-.*e$/", "/RUN/", "/web|db/ running", "//",
    "name:web", "STATUS:run", "status:/^running$/", 'name:"web-7"',
    "^web", "db|web", "run+", "status:failed|running", "!status:^failed", "label:app=web",
    "nginx:1.27", "image:nginx:1.27", "!absent:text",
    "-l app=web", "-l app=web,env!=test", '-l "env in (prod, test)"', "-l app", "-l !tier",
    "-f wbabcde", "-f WEBE", "-f rnng",
    "!db", "!status:failed", "!/^db/", "!-l app=db", "!-f xyz", "!!web", '!"web run"',
    "web !db -l app=web status:run -f wab",
]  # fmt: skip

OTHERS = [
    "db", "web db", '"web running"', "/^eb/", "/var/run", "name:running", "status:/^run$/",
    "nginx:1.28", "-l app=db", "-l app=web,env=test", "-l tier", "-f edcba", "-f zz",
    "a(b", "^db|cart", "status:failed|done", "!label:app=web",
    "!web", "!-l app=web", "!-f wabc", "!name:web", "web !running", '"/web/"', '"!db"',
]  # fmt: skip

BAD = [
    ("!", 0, "! needs a term right after it"),
    ("web !", 4, "! needs a term right after it"),
    ("-l", 0, "-l needs a label selector: -l app=web"),
    ("web -f", 4, "-f needs some letters: -f ngx"),
    ('-f ""', 0, "-f needs some letters: -f ngx"),
    ('web "db', 4, "this quote is never closed"),
    ("web /a(b/", 6, "this is no regular expression: missing ), unterminated subpattern"),
    ("name:/[/", 6, "this is no regular expression: unterminated character set"),
]


@pytest.mark.parametrize("text", MATCHING)
def test_the_row_is_shown(text: str) -> None:
    assert parse(text).matches(ROW, LABELS)


@pytest.mark.parametrize("text", OTHERS)
def test_the_row_is_hidden(text: str) -> None:
    assert not parse(text).matches(ROW, LABELS)


@pytest.mark.parametrize(("text", "place", "message"), BAD)
def test_what_cannot_be_read(text: str, place: int, message: str) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(text)
    assert (caught.value.place, caught.value.message) == (place, message)


def test_terms_about_hidden_columns_hide_nothing_and_are_named() -> None:
    found = parse('web !node:node-1 ip:10 "node:x"', hidden=("NODE", "NOMINATED NODE"))
    assert found.inactive == ("NODE",)
    assert parse("node:node-9 web", hidden=("NODE",)).matches(ROW, LABELS)
    assert not parse("node:node-9 web").matches(ROW, LABELS)


def test_an_explanation_shows_the_place() -> None:
    with pytest.raises(BadFilter) as caught:
        parse("web name:[")
    assert explain("web name:[", caught.value).startswith("at 10, `ame:[`: this is no regular")


def test_a_bad_selector_says_where() -> None:
    with pytest.raises(BadFilter) as caught:
        parse("web -l =web")
    assert caught.value.place == 7
    assert caught.value.message


def test_empty_filters_are_false_and_equal_texts_are_equal() -> None:
    assert not parse("  ")
    assert parse(" web ") == parse("web")
    assert parse("web") != parse("db")
    assert str(parse(" web ")) == "web"
