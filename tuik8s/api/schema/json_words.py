"""What Go's JSON scanner says of a text that is not JSON.

Only called for a text that a fast parser has refused.

    syntax_error(b"not json") -> "invalid character 'o' in literal null (expecting 'u')"

Source: encoding/json scanner.go; the states here are its states, by their error contexts.
"""

from __future__ import annotations

import json
import re
from typing import Final

UNEXPECTED_END: Final = "unexpected end of JSON input"

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_STRING_PART: Final = re.compile(r'[^"\\\x00-\x1f]*')
_DIGITS: Final = re.compile(r"[0-9]*", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-fA-F]", re.ASCII)
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_AFTER: Final = {
    "{": "after object key:value pair",
    "[": "after array element",
    "": "after top-level value",
}
_CLOSERS: Final = {"{": "}", "[": "]"}


class _Refused(Exception):
    pass


def syntax_error(body: bytes) -> str:
    """Go's message, or "" if its scanner finds nothing wrong."""
    text = body.decode("utf-8", "replace")
    try:
        _scan(text)
    except _Refused as refusal:
        return str(refusal)
    return ""


def _scan(text: str) -> None:
    open_brackets: list[str] = []
    at = _blank(text, 0)
    while True:
        at, opened = _begin_value(text, at)
        if opened:
            open_brackets.append(opened)
            at = _blank(text, at)
            if _at(text, at) != _CLOSERS[opened]:
                at = _blank(text, _key(text, at)) if opened == "{" else at
                continue
        at = _close(text, at, open_brackets, just_opened=bool(opened))
        if not open_brackets:
            if at < len(text):
                raise _invalid(text[at], _AFTER[""])
            return


def _close(text: str, at: int, open_brackets: list[str], *, just_opened: bool) -> int:
    """Pass closing brackets and the comma (and key) before the next value."""
    if just_opened:
        open_brackets.pop()
        at += 1
    while True:
        at = _blank(text, at)
        if not open_brackets:
            return at
        bracket, letter = open_brackets[-1], _at(text, at)
        if letter == _CLOSERS[bracket]:
            open_brackets.pop()
            at += 1
        elif letter == ",":
            at = _blank(text, at + 1)
            return _blank(text, _key(text, at)) if bracket == "{" else at
        else:
            raise _invalid(letter, _AFTER[bracket])


def _begin_value(text: str, at: int) -> tuple[int, str]:
    """Pass a scalar, or the opening bracket (returned) of an object or array."""
    letter = _at(text, at)
    if letter in "{[":
        return at + 1, letter
    if letter == '"':
        return _string(text, at + 1), ""
    if letter in _LITERALS:
        return _literal(text, at, _LITERALS[letter]), ""
    if letter == "-" or letter in "0123456789":
        return _number(text, at), ""
    raise _invalid(letter, "looking for beginning of value")


def _key(text: str, at: int) -> int:
    letter = _at(text, at)
    if letter != '"':
        raise _invalid(letter, "looking for beginning of object key string")
    at = _blank(text, _string(text, at + 1))
    letter = _at(text, at)
    if letter != ":":
        raise _invalid(letter, "after object key")
    return at + 1


def _string(text: str, at: int) -> int:
    while True:
        at = _pass(_STRING_PART, text, at)
        letter = _at(text, at)
        if letter == '"':
            return at + 1
        if letter != "\\":
            raise _invalid(letter, "in string literal")
        letter = _at(text, at + 1)
        at += 2
        if letter == "u":
            for _ in range(4):
                letter = _at(text, at)
                if not _HEX.match(letter):
                    raise _invalid(letter, "in \\u hexadecimal character escape")
                at += 1
        elif letter not in 'bfnrt\\/"':
            raise _invalid(letter, "in string escape code")


def _literal(text: str, at: int, word: str) -> int:
    for expected in word:
        letter = _at(text, at)
        if letter != expected:
            raise _invalid(letter, f"in literal {word} (expecting {_quoted(expected)})")
        at += 1
    return at


def _number(text: str, at: int) -> int:
    if text[at] == "-":
        at = _digits(text, at + 1, "in numeric literal")
    elif text[at] == "0":
        at += 1
    else:
        at = _pass(_DIGITS, text, at)
    if text[at : at + 1] == ".":
        at = _digits(text, at + 1, "after decimal point in numeric literal")
    if text[at : at + 1] in ("e", "E"):
        at += 2 if text[at + 1 : at + 2] in ("+", "-") else 1
        at = _digits(text, at, "in exponent of numeric literal")
    return at


def _digits(text: str, at: int, context: str) -> int:
    letter = _at(text, at)
    if letter not in "0123456789":
        raise _invalid(letter, context)
    if letter == "0" and context == "in numeric literal":
        return at + 1
    return _pass(_DIGITS, text, at)


def _at(text: str, at: int) -> str:
    if at >= len(text):
        raise _Refused(UNEXPECTED_END)
    return text[at]


def _blank(text: str, at: int) -> int:
    return _pass(_BLANK, text, at)


def _pass(rule: re.Pattern[str], text: str, at: int) -> int:
    match = rule.match(text, at)
    assert match is not None, f"{rule.pattern} matches anything"
    return match.end()


def _invalid(letter: str, context: str) -> _Refused:
    return _Refused(f"invalid character {_quoted(letter)} {context}")


def _quoted(letter: str) -> str:
    if letter == "'":
        return r"'\''"
    if letter == '"':
        return "'\"'"
    return f"'{json.dumps(letter, ensure_ascii=False)[1:-1]}'"
