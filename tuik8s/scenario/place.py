"""Where something stands in a file, and what was expected there: the errors of scenario files.

A scenario is parsed with the line of every value kept, so that an error names file, line and
remedy. `${name}` stands for a parameter: alone it is the parameter's value, of whatever type; in
quotes or within a longer text it is text. `$${name}` is those characters themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tuik8s.api.times import parse_duration

T = TypeVar("T")

_carried: ContextVar[dict[str, str] | None] = ContextVar("carried", default=None)


class BadScenario(Exception):
    """The file cannot be a scenario; the message is `file:line: what was expected`."""


class Source(NamedTuple):
    """What is read, and the parameters it may refer to.

    strict: a reference to a parameter that is not there is an error. Manifests are not strict,
    since the scripts in them have names in braces of their own.
    """

    file: str
    parameters: Mapping[str, Any] = {}
    strict: bool = False

    def beside(self, name: str) -> Path:
        """The path of a file that is named relative to this one."""
        return Path(self.file).parent / name


class Value:
    """A parsed YAML value that knows its place."""

    def __init__(self, source: Source, line: int, raw: Any) -> None:
        self.source = source
        self.line = line
        self.raw = raw

    @property
    def place(self) -> str:
        return f"{self.source.file}:{self.line}"

    def bad(self, expected: str) -> BadScenario:
        return BadScenario(f"{self.place}: {expected}")

    def text(self, what: str) -> str:
        if not isinstance(self.raw, str) or not self.raw.strip():
            raise self.bad(f"expected {what}, got {_shown(self.raw)}")
        return self.raw.strip()

    def number(self, what: str, least: int = 0) -> int:
        if not isinstance(self.raw, int) or isinstance(self.raw, bool) or self.raw < least:
            raise self.bad(f"expected {what} (a whole number from {least}), got {_shown(self.raw)}")
        return self.raw

    def duration_ms(self, what: str) -> int:
        """A duration such as 30s or 5m, in milliseconds; time does not run backwards."""
        try:
            found = parse_duration(str(self.raw))
        except ValueError:
            found = -1
        if found < 0:
            raise self.bad(f"expected {what} such as 30s or 5m, got {_shown(self.raw)}")
        return found

    def flag(self, what: str) -> bool:
        if not isinstance(self.raw, bool):
            raise self.bad(f"expected {what}: true or false, got {_shown(self.raw)}")
        return self.raw

    def one_or_more(self) -> list[Value]:
        """The items of a list, or the value itself as the only one. Raises for an empty list."""
        if self.raw == []:
            raise self.bad("expected one or more, got an empty list")
        return self.raw if isinstance(self.raw, list) else [self]

    def items(self, what: str) -> list[Value]:
        if not isinstance(self.raw, list):
            raise self.bad(f"expected {what} (a list), got {_shown(self.raw)}")
        return self.raw

    def fields(self, what: str, known: tuple[str, ...] | None = None) -> dict[str, Value]:
        """The members of a mapping.

        With `known`, an unknown one is an error that names the nearest.
        """
        if not isinstance(self.raw, dict):
            shape = f": {{{', '.join(known)}}}" if known else " (a mapping)"
            raise self.bad(f"expected {what}{shape}, got {_shown(self.raw)}")
        for key, value in self.raw.items() if known is not None else ():
            if key not in (known or ()):
                hint = nearest(str(key), known or ())
                raise value.bad(
                    f"unknown field {key!r} in {what}; {hint}known: {', '.join(known or ())}"
                )
        return self.raw

    def checked(self, parse: Callable[[str], T], what: str) -> T:
        """The text through a parser that raises ValueError."""
        try:
            return parse(self.text(what))
        except ValueError as problem:
            raise self.bad(f"expected {what}: {problem}") from problem

    def plain(self) -> Any:
        """The value without places, as JSON has it: keys are texts."""
        if isinstance(self.raw, dict):
            return {str(key): value.plain() for key, value in self.raw.items()}
        if isinstance(self.raw, list):
            return [value.plain() for value in self.raw]
        return self.raw


@contextmanager
def carrying(files: dict[str, str]) -> Iterator[None]:
    """Within it every file that is read is kept in `files`, by its path, and read from there.

    So a scenario is carried to where its files are not: read once here, then again there.
    """
    token = _carried.set(files)
    try:
        yield
    finally:
        _carried.reset(token)


def read_text(path: Path) -> str:
    """The text of a file. Raises BadScenario, naming it."""
    carried = _carried.get()
    if carried is None:
        return _text_of(path)
    if str(path) not in carried:
        carried[str(path)] = _text_of(path)
    return carried[str(path)]


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise BadScenario(f"{path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise BadScenario(f"{path}: not UTF-8 text: {problem}") from problem


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean 'advance'? ` where something known is near, else nothing."""
    near = get_close_matches(word, list(known), 1)
    return f"did you mean {near[0]!r}? " if near else ""


def _shown(raw: Any) -> str:
    if isinstance(raw, Mapping):
        return "a mapping"
    if isinstance(raw, list):
        return "a list"
    return "nothing" if raw is None else repr(raw)
