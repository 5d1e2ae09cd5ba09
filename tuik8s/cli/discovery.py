"""The kinds that a running cluster serves, as its discovery tells, by every name they go by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient
from tuik8s.components.supervisor.directory import Refusal

DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Resource(NamedTuple):
    """One kind of object, in the version that the server prefers."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...]
    categories: tuple[str, ...]
    verbs: tuple[str, ...]
    subresources: tuple[str, ...]
    versions: tuple[str, ...]

    @property
    def word(self) -> str:
        """What kubectl prints before a name: `pod`, `deployment.apps`."""
        return f"{self.singular}.{self.group}" if self.group else self.singular

    def names(self) -> tuple[str, ...]:
        full = f"{self.plural}.{self.group}"
        return (self.plural, self.singular, self.kind.lower(), self.word, full, *self.short_names)

    def whole(self, obj: Object) -> Object:
        """An item of a list, with the kind that the list leaves out of it."""
        version = f"{self.group}/{self.version}".lstrip("/")
        return {"apiVersion": version, "kind": self.kind, **obj}

    def path(
        self,
        namespace: str,
        name: str = "",
        subresource: str = "",
        query: Mapping[str, str] | None = None,
    ) -> str:
        """Where it is; namespace "" means all, and counts only for a namespaced kind."""
        base = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        tail = "".join(f"/{part}" for part in (name, subresource) if part)
        asked = urlencode({key: value for key, value in (query or {}).items() if value})
        return f"{base}{scope}/{self.plural}{tail}" + (f"?{asked}" if asked else "")


class NotServed(Refusal):
    """The cluster has no such kind, or not in that version."""


class Kinds:
    """All of a cluster's; `refresh` when a definition was added."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self.all: list[Resource] = []
        self.refresh()

    def refresh(self) -> None:
        self.all = [
            *_read(self._api.get("/api", DISCOVERY)),
            *_read(self._api.get("/apis", DISCOVERY)),
        ]

    def find(self, word: str) -> Resource:
        """The kind of that name. Raises Refusal with the nearest."""
        lower = word.lower()
        for resource in self.all:
            if lower in resource.names():
                return resource
        known = [name for resource in self.all for name in resource.names()]
        near = get_close_matches(lower, known, 1)
        there = f"did you mean {near[0]!r}?" if near else "there are: " + self._listed()
        raise Refusal(f"no kind {word!r} in this cluster; {there}")

    def of_category(self, word: str) -> list[Resource]:
        return [resource for resource in self.all if word in resource.categories]

    def of_manifest(self, api_version: str, kind: str) -> Resource:
        """The kind that a manifest names, in the version that it names. Raises NotServed."""
        group, _, version = api_version.rpartition("/")
        there = [each for each in self.all if each.kind == kind]
        for resource in there:
            if resource.group == group and version in resource.versions:
                return resource._replace(version=version)
        others = [f"{each.group}/{v}".lstrip("/") for each in there for v in each.versions]
        but = f", but of {', '.join(others)}" if others else ""
        raise NotServed(f"no kind {kind} of {api_version} in this cluster{but}")

    def _listed(self) -> str:
        return ", ".join(dict.fromkeys(resource.plural for resource in self.all))


def _read(document: Any) -> Iterator[Resource]:
    for group in document["items"]:
        seen: set[str] = set()
        for version in group["versions"]:
            for found in version["resources"]:
                if found["resource"] in seen or not found.get("responseKind"):
                    continue
                seen.add(found["resource"])
                kind = found["responseKind"]["kind"]
                yield Resource(
                    group=group["metadata"].get("name", ""),
                    version=version["version"],
                    plural=found["resource"],
                    singular=found.get("singularResource") or kind.lower(),
                    kind=kind,
                    namespaced=found["scope"] == "Namespaced",
                    short_names=tuple(found.get("shortNames", ())),
                    categories=tuple(found.get("categories", ())),
                    verbs=tuple(found["verbs"]),
                    subresources=tuple(s["subresource"] for s in found.get("subresources", ())),
                    versions=tuple(
                        each["version"]
                        for each in group["versions"]
                        if any(r["resource"] == found["resource"] for r in each["resources"])
                    ),
                )
