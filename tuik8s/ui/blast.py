"""What a deletion takes with it, and how hard to ask before: words and a level, pure.

    0  no question: what comes back by itself (a pod)
    1  y or n, Enter does nothing: one object that others depend on, or several at once
    2  the name must be typed: a namespace, a definition with all its objects, all of something

Source: the three levels of `tui.md`, from the threads where users lost what they did not mean to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object

Items = Callable[[str], Iterable[Object]]
"""resource id -> its objects"""

OWNED = {
    "deployments": ("replicasets.apps", "pods"),
    "cronjobs": ("jobs.batch", "pods"),
    "pods": (),
    "services": (),
}
"""plural -> what garbage collection may delete after it, owners first; for others just pods."""

INSIDE = (
    "pods", "deployments.apps", "statefulsets.apps", "services", "configmaps", "secrets",
    "persistentvolumeclaims",
)  # fmt: skip
"""What of a namespace is counted."""


class Blast(NamedTuple):
    """level: see above; affects: in words; name: what must be typed at level 2."""

    level: int
    affects: str
    name: str = ""


def blast_of(kind: Kind, targets: list[Object], total: int, items: Items) -> Blast:
    """Of deleting some of the `total` objects of a kind."""
    counts = Counter({kind.plural: len(targets)}) + _taken_along(kind, targets, items)
    words = ", ".join(_counted(count, word) for word, count in counts.items())
    first = targets[0]["metadata"]["name"] if targets else ""
    if kind.plural == "namespaces":
        return Blast(2, f"{words}: everything inside is deleted", first)
    if kind.plural == "customresourcedefinitions":
        return Blast(2, f"{words}: and every object of that kind", first)
    if len(targets) == total and total > 1:
        return Blast(2, f"{words}: all that are here", kind.plural)
    if kind.plural == "pods" and len(targets) == 1:
        return Blast(0, words)
    return Blast(1, words)


def related(kind: Kind) -> tuple[str, ...]:
    """The resources whose objects a deletion of this kind may touch."""
    return INSIDE if kind.plural == "namespaces" else OWNED.get(kind.plural, ("pods",))


def _taken_along(kind: Kind, targets: list[Object], items: Items) -> Counter[str]:
    names = {target["metadata"]["name"] for target in targets}
    if kind.plural == "nodes":
        return Counter(pods=sum(p["spec"].get("nodeName") in names for p in items("pods")))
    if kind.plural == "namespaces":
        inside = {
            resource: sum(obj["metadata"].get("namespace") in names for obj in items(resource))
            for resource in related(kind)
        }
        return Counter({resource.partition(".")[0]: count for resource, count in inside.items()})
    return _owned(related(kind), targets, items)


def _owned(resources: Iterable[str], targets: list[Object], items: Items) -> Counter[str]:
    """What garbage collection deletes after them."""
    owners = {target["metadata"].get("uid") for target in targets} - {None}
    found: Counter[str] = Counter()
    for resource in resources:
        for obj in items(resource):
            meta = obj["metadata"]
            if any(owner.get("uid") in owners for owner in meta.get("ownerReferences") or ()):
                owners.add(meta.get("uid"))
                found[resource.partition(".")[0]] += 1
    return found


def _counted(count: int, plural: str) -> str:
    return f"{count} {plural}" if count != 1 else f"1 {plural.removesuffix('s')}"
