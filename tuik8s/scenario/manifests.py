"""Manifests that a scenario applies or deletes: files of them, or one written in place."""

from __future__ import annotations

from pathlib import Path

from tuik8s.api.types import Object
from tuik8s.scenario.place import BadScenario, Source, Value, read_text
from tuik8s.scenario.yaml_reader import parse_yaml

SUFFIXES = (".yaml", ".yml", ".json")


def manifests_at(value: Value) -> list[Object]:
    """Those that a value means: a manifest, or a file or directory beside the scenario.

    Raises BadScenario for what cannot be one; it names the line of the manifest and of the step.
    """
    if isinstance(value.raw, dict):
        return [manifest_of(value)]
    path = value.source.beside(value.text("a file of manifests, or a manifest"))
    try:
        found = [each for file in _files(path) for each in manifests_in(file, value.source)]
    except BadScenario as bad:
        raise BadScenario(f"{bad}\n  named at {value.place}") from bad
    if not found:
        raise value.bad(f"{path} has no manifests in it")
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)


def manifests_in(path: Path, scenario: Source | None = None) -> list[Object]:
    """The objects of a file, those of Lists included, with the parameters of the scenario."""
    source = Source(str(path), scenario.parameters if scenario is not None else {})
    found: list[Value] = []
    for document in parse_yaml(source, read_text(path)):
        fields = document.raw if isinstance(document.raw, dict) else {}
        if "items" in fields and "kind" in fields and str(fields["kind"].raw).endswith("List"):
            found += fields["items"].items("the items of a list")
        elif document.raw is not None:
            found.append(document)
    return [manifest_of(value) for value in found]


def manifest_of(value: Value) -> Object:
    """The object that is written there. Raises BadScenario for what cannot be one."""
    fields = value.fields("a manifest")
    for needed in ("apiVersion", "kind", "metadata"):
        if needed not in fields:
            raise value.bad(f"a manifest needs {needed}")
    fields["apiVersion"].text("an apiVersion such as v1")
    fields["kind"].text("a kind such as Pod")
    meta = fields["metadata"].fields("metadata")
    if "name" not in meta:
        raise fields["metadata"].bad("metadata needs name")
    for name in ("name", "namespace"):
        if name in meta:
            meta[name].text(f"a {name}")
    found: Object = value.plain()
    return found


def label_of(manifest: Object) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"
