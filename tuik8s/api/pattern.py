"""Regular expressions as grep has them, in time that grows with the text and never explodes.

    parse:  text -> instructions of a machine that is in several places at once (Thompson's)
    search: sets of places, each worked out once and remembered (a DFA, as far as it is needed)

Source: POSIX.1-2017, Regular Expressions (basic and extended), with \\w \\s \\d; no back references
and no word boundaries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tuik8s.api.numbers import parse_int

STEPS_MAX: Final = 2_000
"""Instructions of one pattern."""
DEPTH_MAX: Final = 100
REPEAT_MAX: Final = 255
"""RE_DUP_MAX"""
STATES_MAX: Final = 2_000
"""Sets that are remembered; then they are worked out anew."""

Test = Callable[[str], bool]
_CLASSES: Final[dict[str, Test]] = {
    "alpha": str.isalpha, "digit": str.isdigit, "alnum": str.isalnum, "space": str.isspace,
    "upper": str.isupper, "lower": str.islower, "blank": lambda c: c in " \t",
    "punct": lambda c: c.isprintable() and not c.isalnum() and not c.isspace(),
}  # fmt: skip
_ESCAPES: Final[dict[str, Test]] = {
    "w": lambda c: c.isalnum() or c == "_", "W": lambda c: not (c.isalnum() or c == "_"),
    "s": str.isspace, "S": lambda c: not c.isspace(), "d": str.isdigit,
}  # fmt: skip


class BadPattern(ValueError):
    """What a text that is no regular expression lacks."""


class _Step(NamedTuple):
    """kind: test, split (goes on at both), begin, end, match. Others go on at the next one."""

    kind: str
    test: Test | None = None
    ways: tuple[int, int] = (0, 0)


Piece = list[_Step]
"""Instructions whose ways count from their own place."""


class Pattern:
    """A pattern to look for in lines. Raises BadPattern."""

    def __init__(self, text: str, *, is_extended: bool, ignores_case: bool = False) -> None:
        parser = _Parser(text, is_extended, ignores_case)
        self._steps = [*parser.whole(), _Step("match")]
        self._next: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def is_in(self, line: str) -> bool:
        """Whether any part of a line is what is looked for."""
        state = self._reach({0}, is_begin=True)
        last = len(self._steps) - 1
        for char in line:
            if last in state:
                return True
            key = (state, char)
            found = self._next.get(key)
            if found is None:
                if len(self._next) >= STATES_MAX:
                    self._next.clear()
                found = self._next[key] = self._after(state, char)
            state = found
        at_end = self._reach(set(state), is_begin=not line, is_end=True)
        return last in at_end

    def _after(self, state: frozenset[int], char: str) -> frozenset[int]:
        places = {0}  # it may begin anywhere
        for place in state:
            test = self._steps[place].test
            if test is not None and test(char):
                places.add(place + 1)
        return self._reach(places)

    def _reach(
        self, places: set[int], *, is_begin: bool = False, is_end: bool = False
    ) -> frozenset[int]:
        """Where it is without reading more."""
        reached: set[int] = set()
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            if place in reached:
                continue
            reached.add(place)
            step = self._steps[place]
            if step.kind == "split":
                waiting += [place + way for way in step.ways]
            elif (step.kind == "begin" and is_begin) or (step.kind == "end" and is_end):
                waiting.append(place + 1)
        return frozenset(reached)


class _Parser:
    """Reads a pattern from left to right."""

    def __init__(self, text: str, is_extended: bool, ignores_case: bool) -> None:
        self._text = text
        self._at = 0
        self._extended = is_extended
        self._ignores_case = ignores_case
        self._depth = 0

    def whole(self) -> Piece:
        found = self._either()
        if self._at < len(self._text):
            raise BadPattern("Unmatched ) or \\)")
        return found

    def _operator(self) -> str:
        """The operator that is next, "" when it is none; basic ones have a backslash."""
        rest = self._text[self._at :]
        if self._extended:
            return rest[:1] if rest[:1] and rest[0] in "(){}|+?*" else ""
        if rest[:1] == "*":
            return "*"
        return rest[1:2] if rest[:1] == "\\" and rest[1:2] and rest[1] in "(){}|+?" else ""

    def _take(self, operator: str) -> bool:
        if self._operator() != operator:
            return False
        self._at += 1 if self._extended or operator == "*" else 2
        return True

    def _either(self) -> Piece:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise BadPattern("Regular expression too big")
        found = self._row()
        while self._take("|"):
            other = self._row()
            found = [
                _Step("split", None, (1, len(found) + 2)),
                *found,
                _Step("split", None, (len(other) + 1, len(other) + 1)),
                *other,
            ]
        self._depth -= 1
        return _bounded(found)

    def _row(self) -> Piece:
        found: Piece = []
        while self._at < len(self._text) and self._operator() not in ("|", ")"):
            one = self._one(is_first=not found)
            while self._operator() in ("*", "+", "?", "{"):
                one = self._repeated(one)
            found = _bounded(found + one)
        return found

    def _one(self, *, is_first: bool) -> Piece:
        if self._take("("):
            inside = self._either()
            if not self._take(")"):
                raise BadPattern("Unmatched ( or \\(")
            return inside
        char = self._text[self._at]
        self._at += 1
        if char == "^" and (self._extended or is_first):
            return [_Step("begin")]
        if char == "$" and (self._extended or self._at == len(self._text) or self._operator()):
            return [_Step("end")]
        if char == ".":
            return [_Step("test", lambda c: True)]
        if char == "[":
            return [_Step("test", self._bracket())]
        if char == "\\":
            if self._at == len(self._text):
                raise BadPattern("Trailing backslash")
            char = self._text[self._at]
            self._at += 1
            if char in _ESCAPES:
                return [_Step("test", _ESCAPES[char])]
            if char.isalnum() or char in "<>":
                raise BadPattern(f"\\{char} is not simulated")
        return [_Step("test", self._same(char))]

    def _same(self, char: str) -> Test:
        if not self._ignores_case:
            return lambda c: c == char
        lower = char.lower()
        return lambda c: c.lower() == lower

    def _bracket(self) -> Test:
        negated = self._text.startswith("^", self._at)
        self._at += negated
        tests: list[Test] = []
        while not self._text.startswith("]", self._at) or not tests:
            if self._at >= len(self._text):
                raise BadPattern("Unmatched [, [^, [:, [., or [=")
            if self._text.startswith("[:", self._at):
                name, colon, _ = self._text[self._at + 2 :].partition(":]")
                if not colon or name not in _CLASSES:
                    raise BadPattern("Invalid character class name")
                tests.append(_CLASSES[name])
                self._at += len(name) + 4
                continue
            low = high = self._text[self._at]
            self._at += 1
            following = self._text[self._at : self._at + 2]
            if following[:1] == "-" and following[1:] not in ("", "]"):
                high = following[1]
                self._at += 2
            if low > high:
                raise BadPattern("Invalid range end")
            tests.append(_between(low, high, self._ignores_case))
        self._at += 1
        return lambda c: any(test(c) for test in tests) != negated

    def _repeated(self, one: Piece) -> Piece:
        size = len(one)
        if self._take("*"):
            return [_Step("split", None, (1, size + 2)), *one, _back(size)]
        if self._take("+"):
            return [*one, _Step("split", None, (-size, 1))]
        if self._take("?"):
            return [_Step("split", None, (1, size + 1)), *one]
        return self._counted(one)

    def _counted(self, one: Piece) -> Piece:
        self._take("{")
        end = self._text.find("}" if self._extended else "\\}", self._at)
        low_text, comma, high_text = self._text[self._at : max(end, self._at)].partition(",")
        low = parse_int(low_text) if low_text else 0
        high = (parse_int(high_text) if high_text else None) if comma else low
        is_bad = low is None or (high is None and bool(high_text)) or end < 0
        if is_bad or low is None or not 0 <= low <= REPEAT_MAX or not (comma or low_text):
            raise BadPattern("Invalid content of \\{\\}")
        if high is not None and not low <= high <= REPEAT_MAX:
            raise BadPattern("Invalid content of \\{\\}")
        self._at = end + (1 if self._extended else 2)
        found = _bounded(one * low)
        if high is None:
            return [*found, _Step("split", None, (1, len(one) + 2)), *one, _back(len(one))]
        for _ in range(high - low):
            found = _bounded([*found, _Step("split", None, (1, len(one) + 1)), *one])
        return found


def _back(size: int) -> _Step:
    """To the beginning of what is repeated, which stands before."""
    return _Step("split", None, (-size - 1, -size - 1))


def _between(low: str, high: str, ignores_case: bool) -> Test:
    if not ignores_case:
        return lambda c: low <= c <= high
    return lambda c: low <= c.lower() <= high or low <= c.upper() <= high


def _bounded(piece: Piece) -> Piece:
    if len(piece) > STEPS_MAX:
        raise BadPattern("Regular expression too big")
    return piece
