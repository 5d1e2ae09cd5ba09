"""The filter row: one small language for every list, and for the command line.

Terms are separated by blanks and all of them must hold. Which columns a row has is known only when
it is matched, so `image:web` is the column IMAGE where there is one, and plain text elsewhere:
`nginx:1.27` and `10.0.0.1:80` are found without quotes.

Source: the spellings `!`, `-f` and `-l` of k9s's filter row, and `column:text` of kubetui's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tuik8s.api.selectors import parse_label_selector

GRAMMAR = """\
text            any column has this text (case does not matter)
"two words"     quotes keep blanks together
/regex/         any column matches the regular expression
column:text     that column has the text; column:/regex/ works too
-l key=value    labels, as in kubectl: -l app=web,tier!=db  -l "env in (a,b)"
-f text         fuzzy: the letters occur in this order
!term           what does not match the term: !web  !status:Running  !-l app=web
Terms separated by blanks must all match."""

Columns = Mapping[str, str]
Labels = Mapping[str, str]
Predicate = Callable[[Columns, Labels], bool]


class BadFilter(ValueError):
    """A filter that cannot be read: where (offset in the text) and why."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class Filter:
    """A parsed filter; the empty text matches every row."""

    def __init__(self, text: str, predicates: tuple[Predicate, ...]) -> None:
        self.text = text
        self._predicates = predicates

    def matches(self, row_columns: Columns, labels: Labels) -> bool:
        return all(holds(row_columns, labels) for holds in self._predicates)

    def __bool__(self) -> bool:
        return bool(self._predicates)

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def parse(text: str) -> Filter:
    """Read a filter row; raises BadFilter."""
    words = _split(text)
    return Filter(text.strip(), tuple(_term(word, words) for word in words))


class _Word(NamedTuple):
    """A word, its offset in the text, and whether it began with a quote (then it is plain)."""

    text: str
    place: int
    quoted: bool = False


def _split(text: str) -> Iterator[_Word]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        start, parts = place, []
        while place < len(text) and not text[place].isspace():
            part, place = _part(text, place, start)
            parts.append(part)
        yield _Word("".join(parts), start, text[start] == '"')


def _part(text: str, place: int, start: int) -> tuple[str, int]:
    """One quoted, slashed or bare piece of a word; the two first ones may hold blanks."""
    if text[place] == '"':
        end = text.find('"', place + 1)
        if end < 0:
            raise BadFilter(place, "this quote is never closed")
        return text[place + 1 : end], end + 1
    if text[place] == "/" and (place == start or text[place - 1] in ":!"):
        end = _closing_slash(text, place)
        if end > place:
            return text[place : end + 1], end + 1
    return text[place], place + 1


def _closing_slash(text: str, place: int) -> int:
    """The slash that ends a regular expression: the next one before a blank or the end; or -1."""
    found = re.compile(r"(?<!\\)/(?=\s|$)").search(text, place + 1)
    return found.start() if found else -1


def _term(word: _Word, rest: Iterator[_Word]) -> Predicate:
    if word.quoted:
        return _substring(word.text)
    if word.text.startswith("!"):
        if word.text == "!":
            raise BadFilter(word.place, "! needs a term right after it")
        inner = _term(_Word(word.text[1:], word.place + 1), rest)
        return lambda columns, labels: not inner(columns, labels)
    if word.text == "-l":
        return _labels(_argument(word, rest, "-l needs a label selector: -l app=web"))
    if word.text == "-f":
        return _fuzzy(_argument(word, rest, "-f needs some letters: -f ngx").text)
    if word.text.startswith("/"):
        return _pattern(word)
    name, colon, value = word.text.partition(":")
    if colon and name and value:
        return _column(name, _Word(value, word.place + len(name) + 1), word)
    return _substring(word.text)


def _argument(option: _Word, rest: Iterator[_Word], message: str) -> _Word:
    found = next(rest, None)
    if found is None or not found.text:
        raise BadFilter(option.place, message)
    return found


def _labels(word: _Word) -> Predicate:
    try:
        selector = parse_label_selector(word.text)
    except ValueError as error:
        raise BadFilter(word.place, str(error)) from error
    return lambda _, labels: selector.matches(labels)


def _substring(text: str) -> Predicate:
    wanted = text.casefold()
    return lambda columns, _: any(wanted in shown.casefold() for shown in columns.values())


def _fuzzy(text: str) -> Predicate:
    wanted = text.casefold()

    def in_order(shown: str) -> bool:
        letters = iter(shown.casefold())
        return all(letter in letters for letter in wanted)  # `in` goes on where it stopped

    return lambda columns, _: any(in_order(shown) for shown in columns.values())


def _pattern(word: _Word) -> Predicate:
    if len(word.text) < 2 or not word.text.endswith("/"):
        return _substring(word.text)  # a path, not an expression: /var/run
    pattern = _compiled(word)
    return lambda columns, _: any(pattern.search(shown) for shown in columns.values())


def _column(name: str, value: _Word, whole: _Word) -> Predicate:
    wanted, anywhere = name.casefold(), _substring(whole.text)
    if len(value.text) > 2 and value.text.startswith("/") and value.text.endswith("/"):
        pattern = _compiled(value)
    else:
        pattern = re.compile(re.escape(value.text), re.IGNORECASE)

    def holds(columns: Columns, labels: Labels) -> bool:
        for column, shown in columns.items():
            if column.casefold() == wanted:
                return pattern.search(shown) is not None
        return anywhere(columns, labels)

    return holds


def _compiled(word: _Word) -> re.Pattern[str]:
    try:
        return re.compile(word.text[1:-1], re.IGNORECASE)
    except re.error as error:
        place = word.place + 1 + (error.pos or 0)
        raise BadFilter(place, f"this is no regular expression: {error.msg}") from error
