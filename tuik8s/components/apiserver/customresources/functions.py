"""The functions that Kubernetes adds to CEL, as far as rules use them.

Source: k8s.io/apiserver pkg/cel/library/{lists,regex,urls,quantity}.go; cel-go ext/strings.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlparse

from tuik8s.api.quantity import parse


def _index_of(value: Any, wanted: Any, start: int = 0) -> int:
    if isinstance(value, str):
        return value.find(wanted, start)
    return value.index(wanted) if wanted in value else -1


def _last_index_of(value: Any, wanted: Any) -> int:
    if isinstance(value, str):
        return value.rfind(wanted)
    return max((i for i, item in enumerate(value) if item == wanted), default=-1)


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found.group() if found else ""


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found = [match.group() for match in re.finditer(pattern, text)]
    return found if limit < 0 else found[:limit]


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    return text.replace(old, new, limit)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if not separator:
        return list(text)
    return text.split(separator, limit - 1 if limit > 0 else -1)


def _join(items: list[str], separator: str = "") -> str:
    return separator.join(items)


def _substring(text: str, start: int, end: int | None = None) -> str:
    return text[start:end]


def _is_sorted(items: list[Any]) -> bool:
    return all(a <= b for a, b in pairwise(items))


def _is_url(text: str) -> bool:
    try:
        parts = urlparse(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) or text.startswith("/")


def _is_quantity(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _unique(items: list[Any]) -> list[Any]:
    return [item for i, item in enumerate(items) if item not in items[:i]]


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "find": _find,
    "findAll": _find_all,
    "lowerAscii": lambda text: text.lower(),
    "upperAscii": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "replace": _replace,
    "split": _split,
    "join": _join,
    "substring": _substring,
    "charAt": lambda text, at: text[at : at + 1],
    "isSorted": _is_sorted,
    "sum": lambda items: sum(items),
    "distinct": _unique,
    "isURL": _is_url,
    "isQuantity": _is_quantity,
}
