"""YAML bodies to JSON values, with the scalars of the YAML that upstream reads.

That YAML is 1.1 in the main: `y`, `on` and `off` are booleans, `0x10`, `010` and `0b1` integers;
timestamps stay text, keys become text. Of several documents only the first counts. Repeated keys
are reported, the last one wins. Aliases are expanded, but not without bounds.

    decode_yaml(b"a: y\\nb: 010") -> ({"a": True, "b": 8}, [])

Source: sigs.k8s.io/yaml and its copy of go-yaml v2 (resolve.go, decode.go); golden/machinery
body-yaml-booleans, ssa-malformed-bodies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml import events

from tuik8s.api.schema.scalars import DecodeError

_DEPTH_MAX: Final = 500
_ALIASED_VALUES_MAX: Final = 100_000
_BOOLEANS: Final = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULLS: Final = ("", "~", "null", "Null", "NULL")
_INTEGER: Final = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[1-9][0-9_]*|0)", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_BASES: Final = {"0b": 2, "0o": 8, "0x": 16}
_DIGITS_MAX: Final = 66
"""Of a number of 64 bits, with its sign, in base 2; leading zeros beyond them are not read."""
_TAGS: Final = "tag:yaml.org,2002:"


def decode_yaml(body: bytes) -> tuple[Any, list[str]]:
    """The value of the first document, and its repeated keys; DecodeError in upstream's words."""
    try:
        text = body.decode("utf-8")
        return _Builder(yaml.parse(text, Loader=yaml.CSafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem):  # some builds of libyaml have a limit too
            raise _too_deep() from None
        raise _refused(f"yaml: {_where(error)}{error.problem}") from None
    except yaml.YAMLError:
        raise _refused("yaml: control characters are not allowed") from None
    except UnicodeDecodeError:
        raise _refused("yaml: invalid leading UTF-8 octet") from None
    except RecursionError:
        raise _too_deep() from None


def _where(error: yaml.MarkedYAMLError) -> str:
    """The line as upstream counts it: scanner errors one further on than parser errors."""
    line = error.problem_mark.line if error.problem_mark else 0
    if line and isinstance(error, yaml.scanner.ScannerError):
        line += 1
    if not line and error.context_mark:
        line = error.context_mark.line
    return f"line {line}: " if line else ""


def _refused(text: str) -> DecodeError:
    return DecodeError(f"error converting YAML to JSON: {text}")


def _too_deep() -> DecodeError:
    return _refused(f"yaml: exceeded max depth of {_DEPTH_MAX}")


class _Builder:
    """Builds values from a stream of parser events."""

    def __init__(self, stream: Iterator[events.Event]) -> None:
        self._stream = stream
        self._anchors: dict[str, Any] = {}
        self._problems: list[str] = []
        self._aliased_count = 0

    def document(self) -> tuple[Any, list[str]]:
        value: Any = None
        for event in self._stream:
            if isinstance(event, events.DocumentStartEvent):
                value = self._value(next(self._stream), 0)
                break
        return value, self._problems

    def _value(self, event: events.Event, depth: int) -> Any:
        if depth > _DEPTH_MAX:
            raise _too_deep()
        if isinstance(event, events.AliasEvent):
            return self._alias(event.anchor)
        value: Any
        if isinstance(event, events.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, events.SequenceStartEvent):
            value = []
            while not isinstance(item := next(self._stream), events.SequenceEndEvent):
                value.append(self._value(item, depth + 1))
        else:
            value = self._mapping(depth)
        if isinstance(event, events.NodeEvent) and event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _mapping(self, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        while not isinstance(event := next(self._stream), events.MappingEndEvent):
            key = self._value(event, depth + 1)
            item = self._value(next(self._stream), depth + 1)
            if key == "<<" and _is_plain(event):
                merged.extend(item if isinstance(item, list) else [item])
                continue
            name = _key_text(key)
            if name in value:
                line = event.start_mark.line + 1 if event.start_mark else 0
                self._problems.append(f'line {line}: key "{name}" already set in map')
            value[name] = item
        for source in merged:
            if not isinstance(source, dict):
                raise _refused("yaml: map merge requires map or sequence of maps as the value")
            value = {**source, **value}
        return value

    def _alias(self, anchor: str | None) -> Any:
        if anchor is None or anchor not in self._anchors:
            raise _refused(f"yaml: unknown anchor '{anchor}' referenced")
        return self._copied(self._anchors[anchor])

    def _copied(self, value: Any) -> Any:
        self._aliased_count += 1
        if self._aliased_count > _ALIASED_VALUES_MAX:
            raise _refused("yaml: document contains excessive aliasing")
        if isinstance(value, dict):
            return {key: self._copied(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._copied(item) for item in value]
        return value


def _is_plain(event: events.Event) -> bool:
    return isinstance(event, events.ScalarEvent) and not event.style


def _key_text(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int | float):
        return str(key)
    raise _refused(f"yaml: unsupported map key of type {type(key).__name__}")


def _scalar(event: events.ScalarEvent) -> Any:
    text, tag = event.value, (event.tag or "").removeprefix(_TAGS)
    if tag in ("str", "!", "binary") or (event.style and not tag):
        return text
    if tag not in ("", "bool", "int", "float", "null", "timestamp", "merge"):
        return text
    return _resolved(text)


def _resolved(text: str) -> Any:
    """The value that an untagged plain scalar stands for."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    plain = text.replace("_", "")
    number = _integer(plain) if _INTEGER.fullmatch(text) else None
    if number is None and _FLOAT.fullmatch(plain) and text[0] != "_":
        number = float(plain)
    return text if number is None or not math.isfinite(number) else number


def _integer(text: str) -> float | None:
    """The number of 64 bits, signed or not; None for one that is larger or has no digits."""
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.removeprefix("+"))
    base = _BASES.get(digits[:2], 8 if digits[0] == "0" else 10)
    digits = digits[2:] if digits[:2] in _BASES else digits
    if not 0 < len(digits) <= _DIGITS_MAX:
        return None
    number = sign * int(digits, base)
    return number if -(2**63) <= number < 2**64 else None
