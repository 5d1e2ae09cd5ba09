"""Follows definitions in the store: accepts them, serves their kinds, and ends them.

    written -> names accepted, Established (a status update by the server) -> kinds served
    deleted -> Terminating, finalizer -> instances deleted -> finalizer gone -> kinds gone

Source: k8s.io/apiextensions-apiserver pkg/controller/{status,establish,finalizer} (1.36).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tuik8s.api.meta import condition, copy_object, finalizers_of, remove_finalizer, set_condition
from tuik8s.api.times import format_time
from tuik8s.api.types import Object, Request
from tuik8s.components.apiserver.allocators import IDENTITY
from tuik8s.components.apiserver.api_services import keep_custom
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.customresources.kinds import kinds_of, version_of
from tuik8s.components.apiserver.customresources.names import is_established, with_status
from tuik8s.components.apiserver.customresources.terminating import CRDS, FINALIZER, is_terminating
from tuik8s.components.apiserver.routes import Route
from tuik8s.components.apiserver.server_writes import replace_unless_changed
from tuik8s.components.apiserver.subresources.scale import ScalePaths

if TYPE_CHECKING:
    from tuik8s.components.apiserver.pipeline import Pipeline
    from tuik8s.components.store.types import Change

_MANAGER: Final = "kube-apiserver"


class Definitions:
    """Keeps the served kinds in step with the definitions in the store."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._core = pipeline.core
        kind = self._core.kinds.by_resource(CRDS)
        assert kind is not None, "the definitions themselves are built in"
        self._kind = kind
        self._served: dict[str, Object] = {}
        self._ending: set[str] = set()

    def start(self) -> None:
        """The store was opened: serve what was established, then follow changes."""
        for definition in self._all():
            self._serve(definition)
            self._note_end(definition)
        self._core.store.on_commit(self._on_commit)
        for definition in self._all():
            self._core.world.call_soon(partial(self._see, definition["metadata"]["name"]))

    def _all(self) -> list[Object]:
        return self._core.reader.list_(CRDS)

    def _on_commit(self, changes: list[Change]) -> None:
        for change in changes:
            resource, _, name = change.key.split("/", 2)
            if resource == CRDS:
                self._core.world.call_soon(partial(self._see, name))
            elif resource in self._ending and change.type == "DELETED":
                self._core.world.call_soon(partial(self._see, resource))

    def _see(self, name: str) -> None:
        """Look at one definition as it is now, and do what is next."""
        entry = self._core.objects.entry(self._kind, "", name)
        if entry is None:
            self._forget(name)
            self._see_others(name)
            return
        definition = self._core.objects.read(self._kind, entry.value)
        self._serve(definition)
        self._note_end(definition)
        if self._core.config.read_only:
            return
        self._keep_services(definition["spec"]["group"])
        if is_terminating(definition):
            self._end(definition)
            return
        now = format_time(self._core.world.now_ms())
        new = with_status(definition, self._all(), now)
        if new["status"] != definition.get("status"):
            replace_unless_changed(self._core, self._kind, definition, new, _MANAGER)

    def _see_others(self, gone: str) -> None:
        """Names that a definition held are free: others may want them."""
        for definition in self._all():
            accepted = condition(definition, "NamesAccepted")
            if accepted is not None and accepted["status"] == "False":
                self._see(definition["metadata"]["name"])

    # -- serving

    def _serve(self, definition: Object) -> None:
        """Make the served kinds those of an established definition."""
        name = definition["metadata"]["name"]
        if not is_established(definition):
            return
        held = self._served.get(name)
        wanted = {"spec": definition["spec"], "names": definition["status"]["acceptedNames"]}
        if held == wanted:
            return
        kinds = kinds_of(definition)
        if held is not None:
            self._drop(held, {kind.version for kind in kinds})
            self._core.hub.end(name)
        for kind in kinds:
            self._core.kinds.add(kind)
        self._served[name] = wanted
        resource = kinds[0].resource if kinds else name
        self._core.scale_paths.pop(resource, None)
        scale = _scale_of(definition, kinds[0].version) if kinds else None
        if scale is not None:
            self._core.scale_paths[resource] = scale

    def _drop(self, held: Object, kept: set[str]) -> None:
        spec, names = held["spec"], held["names"]
        for version in spec["versions"]:
            if version["name"] not in kept:
                self._core.kinds.remove(spec["group"], version["name"], names["plural"])

    def _forget(self, name: str) -> None:
        held = self._served.pop(name, None)
        self._ending.discard(name)
        self._core.terminating.discard(name)
        self._core.scale_paths.pop(name, None)
        if held is not None:
            self._drop(held, set())
            self._core.hub.end(name)
            if not self._core.config.read_only:
                self._keep_services(held["spec"]["group"])

    def _keep_services(self, group: str) -> None:
        specs = [held["spec"] for held in self._served.values() if held["spec"]["group"] == group]
        served = {v["name"] for spec in specs for v in spec["versions"] if v.get("served")}
        keep_custom(self._core, group, served)

    # -- the end

    def _note_end(self, definition: Object) -> None:
        if is_terminating(definition):
            self._core.terminating.add(definition["metadata"]["name"])

    def _end(self, definition: Object) -> None:
        """Delete the instances; when none is left, let the definition go."""
        if FINALIZER not in finalizers_of(definition):
            return
        name = definition["metadata"]["name"]
        now = format_time(self._core.world.now_ms())
        keys = [entry.key for entry in self._core.store.range(f"{name}/").entries]
        if name not in self._ending:
            self._ending.add(name)
            if keys and is_established(definition):
                new = copy_object(definition)
                set_condition(
                    new,
                    "Terminating",
                    "True",
                    now=now,
                    reason="InstanceDeletionInProgress",
                    message="CustomResource deletion is in progress",
                )
                replace_unless_changed(self._core, self._kind, definition, new, _MANAGER)
                for key in keys:
                    self._delete(definition, key)
                return
        if keys and is_established(definition):
            return
        self._release(definition, now)

    def _release(self, definition: Object, now: str) -> None:
        new = copy_object(definition)
        set_condition(
            new,
            "Terminating",
            "False",
            now=now,
            reason="InstanceDeletionCompleted",
            message="removed all instances",
        )
        remove_finalizer(new, FINALIZER)
        entry = self._core.objects.entry(self._kind, "", new["metadata"]["name"])
        if finalizers_of(new):
            replace_unless_changed(self._core, self._kind, definition, new, _MANAGER)
        elif entry is not None:
            self._core.objects.remove(entry, IDENTITY, entry.revision)

    def _delete(self, definition: Object, key: str) -> None:
        spec = definition["spec"]
        version = next((v["name"] for v in spec["versions"] if v.get("served")), "")
        kind = self._core.kinds.lookup(spec["group"], version, spec["names"]["plural"])
        if kind is None:
            return
        _, namespace, name = key.split("/", 2)
        request = Request(
            verb="delete",
            group=kind.group,
            version=kind.version,
            resource=kind.plural,
            namespace=namespace,
            name=name,
        )
        route = Route(
            verb="delete",
            path="",
            group=kind.group,
            version=kind.version,
            resource=kind.plural,
            namespace=namespace,
            name=name,
            kind=kind,
        )
        self._pipeline.handle(request, route, Credentials(peer=IDENTITY), lambda answer: None)


def _scale_of(definition: Object, version: str) -> ScalePaths | None:
    scale = (version_of(definition, version).get("subresources") or {}).get("scale")
    if scale is None:
        return None
    return ScalePaths(
        scale["specReplicasPath"].lstrip("."),
        scale["statusReplicasPath"].lstrip("."),
        (scale.get("labelSelectorPath") or "").lstrip("."),
    )
