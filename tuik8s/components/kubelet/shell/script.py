"""Scripts as data: text to statements; and the numbers in them.

    parse: text -> statements (simple commands, if, for, while, until)

Source: POSIX.1-2017, Shell Command Language, the part that manifests put behind `sh -c`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tuik8s.api.numbers import parse_int
from tuik8s.api.times import parse_duration

OVERFLOWN_CODE = 139
"""What a shell ends with that has no stack left: a script that is nested too deep."""
NO_SPACE_CODE = 2
VALUE_CHARS_MAX = 1 << 17
"""Of a variable: as long as Linux lets an argument be."""
_FOREVER_S = 10 * 365 * 86_400
_OPENS = {"if": "fi", "for": "done", "while": "done", "until": "done"}
_WORDS = ("then", "else", "do", "elif", "!")
_PARTS = re.compile(
    r"""(?:[^;&|\n'"`$]|\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\$|'[^']*'"""
    r"""|"(?:[^"\\]|\\.)*"|`[^`]*`|&(?!&)|\|(?!\|))+|&&|\|\||;|\n"""
)
COMPARED = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
}


@dataclass(slots=True)
class Statement:
    """joined: `&&`, `||` or "" with what was before; kind: simple or the keyword of a block."""

    joined: str
    kind: str
    text: str = ""
    condition: list[Statement] = field(default_factory=list)
    body: list[Statement] = field(default_factory=list)
    otherwise: list[Statement] = field(default_factory=list)


class Parser:
    """Splits at `;`, `&&`, `||` and newlines outside quotes, then folds blocks."""

    def __init__(self, script: str) -> None:
        script = re.sub(r"(?m)^\s*#.*$", "", script.replace("\\\n", " "))
        self._parts: list[tuple[str, str]] = []
        joined = ""
        for part in _PARTS.findall(script):
            if part in ("&&", "||"):
                joined = part
            elif part in (";", "\n"):
                joined = joined if joined and part == "\n" else ""
            else:
                self._add(joined, part.strip().rstrip("&").strip())
                joined = "" if part.strip() else joined

    def _add(self, joined: str, text: str) -> None:
        """Keywords in front of a command become parts of their own."""
        while text:
            first, _, rest = text.partition(" ")
            if first not in (*_WORDS, *_OPENS) or first in ("for", "!"):
                break
            self._parts.append((joined, first))
            joined, text = "", rest.strip()
        if text:
            self._parts.append((joined, text))

    def statements(self, ends: tuple[str, ...]) -> list[Statement]:
        """Statements up to one of the words, which stays to be read."""
        found = []
        while self._parts and self._parts[0][1] not in ends:
            found.append(self._statement())
        return found

    def _statement(self) -> Statement:
        joined, text = self._parts.pop(0)
        if text == "if":
            return self._if(joined)
        if text in ("while", "until"):
            condition = self.statements(("do",))
            return self._loop(Statement(joined, text, condition=condition))
        if text.startswith("for "):
            return self._loop(Statement(joined, "for", text))
        return Statement(joined, "simple", text)

    def _if(self, joined: str) -> Statement:
        made = Statement(joined, "if", condition=self.statements(("then",)))
        self._take("then")
        made.body = self.statements(("elif", "else", "fi"))
        if self._parts and self._parts[0][1] == "elif":
            self._take("elif")
            made.otherwise = [self._if("")]
            return made
        if self._parts and self._parts[0][1] == "else":
            self._take("else")
            made.otherwise = self.statements(("fi",))
        self._take("fi")
        return made

    def _loop(self, made: Statement) -> Statement:
        self._take("do")
        made.body = self.statements(("done",))
        self._take("done")
        return made

    def _take(self, word: str) -> None:
        if self._parts and self._parts[0][1] == word:
            self._parts.pop(0)


def integer(text: str) -> int:
    return parse_int(text) or 0


def summed(text: str) -> int:
    """`1 + 2 * 3` from left to right: enough for counters."""
    found = re.findall(r"[+*/%-]|\w+", text)
    total = integer(found[0]) if found else 0
    for sign, number in zip(found[1::2], map(integer, found[2::2]), strict=False):
        if sign == "+":
            total += number
        elif sign == "-":
            total -= number
        elif sign == "*":
            total *= number
        elif number:
            total = total // number if sign == "/" else total % number
        total = (total + 2**63) % 2**64 - 2**63  # a shell counts in 64 bits
    return total


def sleep_ms(text: str) -> int:
    try:
        return int(min(max(float(text), 0), _FOREVER_S) * 1000)
    except ValueError:
        pass
    try:
        return max(0, parse_duration(text.replace("d", "h"))) * (24 if text.endswith("d") else 1)
    except ValueError:
        return 0
