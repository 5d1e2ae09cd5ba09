"""What a cluster has that a fault may mean: parties, and objects of the API as far as they count.

A plan asks the shape for its target and gets it, or a refusal that names those there are.
"""

from __future__ import annotations

import msgspec

from tuik8s.api.selectors import LabelSelector, parse_label_selector, selector_of, selector_of_map
from tuik8s.api.types import Object

NAMES_MAX = 12
"""So many names a refusal lists."""
WORKLOADS = {
    "deployment": "deployments.apps",
    "replicaset": "replicasets.apps",
    "statefulset": "statefulsets.apps",
    "daemonset": "daemonsets.apps",
    "job": "jobs.batch",
}
"""What may stand for its pods in a target, and its resource."""
KIND_OF = {
    "nodes": "node",
    "pods": "pod",
    "services": "service",
    **{resource: kind for kind, resource in WORKLOADS.items()},
}
"""The kind of thing that each resource holds."""


class Refused(Exception):
    """The fault cannot be: its target does not exist, or a parameter does not read."""


class Thing(msgspec.Struct, frozen=True):
    """What counts of an object. node: where a pod runs. selector: text, of what has one."""

    kind: str
    namespace: str
    name: str
    labels: dict[str, str] = {}
    node: str = ""
    selector: str = ""

    @property
    def place(self) -> str:
        """`kind/name`, with the namespace between them where it has one."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


class Shape(msgspec.Struct, frozen=True):
    """The parties of the cluster, and what was read of its objects."""

    parties: tuple[str, ...]
    things: tuple[Thing, ...] = ()

    def party(self, target: str) -> str:
        """The party that `component/NAME` means. Raises Refused, naming those there are."""
        kind, _, name = target.partition("/")
        if kind != "component" or name not in self.parties:
            known = ", ".join(f"component/{party}" for party in self.parties)
            raise Refused(f"target {target!r} is no component; there are: {known}")
        return name

    def node_parties(self, target: str) -> tuple[str, ...]:
        """The parties that live on `node/NAME`. Raises Refused."""
        kind, _, name = target.partition("/")
        found = tuple(p for p in self.parties if p.partition("/")[2] == name and name)
        if kind == "node" and found:
            return found
        hosted = [p for p in self.parties if ".." in p]
        if kind == "node" and hosted:
            raise Refused(
                f"{target} shares its process with other nodes ({', '.join(hosted)}); "
                "start the cluster with --nodes-per-process 1 to break nodes one by one"
            )
        nodes = sorted({p.partition("/")[2] for p in self.parties if p.startswith("kubelet/")})
        raise Refused(f"target {target!r} is no node; there are: {', '.join(nodes)}")

    def node(self, target: str) -> str:
        """The name of the node that `node/NAME` means. Raises Refused, naming those there are."""
        kind, _, name = target.partition("/")
        if kind != "node":
            raise Refused(f"target {target!r} is no node; {self.known('node', '*')}")
        return self.one("node", "*", name).name

    def parties_of(self, target: str) -> tuple[str, ...]:
        """The parties that `node/N` or `component/C` means. Raises Refused."""
        return self.node_parties(target) if target.startswith("node/") else (self.party(target),)

    def of(self, kind: str, namespace: str = "*", selector: str = "") -> list[Thing]:
        """The things of a kind in a namespace (`*`: any) that a label selector matches."""
        matcher = parse_selector(selector)
        return [
            thing
            for thing in self.things
            if thing.kind == kind
            and namespace in ("*", thing.namespace)
            and matcher.matches(thing.labels)
        ]

    def one(self, kind: str, namespace: str, name: str) -> Thing:
        """The thing of that name. Raises Refused, naming those there are."""
        found = next((t for t in self.of(kind, namespace) if t.name == name), None)
        if found is None:
            raise Refused(f"no {kind} {name!r}{within(namespace)}; {self.known(kind, namespace)}")
        return found

    def known(self, kind: str, namespace: str) -> str:
        """In words, what there is of a kind."""
        here = [thing.name for thing in self.of(kind, namespace)]
        if not here:
            spaces = sorted({thing.namespace for thing in self.of(kind)} - {""})
            there = f" (there are in: {', '.join(spaces[:NAMES_MAX])})" if spaces else ""
            return f"there are none{there}"
        more = f" and {len(here) - NAMES_MAX} more" if len(here) > NAMES_MAX else ""
        return f"there are: {', '.join(here[:NAMES_MAX])}{more}"


def within(namespace: str) -> str:
    return f" in namespace {namespace}" if namespace not in ("", "*") else ""


def parse_selector(text: str) -> LabelSelector:
    """A label selector. Raises Refused."""
    try:
        return parse_label_selector(text)
    except ValueError as problem:
        raise Refused(f"selector {text!r} does not read: {problem}; such as app=web") from problem


def thing_of(resource: str, obj: Object) -> Thing:
    """What counts of an object of a resource."""
    meta, spec = obj["metadata"], obj.get("spec") or {}
    kind = KIND_OF[resource]
    selector = spec.get("selector")
    if not selector:
        text = ""
    elif kind == "service":
        text = str(selector_of_map(selector))
    else:
        text = str(selector_of(selector))
    return Thing(
        kind=kind,
        namespace=meta.get("namespace", ""),
        name=meta["name"],
        labels=meta.get("labels") or {},
        node=spec.get("nodeName", "") if kind == "pod" else "",
        selector=text,
    )
