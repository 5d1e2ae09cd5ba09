"""Scalars: check and normalise one value of each scalar type and format, in Go's words.

Every function takes (value, found) as the walker's functions do and returns what is stored.

Source: encoding/json and encoding/base64 (error words), apimachinery's Quantity, Time, MicroTime
and IntOrString; golden/objects, "Normalisation".
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from tuik8s.api import quantity, times

Found = list[tuple[dict[str, Any], str]]
Walk = Callable[[Any, Found], Any]

_INT32: Final = range(-(2**31), 2**31)
_INT64: Final = range(-(2**63), 2**63)
_JSON_NAMES: Final = {
    str: "string",
    bool: "bool",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]", re.ASCII)


class DecodeError(ValueError):
    """A value that does not fit its type; the text is Go's.

    A mismatch of types learns its path while it leaves the walker; other errors have none.
    """

    def __init__(self, text: str, found: str = "", wanted: str = "") -> None:
        super().__init__(text)
        self._text = text
        self._found = found
        self._wanted = wanted
        self._path: list[str] = []
        self._struct = ""

    def enter(self, struct: str, field: str) -> None:
        """Note that the error passed a field of a struct, on its way out."""
        self._struct = self._struct or struct
        self._path.append(field)

    @property
    def path(self) -> tuple[str, ...]:
        """The fields that lead to the value, without indices of lists."""
        return tuple(reversed(self._path))

    @property
    def text(self) -> str:
        if not self._wanted:
            return self._text
        where = "value"
        if self._path:
            where = f"struct field {self._struct}.{'.'.join(reversed(self._path))}"
        return f"json: cannot unmarshal {self._found} into Go {where} of type {self._wanted}"

    def __str__(self) -> str:
        return self.text


def mismatch(value: Any, wanted: str) -> DecodeError:
    """The error for a value of the wrong JSON type."""
    found = _JSON_NAMES.get(type(value), "number")
    if found == "number" and wanted in ("int32", "int64", "float64"):
        found = f"number {value!r}"
    return DecodeError("", found, wanted)


def _string(value: Any, found: Found) -> Any:
    if type(value) is not str:
        raise mismatch(value, "string")
    return value


def _boolean(value: Any, found: Found) -> Any:
    if type(value) is not bool:
        raise mismatch(value, "bool")
    return value


def _number(value: Any, found: Found) -> Any:
    if type(value) not in (int, float):
        raise mismatch(value, "float64")
    return value


def _int32(value: Any, found: Found) -> Any:
    if type(value) is not int or value not in _INT32:
        raise mismatch(value, "int32")
    return value


def _int64(value: Any, found: Found) -> Any:
    if type(value) is not int or value not in _INT64:
        raise mismatch(value, "int64")
    return value


def _any(value: Any, found: Found) -> Any:
    return value


def _int_or_string(value: Any, found: Found) -> Any:
    return value if type(value) is str else _int32(value, found)


def _time(value: Any, found: Found) -> Any:
    try:
        return times.normal_time(_string(value, found))
    except times.TimeError as error:
        raise DecodeError(str(error)) from None


def _micro_time(value: Any, found: Found) -> Any:
    try:
        return times.normal_micro_time(_string(value, found))
    except times.TimeError as error:
        raise DecodeError(str(error)) from None


@lru_cache(maxsize=4096)
def _quantity_text(value: str | int | float) -> str:
    text = value.strip() if isinstance(value, str) else value
    try:
        return str(quantity.parse(text))
    except quantity.QuantityError as error:
        raise DecodeError(str(error)) from None


@lru_cache(maxsize=4096)
def _amount_text(value: str | int | float) -> str:
    return str(quantity.parse(_quantity_text(value)).rounded_up_to_milli())


def _quantity(value: Any, found: Found) -> Any:
    if type(value) in (bool, list, dict):
        raise DecodeError(quantity.MALFORMED)
    return _quantity_text(value)


def resource_amount(value: Any, found: Found) -> Any:
    if type(value) in (bool, list, dict):
        raise DecodeError(quantity.MALFORMED)
    return _amount_text(value)


def _bytes(value: Any, found: Found) -> Any:
    if type(value) is not str:
        raise mismatch(value, "[]uint8")
    try:
        binascii.a2b_base64(value, strict_mode=True)
    except (binascii.Error, ValueError):
        return _checked_base64(value)
    return value


def _checked_base64(text: str) -> str:
    """The text without line ends, if it is base64 by Go's rules, which ignore those."""
    letters = 0
    for at, letter in enumerate(text):
        if letter in "\r\n":
            continue
        if letter == "=":
            return _checked_padding(text, at, letters)
        if not _BASE64.match(letter):
            raise DecodeError(f"illegal base64 data at input byte {at}")
        letters += 1
    if letters % 4:
        raise DecodeError(f"illegal base64 data at input byte {len(text) - letters % 4}")
    return text.replace("\r", "").replace("\n", "")


def _checked_padding(text: str, at: int, letters: int) -> str:
    have, rest = letters % 4, text[at:].replace("\r", "").replace("\n", "")
    if have < 2:
        raise DecodeError(f"illegal base64 data at input byte {at}")
    if len(rest) < 4 - have:
        raise DecodeError(f"illegal base64 data at input byte {len(text)}")
    if rest != "=" * (4 - have):
        raise DecodeError(f"illegal base64 data at input byte {at + 4 - have}")
    return text.replace("\r", "").replace("\n", "")


# A value of exactly this type needs no further look.
FAST: Final[dict[tuple[str, str], type]] = {("string", ""): str, ("boolean", ""): bool}
PLAIN: Final[dict[str, Walk]] = {
    "string": _string,
    "boolean": _boolean,
    "integer": _int64,
    "number": _number,
    "any": _any,
}
SPECIAL: Final[dict[str, Walk]] = {
    "int32": _int32,
    "int64": _int64,
    "byte": _bytes,
    "date-time": _time,
    "micro-time": _micro_time,
    "quantity": _quantity,
    "int-or-string": _int_or_string,
}
