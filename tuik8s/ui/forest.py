"""The objects that own or are owned, read from the feed at the moment that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuik8s.ui.feed import Feed
from tuik8s.ui.ownership import Forest, Place, place_of
from tuik8s.ui.refs import Ref, owners_of

OWNING = (
    "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps",
    "controllerrevisions.apps", "jobs.batch", "cronjobs.batch", "replicationcontrollers", "pods",
    "services", "endpointslices.discovery.k8s.io", "persistentvolumeclaims",
)  # fmt: skip
"""Kinds that stand in ownership trees, beside all custom ones."""

OWNERS_MAX = 10


def owners_above(feed: Feed, ref: Ref) -> list[Ref]:
    """The chain of owners, the topmost first; each step takes the controller if there is one."""
    chain: list[Ref] = []
    current = ref
    while len(chain) < OWNERS_MAX:
        obj = feed.get(*current)
        above = owners_of(feed.kinds, obj) if obj is not None else []
        if not above or above[0] in (ref, *chain):
            break
        current = above[0]
        chain.append(current)
    return chain[::-1]


def forest(feed: Feed, namespace: str, now_ms: int, also: Iterable[Ref] = ()) -> Forest:
    """Everything of a namespace ("" for all) that owns or is owned, and some objects besides."""
    return Forest(_places(feed, namespace, set(also)), lambda ref: feed.get(*ref), now_ms)


def _places(feed: Feed, namespace: str, also: set[Ref]) -> Iterator[Place]:
    custom = [kind.resource for kind in feed.kinds.all() if kind.custom]
    resources = dict.fromkeys((*OWNING, *custom))
    for resource in resources:
        kind = feed.kinds.by_resource(resource)
        if kind is None:
            continue
        for obj in feed.items(resource):
            if not namespace or obj["metadata"].get("namespace", "") == namespace:
                yield place_of(kind, obj)
    for ref in sorted(also):
        kind = feed.kinds.by_resource(ref.resource)
        found = feed.get(*ref) if ref.resource not in resources else None
        if kind is not None and found is not None:
            yield place_of(kind, found)
