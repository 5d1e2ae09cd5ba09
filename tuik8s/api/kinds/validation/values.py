"""Numbers, enumerations, ports, percentages, immutability.

Source: k8s.io/apimachinery pkg/api/validation and pkg/util/validation (1.36).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, invalid, not_supported, required
from tuik8s.api.numbers import MAX_INT64, parse_int

Errors = list[FieldError]

IMMUTABLE: Final = "field is immutable"
NEGATIVE: Final = "must be greater than or equal to 0"
PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
MAX_INT32: Final = 2**31 - 1

_PERCENT = re.compile(r"[0-9]+%")
_PERCENT_TEXT: Final = (
    "a valid percent string must be a numeric string followed by an ending '%' "
    "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
)


def between(low: int, high: int) -> str:
    return f"must be between {low} and {high}, inclusive"


def nonnegative(errors: Errors, path: str, value: int | None) -> None:
    if value is not None and value < 0:
        errors.append(invalid(path, value, NEGATIVE))


def one_of(errors: Errors, path: str, value: Any, supported: Sequence[str]) -> None:
    """`Unsupported value` unless the value is one of the supported ones."""
    if value not in supported:
        errors.append(not_supported(path, value, tuple(supported)))


def required_one_of(errors: Errors, path: str, value: str | None, supported: Sequence[str]) -> None:
    """Like one_of, but an empty value is `Required value`."""
    if not value:
        errors.append(required(path))
    else:
        one_of(errors, path, value, supported)


def immutable(errors: Errors, path: str, new: Any, old: Any) -> None:
    if not same(new, old):
        errors.append(invalid(path, new, IMMUTABLE))


def same(new: Any, old: Any) -> bool:
    """Equality as upstream's semantic comparison has it: absent and empty are the same."""
    if new == old:
        return True
    if isinstance(new, dict) or isinstance(old, dict):
        if not isinstance(new, dict) or not isinstance(old, dict):
            return not new and not old
        return all(same(new.get(key), old.get(key)) for key in new.keys() | old.keys())
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(same, new, old))
    return not new and not old


def port_number(errors: Errors, path: str, value: int) -> None:
    if not 1 <= value <= 65535:
        errors.append(invalid(path, value, between(1, 65535)))


def port_name(errors: Errors, path: str, value: str) -> None:
    for message in names.port_name(value):
        errors.append(invalid(path, value, message))


def port_number_or_name(errors: Errors, path: str, value: int | str) -> None:
    if isinstance(value, str):
        port_name(errors, path, value)
    else:
        port_number(errors, path, value)


def protocol(errors: Errors, path: str, value: str | None) -> None:
    required_one_of(errors, path, value, PROTOCOLS)


def int_or_percent(errors: Errors, path: str, value: int | str) -> None:
    """A non-negative number or a percentage."""
    if isinstance(value, str):
        if not _PERCENT.fullmatch(value):
            errors.append(invalid(path, value, _PERCENT_TEXT))
    else:
        nonnegative(errors, path, value)


def at_most_hundred_percent(errors: Errors, path: str, value: int | str) -> None:
    if (_percent(value) or 0) > 100:
        errors.append(invalid(path, value, "must not be greater than 100%"))


def is_zero(value: int | str | None) -> bool:
    """Whether a number or percentage is zero (what does not parse counts as zero)."""
    return not _percent(value) if isinstance(value, str) else not value


def _percent(value: int | str) -> int | None:
    """The number before the sign, None for what is no percentage."""
    if not isinstance(value, str) or not _PERCENT.fullmatch(value):
        return None
    number = parse_int(value[:-1])
    return MAX_INT64 if number is None else number


def user_or_group_id(errors: Errors, path: str, value: int | None) -> None:
    if value is not None and not 0 <= value <= MAX_INT32:
        errors.append(invalid(path, value, between(0, MAX_INT32)))
