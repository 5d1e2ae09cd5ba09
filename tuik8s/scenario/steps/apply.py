"""apply: FILE - manifests go in by server-side apply; a path is relative to the scenario.

Also `apply: {kind: ..., ...}`, a manifest written in place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tuik8s.api.types import Object
from tuik8s.bus.client import PatchKind
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run
from tuik8s.scenario.state import NoSuchKind

APPLY: PatchKind = "apply"
MANAGER = "tuik8s-run"
ESTABLISHED_WITHIN_MS = 10_000


class Apply:
    """Applies manifests in the order in which they stand."""

    def __init__(self, value: Value) -> None:
        self._value = value
        self._inline: Object | None = None
        if isinstance(value.raw, dict):
            self._inline = value.plain()
            self.title = f"apply {_name(self._inline or {})}"
        else:
            self.title = f"apply {value.text('a file of manifests, or a manifest')}"

    def run(self, run: Run) -> None:
        for manifest in [self._inline] if self._inline else self._read(run.directory):
            apply_manifest(run, manifest, self._value)

    def _read(self, directory: Path) -> list[Object]:
        path = directory / self._value.raw
        try:
            documents = list(yaml.safe_load_all(path.read_text()))
        except OSError as problem:
            raise self._value.bad(f"{path}: {problem.strerror}") from problem
        except yaml.YAMLError as problem:
            raise self._value.bad(f"{path} is malformed YAML: {problem}") from problem
        found: list[Object] = []
        for document in documents:
            if isinstance(document, dict) and str(document.get("kind", "")).endswith("List"):
                found += document.get("items") or []
            elif document:
                found.append(document)
        return found


def apply_manifest(run: Run, manifest: Any, place: Value) -> None:
    """Apply one object. Raises Failed, naming it."""
    if not isinstance(manifest, dict) or not manifest.get("kind") or "metadata" not in manifest:
        raise place.bad(f"expected manifests with kind and metadata, got {str(manifest)[:60]!r}")
    try:
        run.state.resource(manifest["kind"])
    except NoSuchKind:
        _wait_for_kind(run, manifest["kind"])
    try:
        resource, namespaced = run.state.resource(manifest["kind"])
    except NoSuchKind as unknown:
        raise Run.Failed(
            f"{_name(manifest)}: {unknown}; if it is a custom kind, apply its definition first"
        ) from unknown
    meta = manifest["metadata"]
    namespace = meta.get("namespace", "default") if namespaced else ""
    body = {**manifest, "metadata": {**meta, "namespace": namespace} if namespaced else meta}
    version = str(manifest.get("apiVersion", "")).rpartition("/")[2]
    try:
        run.ask(
            lambda on_reply: run.cluster.client.patch(
                resource,
                namespace,
                meta.get("name", ""),
                body,
                on_reply,
                kind=APPLY,
                version=version,
                query={"fieldManager": MANAGER, "force": "true"},
            )
        )
    except Run.Failed as failed:
        raise Run.Failed(f"{_name(manifest)}: {failed}") from failed


def _wait_for_kind(run: Run, kind: str) -> None:
    """A custom kind is served a moment after its definition was applied."""

    def is_there() -> bool:
        try:
            run.state.resource(kind)
        except NoSuchKind:
            return False
        return True

    if run.state.list_("customresourcedefinitions"):
        run.wait_until(is_there, ESTABLISHED_WITHIN_MS)


def _name(manifest: Object) -> str:
    return f"{manifest.get('kind', '?')}/{(manifest.get('metadata') or {}).get('name', '?')}"


def parse(value: Value) -> Apply:
    return Apply(value)
