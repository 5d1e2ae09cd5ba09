"""x-kubernetes-validations: rules in CEL over the values of a custom resource.

    judge(new, old, node) -> field errors of every rule that fails, outer rules first

`self` is the value at the rule's place, `oldSelf` what was stored there; a rule that speaks of
oldSelf waits for an old value unless it says optionalOldSelf. A rule with a function that is not
known here refuses nothing.

Source: k8s.io/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go (1.36); golden/policy
cr-cel-rules, cr-cel-transition.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final

from tuik8s.api import errors
from tuik8s.api.cel import engine as cel
from tuik8s.api.errors import FieldError
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object
from tuik8s.components.apiserver.customresources.functions import FUNCTIONS

_BLOCKING: Final = frozenset(
    {"FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid"}
)
_UNCHECKED: Final = (
    "some validation rules were not checked because the object was invalid; correct the existing "
    "errors to complete validation"
)
_ROOT_META: Final = ("name", "generateName")
_WORDS: Final = (
    "true false null in as break const continue else for function if import let loop package "
    "namespace return var void while"
)
_RESERVED: Final = frozenset(_WORDS.split())
_ABSENT: Final = object()
_OLD: Final = re.compile(r"\boldSelf\b")


def has_rules(node: Node) -> bool:
    """Whether there is a rule anywhere in a schema (which is a tree below metadata)."""
    if node.rules:
        return True
    children = [child for name, child in node.fields.items() if name != "metadata"]
    return any(has_rules(child) for child in (*children, *((node.items,) if node.items else ())))


def is_blocked(found: list[FieldError]) -> bool:
    """Whether what is wrong already keeps rules from being evaluated."""
    return any(error.reason in _BLOCKING for error in found)


def unchecked() -> FieldError:
    """What is said instead of evaluating."""
    return errors.invalid("", None, _UNCHECKED)


def judge(new: Object, old: Object | None, node: Node) -> list[FieldError]:
    """Evaluate every rule of a schema on an object."""
    found: list[FieldError] = []
    before = _ABSENT if old is None else _root(old)
    _walk(_root(new), before, node, "", found)
    return found


def _root(obj: Object) -> Object:
    meta = {name: obj["metadata"][name] for name in _ROOT_META if name in obj["metadata"]}
    return {**obj, "metadata": meta}


def _walk(value: Any, old: Any, node: Node, path: str, found: list[FieldError]) -> None:
    if value is None:
        return
    for rule in node.rules:
        error = _judge_rule(rule, value, old, node, path)
        if error is not None:
            found.append(error)
    if isinstance(value, dict):
        for key in sorted(value):
            if not path and key == "metadata":
                continue
            child = node.fields.get(key) or node.items
            if child is not None:
                before = old.get(key, _ABSENT) if isinstance(old, dict) else _ABSENT
                _walk(value[key], before, child, _child(path, key, node), found)
    elif isinstance(value, list) and node.items is not None:
        held = _by_keys(old, node)
        for index, item in enumerate(value):
            before = held.get(_keys_of(item, node), _ABSENT) if held else _ABSENT
            _walk(item, before, node.items, f"{path}[{index}]", found)


def _child(path: str, key: str, node: Node) -> str:
    if key not in node.fields and node.items is not None:
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def _by_keys(old: Any, node: Node) -> dict[str, Any]:
    """The old items that new ones can be compared with: only lists with keys have such."""
    if not isinstance(old, list) or node.list_type != "map":
        return {}
    return {_keys_of(item, node): item for item in old}


def _keys_of(item: Any, node: Node) -> str:
    if node.list_type != "map" or not isinstance(item, dict):
        return ""
    return json.dumps([item.get(key) for key in node.list_keys])


def _judge_rule(rule: Object, value: Any, old: Any, node: Node, path: str) -> FieldError | None:
    text = rule["rule"]
    optional = bool(rule.get("optionalOldSelf"))
    if _OLD.search(text) and old is _ABSENT and not optional:
        return None
    program = _compiled(text)
    if program is None:
        return None
    context = _context(value, old, node, optional)
    try:
        if program.execute(context) is not False:
            return None
        message = _message(rule, context)
    except KeyError as missing:
        message = f"rule evaluation error: no such key: {missing.args[0]}"
    except ZeroDivisionError:
        message = "rule evaluation error: division by zero"
    except (RuntimeError, TypeError, ValueError):
        return None
    return _refusal(rule, message, value, path)


def _message(rule: Object, context: cel.Context) -> str:
    expression = rule.get("messageExpression")
    if expression:
        program = _compiled(expression)
        try:
            said = program.execute(context) if program is not None else ""
        except (KeyError, RuntimeError, TypeError, ValueError, ZeroDivisionError):
            said = ""
        if isinstance(said, str) and said.strip() and "\n" not in said:
            return said.strip()
    message: str = rule.get("message") or ""
    return message.strip() or f"failed rule: {rule['rule'].strip()}"


def _refusal(rule: Object, message: str, value: Any, path: str) -> FieldError:
    where = path + (rule.get("fieldPath") or "")
    where = where.lstrip(".") if not path else where
    reason = rule.get("reason") or "FieldValueInvalid"
    if reason == "FieldValueForbidden":
        return errors.forbidden(where, message)
    if reason == "FieldValueRequired":
        return errors.required(where, message)
    if reason == "FieldValueDuplicate":
        return errors.duplicate(where, value)
    if isinstance(value, dict | list):
        return FieldError(where, "FieldValueInvalid", f"Invalid value: {message}")
    return errors.invalid(where, value, message)


def _context(value: Any, old: Any, node: Node, optional: bool) -> cel.Context:
    context = cel.Context()
    for name, function in FUNCTIONS.items():
        context.add_function(name, function)
    context.add_variable("self", _shown(value, node))
    if optional:
        absent = old is _ABSENT
        held = cel.OptionalValue.none() if absent else cel.OptionalValue.of(_shown(old, node))
        context.add_variable("oldSelf", held)
    elif old is not _ABSENT:
        context.add_variable("oldSelf", _shown(old, node))
    return context


def _shown(value: Any, node: Node | None) -> Any:
    """A value as CEL sees it: numbers are doubles, names that CEL cannot say are escaped."""
    if isinstance(value, dict):
        fields = node.fields if node is not None else {}
        items = node.items if node is not None else None
        return {
            (_escaped(key) if key in fields else key): _shown(item, fields.get(key) or items)
            for key, item in value.items()
        }
    if isinstance(value, list):
        items = node.items if node is not None else None
        return [_shown(item, items) for item in value]
    if node is not None and isinstance(value, int | float) and not isinstance(value, bool):
        if node.type == "number":
            return float(value)
        return int(value) if node.type == "integer" else value
    return value


def _escaped(name: str) -> str:
    if name in _RESERVED:
        return f"__{name}__"
    for mark, word in (("__", "underscores"), (".", "dot"), ("-", "dash"), ("/", "slash")):
        name = name.replace(mark, f"__{word}__")
    return name


@lru_cache(maxsize=2048)
def _compiled(text: str) -> cel.Program | None:
    """The program, None for what cannot be compiled here."""
    try:
        return cel.compile(text)
    except ValueError:
        return None
