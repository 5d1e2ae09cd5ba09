"""apply: FILE - manifests go in by server-side apply; a path is relative to the scenario.

Also a directory, a list of files, or `apply: {kind: ..., ...}`, a manifest written in place. Fields
that somebody else owns are taken over, as with --force-conflicts.
"""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.bus.client import PatchKind
from tuik8s.scenario.manifests import label_of, manifests_at
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Refusal, Run
from tuik8s.scenario.state import NoSuchKind
from tuik8s.scenario.writes import MANAGER

APPLY: PatchKind = "apply"
ESTABLISHED_WITHIN_MS = 10_000


class Apply:
    """Applies manifests in the order in which they stand."""

    def __init__(self, value: Value) -> None:
        items = value.one_or_more()
        self._manifests = [manifest for item in items for manifest in manifests_at(item)]
        named = [item.raw for item in items if isinstance(item.raw, str)]
        self.title = f"apply {', '.join(named) or label_of(self._manifests[0])}"

    def run(self, run: Run) -> None:
        for manifest in self._manifests:
            apply_manifest(run, manifest)


def apply_manifest(run: Run, manifest: Object) -> None:
    """Apply one object. Raises Failed, naming it."""
    try:
        run.state.resource(manifest["kind"])
    except NoSuchKind:
        _wait_for_kind(run, manifest["kind"])
    try:
        resource, namespaced = run.state.resource(manifest["kind"])
    except NoSuchKind as unknown:
        raise Failed(
            f"{label_of(manifest)}: {unknown}; if it is a custom kind, apply its definition first"
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
    except Refusal as refusal:
        raise Refusal(f"{label_of(manifest)}: {refusal}") from refusal


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


def parse(value: Value) -> Apply:
    return Apply(value)
