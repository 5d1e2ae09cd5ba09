"""apply: FILE - manifests go in by server-side apply; a path is relative to the scenario.

Also `apply: {kind: ..., ...}`, a manifest written in place.
"""

from __future__ import annotations

from pathlib import Path

from tuik8s.api.types import Object
from tuik8s.bus.client import PatchKind
from tuik8s.scenario.place import Value, parse_yaml, read_text
from tuik8s.scenario.run import Run
from tuik8s.scenario.state import NoSuchKind

APPLY: PatchKind = "apply"
MANAGER = "tuik8s-run"
ESTABLISHED_WITHIN_MS = 10_000


class Apply:
    """Applies manifests in the order in which they stand."""

    def __init__(self, value: Value) -> None:
        self._file = ""
        self._inline: list[Object] = []
        if isinstance(value.raw, dict):
            self._inline = [manifest_of(value)]
            self.title = f"apply {_name(self._inline[0])}"
        else:
            self._file = value.text("a file of manifests, or a manifest")
            self.title = f"apply {self._file}"

    def run(self, run: Run) -> None:
        for manifest in self._inline or manifests_in(run.directory / self._file):
            apply_manifest(run, manifest)


def manifests_in(path: Path) -> list[Object]:
    """The objects of a file, those of Lists included. Raises BadScenario."""
    found: list[Value] = []
    for document in parse_yaml(str(path), read_text(path)):
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


def apply_manifest(run: Run, manifest: Object) -> None:
    """Apply one object. Raises Failed, naming it."""
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
    version = manifest["apiVersion"].rpartition("/")[2]
    try:
        run.ask(
            lambda on_reply: run.cluster.client.patch(
                resource,
                namespace,
                meta["name"],
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
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def parse(value: Value) -> Apply:
    return Apply(value)
