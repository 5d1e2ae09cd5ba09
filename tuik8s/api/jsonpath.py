"""JSONPath as kubectl and printer columns of custom resources know it.

Steps: `.name`, `['name']`, `.*`, `[*]`, `[0]`, `[-1]`, `[1:3]`, `[0,2]`, `..name`,
`[?(@.type=="Ready")]` with `== != < <= > >=` or mere existence. Braces around the whole and a
leading `$` are optional, a dot in a name is escaped by a backslash. What is absent yields nothing.

Source: k8s.io/client-go util/jsonpath; k8s.io/apiextensions-apiserver
pkg/registry/customresource/tableconvertor.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

Step = Callable[[Any], Iterator[Any]]

_NAME: Final = re.compile(r"(?:\\.|[^.\[\]\\\s(){}=!<>&|,'\"])+")
_QUOTED: Final = re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\"""")
_SLICE: Final = re.compile(r"(-?\d*)(?::(-?\d*))?(?::(-?\d*))?")
_COMPARISON: Final = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*")
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class JsonPath:
    """A parsed path; `find` yields what it reaches, in order."""

    __slots__ = ("steps",)

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps = steps

    def find(self, value: Any) -> list[Any]:
        found = [value]
        for step in self.steps:
            found = [result for item in found for result in step(item)]
        return found


@lru_cache(maxsize=1024)
def parse(text: str) -> JsonPath:
    """Parse a path; ValueError when it is malformed."""
    body = text.strip()
    if body.startswith("{") and body.endswith("}"):
        body = body[1:-1].strip()
    try:
        steps, end = _parse_steps(body, 0)
    except RecursionError:
        raise ValueError("too many filters within filters in a JSONPath") from None
    if end != len(body):
        raise ValueError(f"unexpected {body[end:]!r} in JSONPath {text!r}")
    return JsonPath(steps)


def column_cell(path: JsonPath, column_type: str, obj: Any) -> Any:
    """The cell of an additionalPrinterColumn: the first result in the column's type, or None.

    A `date` comes as the text that the object holds; to show its age takes a clock.
    """
    found = path.find(obj)
    if not found or found[0] is None:
        return None
    value = found[0]
    if column_type == "string":
        return print_value(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if column_type in ("integer", "number") and is_number:
        return int(value) if column_type == "integer" else value
    if column_type == "boolean" and isinstance(value, bool):
        return value
    return value if column_type == "date" and isinstance(value, str) else None


def print_results(values: list[Any]) -> str:
    """Results as `-o jsonpath` prints them: separated by blanks."""
    return " ".join(map(print_value, values))


def print_value(value: Any) -> str:
    """Strings and numbers bare, maps (sorted) and lists as compact JSON, null as nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def _parse_steps(text: str, at: int) -> tuple[tuple[Step, ...], int]:
    """Steps from a position on, up to where a path cannot go on."""
    steps: list[Step] = []
    if text[at : at + 1] in ("$", "@"):
        at += 1
    elif at == 0 and text[:1] not in (".", "[", ""):
        text = "." + text
        steps_, end = _parse_steps(text, 0)
        return steps_, end - 1
    while at < len(text):
        if text.startswith("..", at):
            steps.append(_descendants)
            at += 2
            if text[at : at + 1] != "[":
                step, at = _parse_name(text, at)
                steps.append(step)
        elif text[at] == ".":
            if at + 1 == len(text) or text[at + 1] in " )=!<>":
                return tuple(steps), at + 1
            step, at = _parse_name(text, at + 1)
            steps.append(step)
        elif text[at] == "[":
            step, at = _parse_bracket(text, at + 1)
            steps.append(step)
        else:
            break
    return tuple(steps), at


def _parse_name(text: str, at: int) -> tuple[Step, int]:
    match = _NAME.match(text, at)
    if match is None:
        if text[at : at + 1] == "[":
            return _same, at
        raise ValueError(f"name expected at {at} of JSONPath {text!r}")
    if match.group() == "*":
        return _children, match.end()
    return _member(re.sub(r"\\(.)", r"\1", match.group())), match.end()


def _parse_bracket(text: str, at: int) -> tuple[Step, int]:
    if text.startswith("*]", at):
        return _children, at + 2
    if text.startswith("?(", at):
        keep, at = _parse_filter(text, at + 2)
        return _filtered(keep), at
    choices: list[Step] = []
    while True:
        if quoted := _QUOTED.match(text, at):
            choices.append(_member(re.sub(r"\\(.)", r"\1", quoted[1] or quoted[2] or "")))
            at = quoted.end()
        else:
            part = _SLICE.match(text, at)
            if part is None or not part.group():
                raise ValueError(f"unterminated array in JSONPath {text!r}")
            choices.append(_slice(part))
            at = part.end()
        if text[at : at + 1] == "]":
            return (choices[0] if len(choices) == 1 else _union(tuple(choices))), at + 1
        if text[at : at + 1] != ",":
            raise ValueError(f"unterminated array in JSONPath {text!r}")
        at += 1


def _parse_filter(text: str, at: int) -> tuple[Callable[[Any], bool], int]:
    left, at = _parse_operand(text, at)
    comparison = _COMPARISON.match(text, at)
    if comparison is None:
        right, name = None, ""
    else:
        name = comparison[1]
        right, at = _parse_operand(text, comparison.end())
    end = re.compile(r"\s*\)\]").match(text, at)
    if end is None:
        raise ValueError(f"unterminated filter in JSONPath {text!r}")

    def keep(item: Any) -> bool:
        lefts = left(item)
        if right is None:
            return bool(lefts)
        rights = right(item)
        return bool(lefts) and bool(rights) and _compares(name, lefts[0], rights[0])

    return keep, end.end()


def _parse_operand(text: str, at: int) -> tuple[Callable[[Any], list[Any]], int]:
    at += len(text[at:]) - len(text[at:].lstrip())
    if quoted := _QUOTED.match(text, at):
        value = re.sub(r"\\(.)", r"\1", quoted[1] if quoted[1] is not None else quoted[2])
        return (lambda _item: [value]), quoted.end()
    if literal := re.compile(r"true|false|null|-?\d+(?:\.\d+)?").match(text, at):
        constant = json.loads(literal.group())
        return (lambda _item: [constant]), literal.end()
    if text[at : at + 1] != "@":
        raise ValueError(f"operand expected at {at} of JSONPath {text!r}")
    steps, at = _parse_steps(text, at)
    return JsonPath(steps).find, at


def _compares(name: str, left: Any, right: Any) -> bool:
    """Whether two values compare so; other types than numbers only with their own.

    Maps and nulls have no order, so neither is less nor more.
    """
    numbers = (int, float)
    both_numbers = isinstance(left, numbers) and isinstance(right, numbers)
    if type(left) is not type(right) and not both_numbers:
        return name == "!="
    try:
        return _COMPARE[name](left, right)
    except TypeError:
        return False


def _same(value: Any) -> Iterator[Any]:
    yield value


def _member(name: str) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict) and name in value:
            yield value[name]

    return step


def _children(value: Any) -> Iterator[Any]:
    """All members in the order of their names, or all items."""
    if isinstance(value, dict):
        yield from (value[name] for name in sorted(value))
    elif isinstance(value, list):
        yield from value


def _descendants(value: Any) -> Iterator[Any]:
    yield value
    for child in _children(value):
        yield from _descendants(child)


def _slice(part: re.Match[str]) -> Step:
    if ":" not in part.group():
        index = int(part[1])

        def item(value: Any) -> Iterator[Any]:
            if isinstance(value, list) and -len(value) <= index < len(value):
                yield value[index]

        return item
    start, stop, stride = (int(group) if group else None for group in part.groups())
    if stride == 0:
        raise ValueError(f"step must be > 0 in JSONPath slice {part.group()!r}")

    def items(value: Any) -> Iterator[Any]:
        if isinstance(value, list):
            yield from value[start:stop:stride]

    return items


def _union(choices: tuple[Step, ...]) -> Step:
    def step(value: Any) -> Iterator[Any]:
        for choice in choices:
            yield from choice(value)

    return step


def _filtered(keep: Callable[[Any], bool]) -> Step:
    def step(value: Any) -> Iterator[Any]:
        yield from (item for item in _children(value) if keep(item))

    return step
