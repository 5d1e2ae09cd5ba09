"""Who owns whom, as trees: the owners of an object above it, what it owns below. Pure.

deployment web  3/3
└─ replicaset web-86cd5cf549  3/3
   ├─ pod web-86cd5cf549-5gzq6  1/1 Running  on node-2
   │  └─ main  running
   └─ ...
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.ui.lines import Line, line
from tuik8s.ui.refs import NO_REF, Ref, ref_of
from tuik8s.ui.rows.registry import look_of
from tuik8s.ui.rowstore import Cell

TOLD = ("READY", "STATUS", "DESIRED", "COMPLETIONS", "CLUSTER-IP", "ENDPOINTS", "CAPACITY")
"""Columns of a table whose cells say in a word how an object is."""


class Place(NamedTuple):
    """Where an object stands among the others; thousands of them weigh little."""

    kind: Kind
    ref: Ref
    uid: str
    owners: tuple[str, ...]
    """uids"""


Look = Callable[[Ref], Object | None]


def place_of(kind: Kind, obj: Object) -> Place:
    meta = obj["metadata"]
    owners: Iterable[Object] = meta.get("ownerReferences") or ()
    uids = tuple(owner["uid"] for owner in owners if owner.get("uid"))
    return Place(kind, ref_of(kind, obj), str(meta.get("uid", "")), uids)


class Forest:
    """Objects by who owns them. look: has the object of a line when the line is drawn."""

    def __init__(self, places: Iterable[Place], look: Look, now_ms: int) -> None:
        self.by_ref: dict[Ref, Place] = {}
        self._look = look
        self._now_ms = now_ms
        self._children: defaultdict[str, list[Place]] = defaultdict(list)
        uids = set()
        for each in places:
            self.by_ref[each.ref] = each
            uids.add(each.uid)
            for owner in each.owners:
                self._children[owner].append(each)
        self.count = len(self.by_ref)
        self.roots = [
            each for each in self.by_ref.values() if not any(o in uids for o in each.owners)
        ]

    def draw(self, roots: Iterable[Place]) -> Iterator[tuple[Line, Ref]]:
        """The trees below some objects, each line with the object that it stands for."""
        for root in sorted(roots, key=_order):
            yield from self._tree(root, "", "", frozenset())

    def branch(self, ref: Ref, owners: Iterable[Ref]) -> Iterator[tuple[Line, Ref]]:
        """An object with its owners above it, the topmost first, and what it owns below."""
        indent = stem = ""
        for owner in owners:
            obj, above = self._look(owner), self.by_ref.get(owner)
            if above is not None and obj is not None:
                yield self._line(stem, above, obj), owner
                stem, indent = f"{indent}└─ ", f"{indent}   "
        found = self.by_ref.get(ref)
        if found is not None:
            yield from self._tree(found, stem, indent, frozenset())

    def _tree(
        self, place: Place, stem: str, indent: str, seen: frozenset[str]
    ) -> Iterator[tuple[Line, Ref]]:
        """seen: uids on the way here; ownership in circles is drawn once."""
        obj = self._look(place.ref)
        if obj is None:
            return
        yield self._line(stem, place, obj), place.ref
        seen |= {place.uid}
        children = [c for c in self._children.get(place.uid, ()) if c.uid not in seen]
        children.sort(key=_order)
        parts = list(_parts(obj)) if place.kind.plural == "pods" else []
        last = len(parts) + len(children) - 1
        for index, (text, style, ref) in enumerate(parts):
            fork = "└─ " if index == last else "├─ "
            yield (Cell(indent + fork, "dim"), Cell(text, style)), ref
        for index, child in enumerate(children, len(parts)):
            fork, inner = ("└─ ", "   ") if index == last else ("├─ ", "│  ")
            yield from self._tree(child, indent + fork, indent + inner, seen)

    def _line(self, stem: str, place: Place, obj: Object) -> Line:
        cells = [Cell(stem, "dim")] if stem else []
        kind, name = f"{place.kind.singular} ", place.ref.name
        return (*cells, Cell(kind, "dim"), Cell(name), state_of(place.kind, obj, self._now_ms))


def _order(place: Place) -> tuple[str, str]:
    return (place.ref.plural, place.ref.name)


def state_of(kind: Kind, obj: Object, now_ms: int) -> Cell:
    """How an object is, in a few words."""
    said = [
        str(column.value(obj, now_ms))
        for column in kind.rules.columns or ()
        if column.name.upper() in TOLD and not column.priority
    ]
    node = (obj.get("spec") or {}).get("nodeName") if kind.plural == "pods" else ""
    if node:
        said.append(f"on {node}")
    if obj["metadata"].get("deletionTimestamp"):
        said.append("terminating")
    health = look_of(kind.storage or kind.resource).health(obj)
    style = health if health in ("ok", "warn", "bad") else "dim"
    return Cell("".join(f"  {text}" for text in said), style)


def container_lines(pod: Object) -> list[Line]:
    """The containers of a pod with their states."""
    return [line(f"  {text}", style) for text, style, ref in _parts(pod) if ref == NO_REF]


def _parts(pod: Object) -> Iterator[tuple[str, str, Ref]]:
    """A pod's containers with their states, then what its volumes are taken from."""
    spec, status = pod["spec"], pod.get("status") or {}
    states = {
        each["name"]: each
        for each in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ()))
    }
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        name = container["name"]
        text, style = container_state(states.get(name) or {})
        yield f"container {name}  {text}", style, NO_REF
    namespace = pod["metadata"].get("namespace", "")
    for volume in spec.get("volumes") or ():
        for source, field, resource in (
            ("persistentVolumeClaim", "claimName", "persistentvolumeclaims"),
            ("configMap", "name", "configmaps"),
            ("secret", "secretName", "secrets"),
        ):
            name = (volume.get(source) or {}).get(field)
            if name:
                yield (
                    f"volume {volume['name']}: {resource[:-1]} {name}",
                    "dim",
                    Ref(resource, namespace, name),
                )


def container_state(status: Object) -> tuple[str, str]:
    """("running, ready, 2 restarts", style)"""
    state = status.get("state") or {}
    restarts = status.get("restartCount") or 0
    more = f", {restarts} restart{'s' * (restarts > 1)}" if restarts else ""
    last = (status.get("lastState") or {}).get("terminated")
    if last:
        more += f", last ended {last.get('reason', '')} ({last.get('exitCode', 0)})"
    if "running" in state:
        ready = bool(status.get("ready"))
        return f"running{'' if ready else ', not ready'}{more}", "ok" if ready else "warn"
    if "terminated" in state:
        ended = state["terminated"]
        code = ended.get("exitCode", 0)
        return f"{ended.get('reason', 'terminated')} ({code}){more}", "bad" if code else "dim"
    reason = (state.get("waiting") or {}).get("reason", "")
    starting = reason in ("", "ContainerCreating", "PodInitializing")
    return f"{reason or 'waiting'}{more}", "dim" if starting else "bad"
