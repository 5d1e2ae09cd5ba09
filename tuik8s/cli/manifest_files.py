"""Manifests from files: several YAML documents, Lists, or what `kubectl get -o json` printed.

Every object of a built-in kind is checked along its schema. A mistake is a Refusal that names the
file, the document, the line where it can be told, and what was expected.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tuik8s.api.kinds.registry import KindRegistry, builtin
from tuik8s.api.schema.decode import DecodeError, decode_object
from tuik8s.api.types import Object
from tuik8s.components.supervisor.directory import Refusal

SUFFIXES = (".yaml", ".yml", ".json")


class Manifests:
    """The objects of one file; `unknown` lists fields that no schema knows, with their object."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.objects: list[Object] = []
        self.unknown: list[str] = []
        self._text = _read(path)
        self._kinds = builtin()
        for number, document in enumerate(_documents(path, self._text), 1):
            for steps, item in _items(document):
                self._take(number, steps, item)

    def _take(self, number: int, steps: tuple[str | int, ...], item: Any) -> None:
        if not isinstance(item, dict):
            raise self._bad(number, steps, "expected an object with apiVersion and kind")
        for field in ("apiVersion", "kind"):
            if not isinstance(item.get(field), str) or not item[field]:
                raise self._bad(number, steps, f"expected {field}, a text")
        meta = item.get("metadata")
        if not isinstance(meta, dict) or not isinstance(meta.get("name"), str) or not meta["name"]:
            raise self._bad(number, steps, f"expected metadata.name of the {item['kind']}")
        try:
            unknown = check_object(self._kinds, item)
        except DecodeError as problem:
            where = f"{item['kind']} {meta['name']}"
            if problem.path:
                where += f", field {'.'.join(problem.path)}"
            raise self._bad(number, (*steps, *problem.path), f"{where}: {problem}") from problem
        self.unknown += [f"{item['kind']} {meta['name']}: {problem}" for problem in unknown]
        self.objects.append(item)

    def _bad(self, number: int, steps: Sequence[str | int], text: str) -> Refusal:
        line = _line_of(self._text, number, steps)
        return Refusal(f"{self.path}:{line}: document {number}: {text}")


def manifests_at(path: str) -> list[Object]:
    """The objects of a file, of all files of a directory, or with - of standard input.

    A field that no schema knows is refused, too.
    """
    folder = Path(path)
    files = [path]
    if folder.is_dir():
        files = [str(each) for each in sorted(folder.iterdir()) if each.suffix in SUFFIXES]
        if not files:
            raise Refusal(f"{path}: no manifests there ({', '.join(SUFFIXES)})")
    found: list[Object] = []
    for file in files:
        manifests = Manifests(file)
        if manifests.unknown:
            raise Refusal(f"{file}: {manifests.unknown[0]}")
        found += manifests.objects
    return found


def check_object(kinds: KindRegistry, obj: Object) -> list[str]:
    """Check and normalise an object in place; answers with its unknown fields.

    Errors: DecodeError. Objects of kinds that we do not know pass as they are.
    """
    group, _, version = obj["apiVersion"].rpartition("/")
    kind = kinds.by_kind(group, version, obj["kind"])
    if kind is None:
        return []
    return decode_object(obj, kind.schema, kind.kind)[1]


def read_documents(path: str) -> list[Any]:
    """The documents of a YAML or JSON file, empty ones left out."""
    return list(_documents(path, _read(path)))


def _read(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise Refusal(f"{path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise Refusal(f"{path} is not text in UTF-8 (byte {problem.start})") from problem


def _documents(path: str, text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = 0
    try:
        for document in yaml.load_all(text, loader):
            if document is not None:
                found += 1
                yield _plain(document)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        words = ": ".join(part for part in (problem.context, problem.problem) if part)
        raise Refusal(f"{path}:{line}: document {found + 1}: malformed YAML: {words}") from problem
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise Refusal(f"{path}: document {found + 1}: malformed YAML: {problem}") from problem
    if not found:
        raise Refusal(f"{path} is empty; expected Kubernetes manifests")


def _plain(value: Any) -> Any:
    """As JSON has it: YAML's dates back as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)


def _items(document: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The objects of a document: itself, or the items of a List, with the way to each."""
    if isinstance(document, dict) and str(document.get("kind", "")).endswith("List"):
        items = document.get("items")
        if isinstance(items, list):
            for index, item in enumerate(items):
                yield ("items", index), _typed(item, document)
            return
    yield (), document


def _typed(item: Any, parent: Object) -> Any:
    """Items of a typed list (PodList) may leave out what the list says."""
    kind = parent["kind"].removesuffix("List")
    if isinstance(item, dict) and kind:
        item.setdefault("apiVersion", parent.get("apiVersion", ""))
        item.setdefault("kind", kind)
    return item


def _line_of(text: str, number: int, steps: Sequence[str | int]) -> int:
    """The line where the steps lead in a document; as far as they lead without doubt."""
    nodes = [node for node in yaml.compose_all(text, yaml.SafeLoader) if not _is_empty(node)]
    found = [nodes[number - 1]]
    line = int(found[0].start_mark.line) + 1
    for step in steps:
        following: list[Any] = []
        for node in found:
            following += _step(node, step)
        if not following:
            return line
        found = following
        if len(found) == 1:
            line = int(found[0].start_mark.line) + 1
    return line


def _is_empty(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _step(node: Any, step: str | int) -> list[Any]:
    if isinstance(node, yaml.SequenceNode):
        if isinstance(step, int):
            return [node.value[step]]
        return [inner for item in node.value for inner in _step(item, step)]
    if isinstance(node, yaml.MappingNode):
        return [value for key, value in node.value if key.value == step]
    return []
