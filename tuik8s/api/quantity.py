"""Quantities: "500m", "1Gi", "1e3", with upstream's rules of notation.

A quantity is an exact fixed-point number of billionths, and remembers its family of suffixes
(decimal, binary, exponent). Text that is already canonical by upstream's cheap test is kept as it
is (`+1`, `1e3`, `010`), all other is rewritten: `1024Mi` becomes `1Gi`, `0.5` becomes `500m`.

    parse("1.5Ki")      -> str "1536"     parse("1000k") -> "1M"    parse("1e-1") -> "100e-3"
    cpu_millis("250m")  -> 250            value_of("1Gi") -> 1073741824

Source: k8s.io/apimachinery pkg/api/resource quantity.go, suffix.go, amount.go (1.36). We differ in
one point: exponents beyond 300 are refused as a bad suffix, where upstream computes with them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

MALFORMED: Final = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
BAD_SUFFIX: Final = "unable to parse quantity's suffix"

_SCAN: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII)
_EXPONENT: Final = re.compile(r"[eE]([+-]?[0-9]+)", re.ASCII)
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15}
_DECIMAL["E"] = 18
_DECIMAL_NAMES: Final = {exponent: name for name, exponent in _DECIMAL.items()}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_BINARY_NAMES: Final = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_NANO: Final = 10**9
_MICRO: Final = 10**6
_INT64_MAX: Final = 2**63 - 1
_INT64_DIGITS: Final = 18
_EXPONENT_MAX: Final = 300
_TEXT_LENGTH_MAX: Final = 400

DECIMAL_SI: Final = "DecimalSI"
BINARY_SI: Final = "BinarySI"
DECIMAL_EXPONENT: Final = "DecimalExponent"


class QuantityError(ValueError):
    """Text that is no quantity; the message is upstream's."""


class Quantity:
    """An exact number with a family of suffixes; immutable.

    nanos: the value in billionths. style: DECIMAL_SI, BINARY_SI or DECIMAL_EXPONENT.
    """

    __slots__ = ("_text", "nanos", "style")

    def __init__(self, nanos: int, style: str = DECIMAL_SI, text: str = "") -> None:
        self.nanos = nanos
        self.style = style
        self._text = text

    def __str__(self) -> str:
        if not self._text:
            self._text = _canonical(self.nanos, self.style)
        return self._text

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    def value(self) -> int:
        """The value in whole units, rounded away from zero."""
        return _divide_up(self.nanos, _NANO)

    def milli_value(self) -> int:
        """The value in thousandths, rounded away from zero."""
        return _divide_up(self.nanos, _MICRO)

    def is_zero(self) -> bool:
        return self.nanos == 0

    def sign(self) -> int:
        return (self.nanos > 0) - (self.nanos < 0)

    def rounded_up_to_milli(self) -> Quantity:
        """This quantity, with less than a thousandth rounded up (what resource lists do)."""
        if self.nanos % _MICRO == 0:
            return self
        return Quantity(_divide_up(self.nanos, _MICRO) * _MICRO, self.style)

    def add(self, other: Quantity) -> Quantity:
        """The sum, in this notation unless this is zero."""
        style = other.style if self.nanos == 0 else self.style
        return Quantity(self.nanos + other.nanos, style)

    def sub(self, other: Quantity) -> Quantity:
        """The difference, in this notation unless this is zero."""
        style = other.style if self.nanos == 0 else self.style
        return Quantity(self.nanos - other.nanos, style)

    __add__ = add
    __sub__ = sub

    def __neg__(self) -> Quantity:
        return Quantity(-self.nanos, self.style)

    def compare(self, other: Quantity) -> int:
        return (self.nanos > other.nanos) - (self.nanos < other.nanos)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.nanos == other.nanos

    def __lt__(self, other: Quantity) -> bool:
        return self.nanos < other.nanos

    def __le__(self, other: Quantity) -> bool:
        return self.nanos <= other.nanos

    def __gt__(self, other: Quantity) -> bool:
        return self.nanos > other.nanos

    def __ge__(self, other: Quantity) -> bool:
        return self.nanos >= other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)


def of_value(value: int, style: str = DECIMAL_SI) -> Quantity:
    """The quantity of a whole number."""
    return Quantity(value * _NANO, style)


@lru_cache(maxsize=4096)
def parse(text: str | int | float) -> Quantity:
    """The quantity that a text (or a JSON number) stands for; QuantityError otherwise."""
    if not isinstance(text, str):
        text = _number_text(text)
    if text == "0":
        return Quantity(0, DECIMAL_SI, text)
    match = _SCAN.fullmatch(text) if text and len(text) <= _TEXT_LENGTH_MAX else None
    if match is None:
        raise QuantityError(MALFORMED)
    sign, digits, fraction, suffix = match.groups()
    digits, fraction = digits.lstrip("0") or "0", fraction or ""
    base, exponent, style = _suffix(suffix)
    mantissa = int(digits + fraction)
    if sign == "-":
        mantissa = -mantissa
    if base == 2:
        return _binary(mantissa, digits, fraction, exponent, text)
    shift = exponent - len(fraction)
    if len(digits) + len(fraction) <= _INT64_DIGITS and shift >= -9:
        return Quantity(mantissa * 10 ** (shift + 9), style, _kept(digits + fraction, shift, text))
    return Quantity(_scaled_up(mantissa, shift + 9), style)


def _number_text(number: int | float) -> str:
    if isinstance(number, bool):
        raise QuantityError(MALFORMED)
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e18:
        return str(int(number))
    return repr(number)


def _suffix(suffix: str) -> tuple[int, int, str]:
    """(base, exponent, style) of a suffix."""
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix], DECIMAL_SI
    if suffix in _BINARY:
        return 2, _BINARY[suffix], BINARY_SI
    match = _EXPONENT.fullmatch(suffix)
    if match is None or abs(int(match[1])) > _EXPONENT_MAX:
        raise QuantityError(BAD_SUFFIX)
    return 10, int(match[1]), DECIMAL_EXPONENT


def _kept(shifted: str, shift: int, text: str) -> str:
    """`text` where upstream takes it for canonical already, else ""."""
    is_canonical = shift % 3 == 0 and not shifted.endswith("000") and shifted[0] != "0"
    return text if is_canonical else ""


def _binary(mantissa: int, digits: str, fraction: str, exponent: int, text: str) -> Quantity:
    if not fraction and 14 - len(digits) - exponent * 3 // 10 >= 0:
        kept = text if abs(mantissa) & 7 else ""
        return Quantity((mantissa << exponent) * _NANO, BINARY_SI, kept)
    nanos = _scaled_up(mantissa * _NANO << exponent, -len(fraction))
    nanos = max(-_INT64_MAX * _NANO, min(nanos, _INT64_MAX * _NANO))
    return Quantity(nanos, DECIMAL_SI if 0 < abs(nanos) < _NANO else BINARY_SI)


def _scaled_up(number: int, exponent: int) -> int:
    """number x 10^exponent, rounded away from zero."""
    if exponent >= 0:
        return int(number * 10**exponent)
    return _divide_up(number, int(10**-exponent))


def _divide_up(number: int, divisor: int) -> int:
    """The quotient rounded away from zero."""
    return -(-number // divisor) if number >= 0 else number // divisor


def _canonical(nanos: int, style: str) -> str:
    if nanos == 0:
        return "0"
    if style == BINARY_SI:
        whole, rest = divmod(abs(nanos), _NANO)
        if whole >= 1024 and not rest:
            steps = 0
            while whole % 1024 == 0 and steps < 6:
                whole, steps = whole // 1024, steps + 1
            return f"{'-' if nanos < 0 else ''}{whole}{_BINARY_NAMES[steps]}"
    exponent = -9
    while nanos % 1000 == 0:
        nanos, exponent = nanos // 1000, exponent + 3
    if style != DECIMAL_EXPONENT and exponent in _DECIMAL_NAMES:
        return f"{nanos}{_DECIMAL_NAMES[exponent]}"
    return f"{nanos}e{exponent}" if exponent else str(nanos)


@lru_cache(maxsize=4096)
def cpu_millis(text: str | int | float) -> int:
    """Thousandths of a quantity, as CPU is counted."""
    return parse(text).milli_value()


@lru_cache(maxsize=4096)
def value_of(text: str | int | float) -> int:
    """Whole units of a quantity, as bytes and pods are counted."""
    return parse(text).value()
