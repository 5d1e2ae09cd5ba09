"""What a deletion takes with it, and how hard to ask before: words and a level, pure.

    0  no question: what comes back by itself (a pod) while nothing is lost
    1  y or n, Enter does nothing: one object that others depend on, or several at once
    2  the name must be typed: a namespace, a definition with all its objects, all of something

Source: the three levels of `tui.md`, from the threads where users lost what they did not mean to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.ui.losses import READS, Items, Losses, losses_of

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
    along = _taken_along(kind, targets, items)
    counts = {kind.plural: len(targets)} | {name: len(objects) for name, objects in along.items()}
    words = ", ".join(_counted(count, word) for word, count in counts.items() if count)
    first = targets[0]["metadata"]["name"] if targets else ""
    if kind.plural == "namespaces":
        return Blast(2, f"{words}: everything inside is deleted", first)
    pods = targets if kind.plural == "pods" else along.get("pods", [])
    lost = losses_of(pods, items)
    if kind.plural == "customresourcedefinitions":
        return Blast(2, _with(f"{words}: and every object of that kind", lost), first)
    if len(targets) == total and total > 1:
        return Blast(2, _with(f"{words}: all that are here", lost), kind.plural)
    if kind.plural == "pods" and len(targets) == 1 and not lost:
        return Blast(0, words)
    return Blast(1, _with(words, lost))


def related(kind: Kind) -> tuple[str, ...]:
    """The resources whose objects a deletion of this kind may touch."""
    if kind.plural == "namespaces":
        return INSIDE
    return (*OWNED.get(kind.plural, ("pods",)), *READS)


def _with(words: str, lost: Losses) -> str:
    return f"{words} · {lost.words}" if lost else words


def _taken_along(kind: Kind, targets: list[Object], items: Items) -> dict[str, list[Object]]:
    """plural -> what goes with them."""
    names = {target["metadata"]["name"] for target in targets}
    if kind.plural == "nodes":
        return {"pods": [p for p in items("pods") if p["spec"].get("nodeName") in names]}
    if kind.plural == "namespaces":
        return {
            resource.partition(".")[0]: [
                obj for obj in items(resource) if obj["metadata"].get("namespace") in names
            ]
            for resource in INSIDE
        }
    return _owned(OWNED.get(kind.plural, ("pods",)), targets, items)


def _owned(
    resources: Iterable[str], targets: list[Object], items: Items
) -> dict[str, list[Object]]:
    """What garbage collection deletes after them."""
    owners = {target["metadata"].get("uid") for target in targets} - {None}
    found: dict[str, list[Object]] = {}
    for resource in resources:
        for obj in items(resource):
            meta = obj["metadata"]
            if any(owner.get("uid") in owners for owner in meta.get("ownerReferences") or ()):
                owners.add(meta.get("uid"))
                found.setdefault(resource.partition(".")[0], []).append(obj)
    return found


def _counted(count: int, plural: str) -> str:
    return f"{count} {plural}" if count != 1 else f"1 {plural.removesuffix('s')}"
