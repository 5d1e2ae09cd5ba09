"""Label and field selectors: parsing with upstream's words, canonical text, fast matching.

Source: k8s.io/apimachinery pkg/labels/selector.go, pkg/fields/selector.go and
pkg/apis/meta/v1/validation (1.36). Parse errors are `ValueError`s with upstream's text, to be
answered as 400.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object

_OPERATORS: Final = ("in", "notin", "=", "==", "!=", "gt", "lt")
_TOKEN: Final = re.compile(r"[ \t\r\n]*(==|=|!=|!|\(|\)|,|>|<|[^=!(),><\s]+)?")
_WORDS: Final = {"in", "notin"}
_SYMBOLS: Final = {"==", "=", "!=", "!", "(", ")", ",", ">", "<", ""}
_FROM_OBJECT: Final = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}


class Requirement:
    """One condition on one label.

    operator: `in`, `notin`, `=`, `==`, `!=`, `>`, `<`, `exists` or `!` (absent). values: sorted.
    """

    __slots__ = ("_number", "_set", "key", "operator", "values")

    def __init__(self, key: str, operator: str, values: tuple[str, ...] = ()) -> None:
        self.key = key
        self.operator = operator
        self.values = values
        self._set = frozenset(values)
        self._number = parse_int(values[0]) or 0 if operator in (">", "<") else 0

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.key)
        operator = self.operator
        if operator in ("=", "==", "in"):
            return value in self._set
        if operator in ("!=", "notin"):
            return value is None or value not in self._set
        if operator == "exists":
            return value is not None
        if operator == "!":
            return value is None
        return self._compares(value)

    def _compares(self, value: str | None) -> bool:
        number = None if value is None else parse_int(value)
        if number is None:
            return False
        return number > self._number if self.operator == ">" else number < self._number

    def __str__(self) -> str:
        if self.operator == "exists":
            return self.key
        if self.operator == "!":
            return f"!{self.key}"
        if self.operator in ("in", "notin"):
            return f"{self.key} {self.operator} ({','.join(self.values)})"
        return f"{self.key}{self.operator}{','.join(self.values)}"


class LabelSelector:
    """Requirements that must all hold; none of them match everything."""

    __slots__ = ("_exact", "_others", "nothing", "requirements")

    def __init__(self, requirements: tuple[Requirement, ...], nothing: bool = False) -> None:
        self.requirements = tuple(sorted(requirements, key=lambda r: r.key))
        self.nothing = nothing
        exact = [r for r in self.requirements if r.operator in ("=", "==")]
        self._exact = tuple((r.key, r.values[0]) for r in exact)
        self._others = tuple(r for r in self.requirements if r not in exact)

    @property
    def everything(self) -> bool:
        return not self.requirements and not self.nothing

    def matches(self, labels: Mapping[str, str]) -> bool:
        if self.nothing:
            return False
        for key, value in self._exact:
            if labels.get(key) != value:
                return False
        return all(requirement.matches(labels) for requirement in self._others)

    def __str__(self) -> str:
        return "<nothing>" if self.nothing else ",".join(map(str, self.requirements))


EVERYTHING: Final = LabelSelector(())
NOTHING: Final = LabelSelector((), nothing=True)


def parse_label_selector(text: str) -> LabelSelector:
    """Parse `a=b,c in (d,e),!f`; ValueError carries upstream's message."""
    return LabelSelector(tuple(_Parser(text).requirements())) if text else EVERYTHING


def selector_of(selector: Object | None) -> LabelSelector:
    """From a metav1.LabelSelector object: None matches nothing, an empty one everything.

    An operator that validation would refuse is a ValueError.
    """
    if selector is None:
        return NOTHING
    found = [Requirement(k, "=", (v,)) for k, v in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or ():
        operator = _FROM_OBJECT.get(expression.get("operator", ""))
        if operator is None:
            shown = names.quoted(expression.get("operator", ""))
            raise ValueError(f"{shown} is not a valid label selector operator")
        found.append(
            new_requirement(expression.get("key", ""), operator, expression.get("values") or [])
        )
    return LabelSelector(tuple(found)) if found else EVERYTHING


def selector_of_map(labels: Mapping[str, str]) -> LabelSelector:
    """Every label equal; an empty map matches everything."""
    return LabelSelector(tuple(Requirement(k, "=", (v,)) for k, v in labels.items()))


def new_requirement(key: str, operator: str, values: list[str]) -> Requirement:
    """A requirement, checked; ValueError joins all that is wrong."""
    errors = _check_key(key, "key") + _check_count(operator, values)
    for index, value in enumerate(values):
        if texts := names.label_value(value):
            errors.append(invalid(f"values[{index}][{key}]", value, "; ".join(texts)))
    if errors:
        texts = [error.message for error in errors]
        raise ValueError(texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]")
    return Requirement(key, operator, tuple(sorted(set(values))))


def validate_label_selector(selector: Object | None, field: str) -> list[FieldError]:
    """Errors of a metav1.LabelSelector object at `field`."""
    if selector is None:
        return []
    errors = names.validate_labels(selector.get("matchLabels") or {}, f"{field}.matchLabels")
    for index, expression in enumerate(selector.get("matchExpressions") or ()):
        at = f"{field}.matchExpressions[{index}]"
        errors += _validate_expression(expression, at)
    return errors


def _validate_expression(expression: Object, field: str) -> list[FieldError]:
    operator, values = expression.get("operator", ""), expression.get("values") or []
    errors: list[FieldError] = []
    if operator in ("In", "NotIn"):
        if not values:
            text = "must be specified when `operator` is 'In' or 'NotIn'"
            errors.append(required(f"{field}.values", text))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(forbidden(f"{field}.values", text))
    else:
        errors.append(invalid(f"{field}.operator", operator, "not a valid selector operator"))
    key = expression.get("key", "")
    errors += [invalid(f"{field}.key", key, text) for text in names.label_key(key)]
    for index, value in enumerate(values):
        at = f"{field}.values[{index}]"
        errors += [invalid(at, value, text) for text in names.label_value(value)]
    return errors


def _check_key(key: str, field: str) -> list[FieldError]:
    texts = names.label_key(key)
    return [invalid(field, key, "; ".join(texts))] if texts else []


def _check_count(operator: str, values: list[str]) -> list[FieldError]:
    """What an operator demands of its values."""
    if operator in ("in", "notin"):
        text = "for 'in', 'notin' operators, values set can't be empty"
        return [] if values else [invalid("values", values, text)]
    if operator in ("=", "==", "!="):
        text = "exact-match compatibility requires one single value"
        return [] if len(values) == 1 else [invalid("values", values, text)]
    if operator in ("exists", "!"):
        text = "values set must be empty for exists and does not exist"
        return [] if not values else [invalid("values", values, text)]
    if operator not in (">", "<"):
        return [not_supported("operator", operator, _OPERATORS)]
    errors = []
    if len(values) != 1:
        text = "for 'Gt', 'Lt' operators, exactly one value is required"
        errors.append(invalid("values", values, text))
    text = "for 'Gt', 'Lt' operators, the value must be an integer"
    for index, value in enumerate(values):
        if parse_int(value) is None:
            errors.append(invalid(f"values[{index}]", value, text))
    return errors


class _Parser:
    """Recursive descent over the tokens of one label selector; "" is the end of the text."""

    def __init__(self, text: str) -> None:
        self.tokens = [match.group(1) or "" for match in _TOKEN.finditer(text)]
        self.position = 0

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while token := self._peek():
            if token in _SYMBOLS and token != "!":
                raise ValueError(f"found '{token}', expected: !, identifier, or 'end of string'")
            try:
                found.append(self._requirement())
            except ValueError as error:
                raise ValueError(f"unable to parse requirement: {error}") from None
            after = self._take()
            if not after:
                return found
            if after != ",":
                raise ValueError(f"found '{after}', expected: ',' or 'end of string'")
            following = self._peek()
            if following in _SYMBOLS and following != "!":
                raise ValueError(f"found '{following}', expected: identifier after ','")
        return found

    def _peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self.position += 1
        return token

    def _requirement(self) -> Requirement:
        token = self._take()
        absent = token == "!"
        if absent:
            token = self._take()
        if token in _SYMBOLS:
            raise ValueError(f"found '{token}', expected: identifier")
        if errors := _check_key(token, ""):
            raise ValueError(errors[0].message)
        if absent:
            return new_requirement(token, "!", [])
        if self._peek() in ("", ","):
            return new_requirement(token, "exists", [])
        operator = self._take()
        if operator in _WORDS:
            return new_requirement(token, operator, self._values())
        if operator not in ("=", "==", "!=", ">", "<"):
            raise ValueError(f"found '{operator}', expected: {', '.join(_OPERATORS)}")
        return new_requirement(token, operator, [self._value()])

    def _value(self) -> str:
        if self._peek() in ("", ","):
            return ""
        token = self._take()
        if token in _SYMBOLS:
            raise ValueError(f"found '{token}', expected: identifier")
        return token

    def _values(self) -> list[str]:
        opening = self._take()
        if opening != "(":
            raise ValueError(f"found '{opening}' expected: '('")
        first = self._peek()
        if first == ")":
            self._take()
            return []
        if first in _SYMBOLS and first != ",":
            raise ValueError(f"found '{first}', expected: ',', ')' or identifier")
        found = self._value_list()
        if self._take() != ")":
            raise ValueError(f"found '{first}', expected: ')'")
        return sorted(found)

    def _value_list(self) -> set[str]:
        """Values between the parentheses; nothing between two commas is the empty value."""
        found: set[str] = set()
        while True:
            token = self._take()
            if token == ",":
                if not found:
                    found.add("")
                if self._peek() == ")":
                    return found | {""}
                if self._peek() == ",":
                    self._take()
                    found.add("")
            elif token in _SYMBOLS:
                raise ValueError(f"found '{token}', expected: ',', or identifier")
            else:
                found.add(token)
                following = self._peek()
                if following == ")":
                    return found
                if following != ",":
                    raise ValueError(f"found '{following}', expected: ',' or ')'")


class FieldSelector:
    """Comparisons of fields with values; `terms` are (field, operator `=` or `!=`, value)."""

    __slots__ = ("terms",)

    def __init__(self, terms: tuple[tuple[str, str, str], ...]) -> None:
        self.terms = terms

    @property
    def everything(self) -> bool:
        return not self.terms

    def matches(self, get: Callable[[str], str]) -> bool:
        """get: the text of a field, "" when the object lacks it."""
        for field, operator, value in self.terms:
            if (get(field) == value) != (operator == "="):
                return False
        return True

    def exact(self, field: str) -> str | None:
        """The value that the selector demands of a field, None when it demands none."""
        for name, operator, value in self.terms:
            if name == field and operator == "=":
                return value
        return None

    def __str__(self) -> str:
        return ",".join(f"{f}{o}{escape_field_value(v)}" for f, o, v in self.terms)


def parse_field_selector(text: str) -> FieldSelector:
    """Parse `a=b,c!=d`; empty terms are skipped, terms come sorted, as upstream keeps them."""
    terms = []
    for part in sorted(re.findall(r"(?:\\.|[^\\,]|\\$)+", text, re.DOTALL)):
        match = re.match(r"(.*?)(!=|==|=)(.*)", part, re.DOTALL)
        if match is None:
            raise ValueError(f"invalid selector: '{text}'; can't understand '{part}'")
        field, operator, value = match.groups()
        terms.append((field, "=" if operator == "==" else operator, _unescape(value)))
    return FieldSelector(tuple(terms))


def escape_field_value(value: str) -> str:
    return re.sub(r"([\\,=])", r"\\\1", value)


def _unescape(value: str) -> str:
    out: list[str] = []
    characters = iter(value)
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            if escaped not in ("\\", ",", "="):
                text = f"invalid field selector: invalid escape sequence: \\{escaped}"
                raise ValueError(text)
            out.append(escaped)
        elif character == "=":
            # Go prints the rune as its number.
            raise ValueError("invalid field selector: unescaped character in value: 61")
        else:
            out.append(character)
    return "".join(out)
