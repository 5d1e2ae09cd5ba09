"""From the text of a simple command to its arguments: quotes, variables, `$(...)`, redirections.

Source: POSIX.1-2017, Shell Command Language, 2.2 (quoting), 2.6 (word expansions), 2.7.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from tuik8s.components.kubelet.shell.base import Effect
    from tuik8s.components.kubelet.shell.interpreter import Shell

_VARIABLE: Final = re.compile(r"\$(\w+|[?#$@*])")
_REDIRECT: Final = re.compile(r"(\d?|&)(>>|>|<)(&\d)?")
_BRACED: Final = re.compile(r"\$\{(#?)(\w+|\?)(?:(:?[-+=])(.*))?\}", re.DOTALL)
_ESCAPABLE: Final = '"\\$`\n'

Expanding = Generator["Effect", Any, Any]


class SyntaxProblem(Exception):
    """What the shell says of a text that it cannot read."""


class Redirect(NamedTuple):
    """fd: 0, 1, 2 or & for both; operator: >, >> or <; target: a raw word, or &1, &2."""

    fd: str
    operator: str
    target: str


def unit_end(text: str, at: int) -> int:
    """Where what begins at `at` ends: a quoted part, an expansion, or a character."""
    char = text[at]
    if char == "\\":
        return min(at + 2, len(text))
    if char in "'`":
        end = text.find(char, at + 1)
        if end < 0:
            raise SyntaxProblem("syntax error: unterminated quoted string")
        return end + 1
    if char == '"':
        return _closed(text, at + 1, '"')
    if text.startswith("$(", at):
        return _closed(text, at + 2, ")")
    if text.startswith("${", at):
        return _closed(text, at + 2, "}")
    variable = _VARIABLE.match(text, at)
    return variable.end() if variable else at + 1


def _closed(text: str, at: int, closing: str) -> int:
    while at < len(text):
        if text[at] == closing:
            return at + 1
        if closing == ")" and text[at] == "(":
            at = _closed(text, at + 1, ")")
        elif closing == '"' and text[at] == "'":
            at += 1
        else:
            at = unit_end(text, at)
    what = "quoted string" if closing == '"' else f'"{closing}"'
    raise SyntaxProblem(f"syntax error: unterminated {what}")


def split_pipe(text: str) -> list[str]:
    """The commands of a pipe."""
    found, at, start = [], 0, 0
    while at < len(text):
        if text[at] == "|":
            found.append(text[start:at].strip())
            start = at = at + 1
        else:
            at = unit_end(text, at)
    return [*found, text[start:].strip()]


def raw_words(text: str) -> tuple[list[str], list[Redirect]]:
    """Words with their quotes still on, and redirections."""
    words: list[str] = []
    redirects: list[Redirect] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _REDIRECT.match(text, at)
        if found:
            end = found.end()
            while not found[3] and end < len(text) and text[end].isspace():
                end += 1
            at = end if found[3] else _word_end(text, end)
            target = found[3] or text[end:at]
            if not target:
                raise SyntaxProblem("syntax error: unexpected newline")
            redirects.append(
                Redirect(found[1] or ("0" if found[2] == "<" else "1"), found[2], target)
            )
            continue
        end = _word_end(text, at)
        words.append(text[at:end])
        at = end
    return words, redirects


def _word_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace() and text[at] not in "<>":
        at = unit_end(text, at)
    return at


def expand(shell: Shell, raw: str) -> Expanding:
    """The arguments that a raw word amounts to: none, one or several."""
    fields: list[str] = []
    field: str | None = None
    is_pattern = False
    at = 0
    while at < len(raw):
        end = unit_end(raw, at)
        unit, at = raw[at:end], end
        if unit[0] == "'":
            field = (field or "") + unit[1:-1]
        elif unit[0] == '"':
            field = (field or "") + (yield from _quoted(shell, unit[1:-1]))
        elif unit[0] == "\\":
            field = (field or "") + unit[1:]
        elif unit[0] == "`" or (unit[0] == "$" and len(unit) > 1):
            value: str = yield from _value(shell, unit)
            first, *more = value.split() or [""]
            field = (field or "") + first if first or field is not None else None
            for word in more:
                fields.append(field or "")
                field = word
        else:
            is_pattern = is_pattern or unit in "*?"
            home = unit == "~" and field is None and raw[at : at + 1] in ("", "/")
            field = (field or "") + (shell.env.get("HOME", "/root") if home else unit)
    if field is not None:
        fields.append(field)
    if is_pattern:
        return [match for each in fields for match in shell.files.glob(shell.cwd, each) or [each]]
    return fields


def expand_text(shell: Shell, raw: str) -> Expanding:
    """A word that stays one, such as the value of a variable or the name of a file."""
    fields: list[str] = yield from expand(shell, raw)
    return " ".join(fields)


def _quoted(shell: Shell, text: str) -> Expanding:
    found, at = "", 0
    while at < len(text):
        end = at + 1 if text[at] in "\"'" else unit_end(text, at)
        unit, at = text[at:end], end
        if unit[0] == "\\":
            found += unit[1:] if unit[1:] in _ESCAPABLE else unit
        elif unit[0] == "`" or (unit[0] == "$" and len(unit) > 1):
            found += yield from _value(shell, unit)
        else:
            found += unit
    return found


def _value(shell: Shell, unit: str) -> Expanding:
    if unit.startswith("$((") and unit.endswith("))"):
        return str(shell.arithmetic(unit[3:-2]))
    if unit.startswith("$("):
        return (yield from shell.capture(unit[2:-1]))
    if unit[0] == "`":
        return (yield from shell.capture(unit[1:-1]))
    if not unit.startswith("${"):
        return shell.variable(unit[1:])
    braced = _BRACED.fullmatch(unit)
    if braced is None:
        raise SyntaxProblem("syntax error: bad substitution")
    value = shell.variable(braced[2])
    if braced[1]:
        return str(len(value))
    operator, word = braced[3] or "", braced[4] or ""
    if operator.endswith("+"):
        return (yield from _quoted(shell, word)) if value else ""
    if not value and operator:
        value = yield from _quoted(shell, word)
        if operator.endswith("="):
            shell.env[braced[2]] = value
    return value
