"""Which resources there are: the built-in ones and those of CustomResourceDefinitions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tuik8s.api.kinds.registry import builtin
from tuik8s.api.meta import is_condition_true
from tuik8s.api.types import Object, resource_id
from tuik8s.components.controllers.base import View

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
EVENTS = "events"
_NEEDED = {"list", "delete"}


@dataclass(frozen=True, slots=True)
class Served:
    """One resource, with all that is needed to find it by an owner reference."""

    resource: str
    group: str
    versions: tuple[str, ...]
    kind: str
    namespaced: bool


@cache
def builtin_resources() -> tuple[Served, ...]:
    """Stored built-in resources that can be listed and deleted, in discovery order."""
    found: dict[str, Served] = {}
    for kind in builtin().all():
        if not set(kind.verbs) >= _NEEDED or (kind.storage and kind.storage != kind.resource):
            continue
        seen = found.get(kind.resource)
        versions = (*(seen.versions if seen else ()), kind.version)
        found[kind.resource] = Served(
            kind.resource, kind.group, versions, kind.kind, kind.namespaced
        )
    return tuple(found.values())


def custom_resource(crd: Object) -> Served | None:
    """What an established CustomResourceDefinition serves."""
    if not is_condition_true(crd, "Established"):
        return None
    spec = crd["spec"]
    names = spec["names"]
    versions = tuple(v["name"] for v in spec.get("versions") or () if v.get("served"))
    if not versions:
        return None
    resource = resource_id(spec["group"], names["plural"])
    return Served(resource, spec["group"], versions, names["kind"], spec["scope"] == "Namespaced")


def all_resources(view: View) -> Iterable[Served]:
    yield from builtin_resources()
    for crd in view.list_(CRDS):
        served = custom_resource(crd)
        if served is not None:
            yield served


@cache
def _builtin_by_kind() -> dict[tuple[str, str, str], Served]:
    return {
        (served.group, version, served.kind): served
        for served in builtin_resources()
        for version in served.versions
    }


def served_kind(view: View, api_version: str, kind: str) -> Served | None:
    """The resource that an owner reference names; None when there is no such kind."""
    group, _, version = api_version.rpartition("/")
    found = _builtin_by_kind().get((group, version, kind))
    if found is not None:
        return found
    for crd in view.list_(CRDS):
        served = custom_resource(crd)
        if served is None or (served.group, served.kind) != (group, kind):
            continue
        if version in served.versions:
            return served
    return None
