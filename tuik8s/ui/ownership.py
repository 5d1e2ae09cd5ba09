"""Who owns whom, as trees: the owners of an object above it, what it owns below. Pure.

deployment web  3/3
└─ replicaset web-86cd5cf549  3/3
   ├─ pod web-86cd5cf549-5gzq6  1/1 Running  on node-2
   │  └─ main  running
   └─ ...
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.ui.lines import Line
from tuik8s.ui.refs import NO_REF, Ref, ref_of
from tuik8s.ui.rows.registry import look_of
from tuik8s.ui.rowstore import Cell

TOLD = ("READY", "STATUS", "DESIRED", "COMPLETIONS", "CLUSTER-IP", "ENDPOINTS", "CAPACITY")
"""Columns of a table whose cells say in a word how an object is."""


class Member(NamedTuple):
    """An object in a tree: where it is, what is said of it, and how well it is."""

    ref: Ref
    uid: str
    owners: tuple[str, ...]
    """uids"""
    label: str
    said: str
    health: str
    parts: tuple[tuple[str, str, Ref], ...] = ()
    """What it is made of or uses: text, style, and the object that it is, if any."""


def member(kind: Kind, obj: Object, now_ms: int) -> Member:
    meta = obj["metadata"]
    said = [
        str(column.value(obj, now_ms))
        for column in kind.rules.columns or ()
        if column.name.upper() in TOLD and not column.priority
    ]
    node = (obj.get("spec") or {}).get("nodeName") if kind.plural == "pods" else ""
    if node:
        said.append(f"on {node}")
    if meta.get("deletionTimestamp"):
        said.append("terminating")
    return Member(
        ref_of(kind, obj),
        str(meta.get("uid", "")),
        tuple(owner["uid"] for owner in meta.get("ownerReferences") or () if owner.get("uid")),
        f"{kind.singular} {meta['name']}",
        "  ".join(said),
        look_of(kind.storage or kind.resource).health(obj),
        tuple(_parts(obj)) if kind.plural == "pods" else (),
    )


class Forest:
    """Members of one namespace, or of all, by who owns them."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.by_ref: dict[Ref, Member] = {}
        self._children: defaultdict[str, list[Member]] = defaultdict(list)
        uids = set()
        for each in members:
            self.by_ref[each.ref] = each
            uids.add(each.uid)
            for owner in each.owners:
                self._children[owner].append(each)
        self.roots = [
            each for each in self.by_ref.values() if not any(o in uids for o in each.owners)
        ]

    def draw(self, roots: Iterable[Member]) -> Iterator[tuple[Line, Ref]]:
        """The trees below some members, each line with the object that it stands for."""
        for root in sorted(roots, key=_place):
            yield _line("", root), root.ref
            yield from self._below(root, "", {root.uid})

    def branch(self, ref: Ref, owners: Iterable[Ref]) -> Iterator[tuple[Line, Ref]]:
        """An object with its owners above it, the topmost first, and what it owns below."""
        indent = ""
        for owner in owners:
            above = self.by_ref.get(owner)
            if above is not None:
                yield _line(indent and f"{indent[:-3]}└─ ", above), owner
                indent += "   "
        found = self.by_ref.get(ref)
        if found is not None:
            yield _line(indent and f"{indent[:-3]}└─ ", found), ref
            yield from self._below(found, indent, {found.uid})

    def _below(self, owner: Member, indent: str, seen: set[str]) -> Iterator[tuple[Line, Ref]]:
        """seen: uids on the way here; ownership in circles is drawn once."""
        children = [c for c in self._children.get(owner.uid, ()) if c.uid not in seen]
        children.sort(key=_place)
        last = len(owner.parts) + len(children) - 1
        for index, (text, style, ref) in enumerate(owner.parts):
            yield (
                (Cell(indent + ("└─ " if index == last else "├─ "), "dim"), Cell(text, style)),
                ref,
            )
        for index, child in enumerate(children, len(owner.parts)):
            fork, stem = ("└─ ", "   ") if index == last else ("├─ ", "│  ")
            yield _line(indent + fork, child), child.ref
            yield from self._below(child, indent + stem, {*seen, child.uid})


def _place(found: Member) -> tuple[str, str]:
    return (found.ref.plural, found.ref.name)


def _line(stem: str, found: Member) -> Line:
    kind, _, name = found.label.partition(" ")
    style = found.health if found.health in ("ok", "warn", "bad") else "dim"
    cells = (Cell(stem, "dim"), Cell(f"{kind} ", "dim"), Cell(name), Cell(f"  {found.said}", style))
    return tuple(cell for cell in cells if cell.text.strip())


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
