"""Whole numbers in texts of anybody: annotations, labels, query parameters, YAML, cron fields.

Python refuses to read thousands of digits, and calls superscripts digits that it then cannot read:
both are ValueErrors that no text from outside may cause.

    parse_int("12")         12
    parse_int("-5", 32)     -5
    parse_int("1e3")        None
    parse_int("9" * 5000)   None

Source: Go's strconv.ParseInt.
"""

from __future__ import annotations

import re
from typing import Final

MAX_INT64: Final = 2**63 - 1
_DIGITS: Final = re.compile(r"[+-]?[0-9]+")
_WHOLE: Final = re.compile(r"([+-]?)0*([0-9]{1,19})")


def parse_int(text: str, bits: int = 64) -> int | None:
    """The signed number of so many bits (64 at most), None for what is none."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    number = int(match[1] + match[2])
    return number if -(1 << bits - 1) <= number < 1 << bits - 1 else None


def refusal(text: str, function: str = "ParseInt") -> str:
    """What Go's function says of a text that `parse_int` makes nothing of."""
    problem = "value out of range" if _DIGITS.fullmatch(text) else "invalid syntax"
    return f'strconv.{function}: parsing "{text}": {problem}'
