"""The filter row: one small language for every list, and for the command line.

Terms are separated by blanks and all of them must hold. Which columns a row has is known only when
it is matched, so `image:web` is the column IMAGE where there is one, and plain text elsewhere:
`nginx:1.27` and `10.0.0.1:80` are found without quotes.

Source: the spellings `!`, `-f` and `-l` of k9s's filter row, and kubetui's `column:regex`,
`!column:regex` and `label:`, with its notice for terms about a column that is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from tuik8s.api.selectors import parse_label_selector

GRAMMAR = """\
text            any column has this text (case does not matter), or matches it: ^web  db|cart
"two words"     quotes keep blanks together and are taken literally
/regex/         any column matches the regular expression
column:regex    that column matches: status:Running|Pending  node:^node-1$  name:"a+b"
-l key=value    labels, as in kubectl: -l app=web,tier!=db  -l "env in (a,b)"
label:app=web   the same
-f text         fuzzy: the letters occur in this order
!term           what does not match the term: !web  !status:Running  !-l app=web
Terms separated by blanks must all match."""

_LOOKS_LIKE_REGEX = re.compile(r"[\^$|*+?\[\](){}\\]")

_FIELD = re.compile(r"([\w-]+)(==?|!=)(\S+)")

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

    def __init__(
        self, text: str, predicates: tuple[Predicate, ...], inactive: tuple[str, ...] = ()
    ) -> None:
        self.text = text
        self.inactive = inactive
        """Hidden columns that the text asks about; those terms hide nothing."""
        self._predicates = predicates

    def matches(self, row_columns: Columns, labels: Labels) -> bool:
        return all(holds(row_columns, labels) for holds in self._predicates)

    def __bool__(self) -> bool:
        return bool(self._predicates)

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Filter)
            and (other.text, other.inactive) == (self.text, self.inactive)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.text, self.inactive))


def parse(text: str, hidden: Collection[str] = ()) -> Filter:
    """Read a filter row; raises BadFilter. hidden: columns of the list that it does not show."""
    words, predicates, inactive = _split(text), [], []
    names = {name.casefold(): name for name in hidden}
    for word in words:
        predicate = _term(word, words)
        column = names.get(word.text.lstrip("!").partition(":")[0].casefold())
        if column is not None and ":" in word.text and not word.quoted:
            inactive.append(column)
        else:
            predicates.append(predicate)
    return Filter(text.strip(), tuple(predicates), tuple(inactive))


def explain(text: str, bad: BadFilter) -> str:
    """What is wrong with a filter, with the place in sight: `web /a(b/  ^ at 7: ...`."""
    around = text[max(0, bad.place - 4) : bad.place + 8].strip()
    return f"at {bad.place + 1}, `{around}`: {bad.message} (? shows the grammar)"


def what_was_meant(text: str) -> str:
    """How to write a filter in the manner of field selectors and SQL: `status!=Running`; or ""."""
    found = _FIELD.fullmatch(text.strip())
    if found is None:
        return ""
    name, sign, value = found.groups()
    not_ = "!" * ("!" in sign)
    return f"a column: /{not_}{name}:{value}   a label: /-l {name}{sign}{value}"


class _Word(NamedTuple):
    """A word, its offset in the text, and whether it began with a quote, or had one (then that
    part is plain)."""

    text: str
    place: int
    quoted: bool = False
    has_quotes: bool = False


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
        raw = text[start:place]
        has_quotes = raw.endswith('"') and raw.count('"') > 1
        yield _Word("".join(parts), start, text[start] == '"', has_quotes)


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
        inner = _term(_Word(word.text[1:], word.place + 1, False, word.has_quotes), rest)
        return lambda columns, labels: not inner(columns, labels)
    if word.text == "-l":
        return _labels(_argument(word, rest, "-l needs a label selector: -l app=web"))
    if word.text == "-f":
        return _fuzzy(_argument(word, rest, "-f needs some letters: -f ngx").text)
    if word.text.startswith("/"):
        return _pattern(word)
    name, colon, value = word.text.partition(":")
    if colon and name and value:
        argument = _Word(value, word.place + len(name) + 1, word.has_quotes)
        return _labels(argument) if name == "label" else _column(name, argument, word)
    return _substring(word.text) if word.has_quotes else _text(word)


def _text(word: _Word) -> Predicate:
    """A text as it stands or, if it looks like one, as a regular expression: ^web, db|cart."""
    literal = _substring(word.text)
    if not _LOOKS_LIKE_REGEX.search(word.text):
        return literal
    try:
        pattern = re.compile(word.text, re.IGNORECASE)
    except re.error:
        return literal
    return lambda columns, labels: (
        literal(columns, labels) or any(pattern.search(shown) for shown in columns.values())
    )


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
    pattern = _compiled(word.text[1:-1], word.place + 1)
    return lambda columns, _: any(pattern.search(shown) for shown in columns.values())


def _column(name: str, value: _Word, whole: _Word) -> Predicate:
    wanted, anywhere = name.casefold(), _substring(whole.text)
    slashed = len(value.text) > 2 and value.text.startswith("/") and value.text.endswith("/")
    if value.quoted:
        pattern = re.compile(re.escape(value.text), re.IGNORECASE)
    elif slashed:
        pattern = _compiled(value.text[1:-1], value.place + 1)
    else:
        pattern = _compiled(value.text, value.place)

    def holds(columns: Columns, labels: Labels) -> bool:
        for column in columns:
            if column.casefold() == wanted:
                return pattern.search(columns[column]) is not None
        return anywhere(columns, labels)

    return holds


def _compiled(text: str, place: int) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        message = f"this is no regular expression: {error.msg}"
        raise BadFilter(place + (error.pos or 0), message) from error
