"""An object by where it is, not by what it was: the only thing that screens keep between pumps.

What is read through a ref is the object of the moment that is shown, whatever moment that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.types import Object


class Ref(NamedTuple):
    """resource: its id, such as `deployments.apps`; namespace "" for kinds without one."""

    resource: str
    namespace: str
    name: str

    @property
    def key(self) -> str:
        """As the log names it."""
        return f"{self.resource}/{self.namespace}/{self.name}"

    @property
    def plural(self) -> str:
        return self.resource.partition(".")[0]

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{singular(self.plural)} {where}{self.name}"


NO_REF = Ref("", "", "")


def singular(plural: str) -> str:
    """As the names of Kubernetes kinds form it: `policies`, `ingresses`, `leases`, `pods`."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("tuses", "tus")):
        if plural.endswith(ending):
            return plural.removesuffix(ending) + instead
    return plural.removesuffix("s")


def ref_of(kind: Kind, obj: Object) -> Ref:
    meta = obj["metadata"]
    return Ref(kind.storage or kind.resource, meta.get("namespace", ""), meta["name"])


def ref_of_key(key: str) -> Ref:
    """From a key of the log, `<resource id>/<namespace>/<name>`; NO_REF if it is none."""
    parts = key.split("/", 2)
    return Ref(*parts) if len(parts) == 3 else NO_REF


def kind_named(kinds: KindRegistry, api_version: str, name: str) -> Kind | None:
    """The kind that an owner reference or an Event means, in whatever version it is served."""
    group = api_version.rpartition("/")[0]
    return next((k for k in kinds.all() if k.kind == name and k.group == group), None)


def owners_of(kinds: KindRegistry, obj: Object) -> list[Ref]:
    """The objects that own this one, the controller first; kinds that are not served are left
    out."""
    meta = obj["metadata"]
    found = []
    references: Iterable[Object] = meta.get("ownerReferences") or ()
    for each in sorted(references, key=lambda owner: not owner.get("controller")):
        kind = kind_named(kinds, each.get("apiVersion", ""), each["kind"])
        if kind is not None:
            namespace = meta.get("namespace", "") if kind.namespaced else ""
            found.append(Ref(kind.storage or kind.resource, namespace, each["name"]))
    return found
