"""Who writes logs: containers of pods, and processes of the cluster; and which of them are meant.

Source("default", "web-0", "main")     a container
Source("", "", "kubelet/node-1")       a process, as the supervisor names it
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from tuik8s.api.selectors import selector_of, selector_of_map
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client
from tuik8s.ui.feed import Feed

OF_NODES: Final = ("kubelet", "kube-proxy")
ALL: Final = "all"
PATH: Final = "/logs/"
_NUMBERED: Final = re.compile(r"(.*?)(\d+)")


class Source(NamedTuple):
    """One container of one pod; without a pod a process of the cluster."""

    namespace: str
    pod: str
    container: str

    @property
    def is_component(self) -> bool:
        return not self.pod

    def __str__(self) -> str:
        return f"{self.pod}/{self.container}" if self.pod else self.container


def component(party: str) -> Source:
    return Source("", "", party)


class Parties:
    """Which processes have logs, as the API server says when it is asked."""

    def __init__(self, client: Client) -> None:
        self.names: list[str] = []
        self.is_heard = False
        """Whether the API server has answered."""
        self._client = client

    def ask(self, known: Sequence[str]) -> None:
        """known: those that there are as far as is known without it."""
        self.names = list(known)

        def answered(reply: Reply) -> None:
            self.is_heard = True
            if reply.ok:
                told = msgspec.msgpack.decode(reply.objects[0])["parties"]
                self.names = sorted({*known, *told})

        self._client.call(Request(verb="get", path=PATH), answered)


def sources_of(resource: str, obj: Object, pods: Iterable[Object]) -> list[Source]:
    """The containers whose logs belong to an object: a pod's own, or those of its pods."""
    if resource == "pods":
        return containers_of(obj)
    spec = obj.get("spec") or {}
    selector = spec.get("selector")
    if not selector:
        return []
    is_map = resource in ("services", "replicationcontrollers")
    wanted = selector_of_map(selector) if is_map else selector_of(selector)
    namespace = obj["metadata"].get("namespace", "")
    chosen = [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == namespace
        and wanted.matches(pod["metadata"].get("labels") or {})
    ]
    chosen.sort(key=lambda pod: str(pod["metadata"]["name"]))
    return [source for pod in chosen for source in containers_of(pod)]


def containers_of(pod: Object) -> list[Source]:
    meta, spec = pod["metadata"], pod["spec"]
    names = [c["name"] for c in spec["containers"]]
    names += [c["name"] for c in spec.get("initContainers") or ()]
    return [Source(meta["namespace"], meta["name"], name) for name in names]


def of_node(node: str, parties: Sequence[str]) -> list[Source]:
    """The kubelet and the proxy of a node, also where they host others, too."""
    found = [f"{kind}/{node}" for kind in OF_NODES]
    return [component(p) for p in parties if p in found or hosts(p, node)]


def hosts(party: str, node: str) -> bool:
    """Whether a process such as `kubelet/node-1..node-50` hosts the node."""
    first, dots, last = party.partition("/")[2].partition("..")
    ends = [_NUMBERED.fullmatch(name) for name in (first, node, last)]
    low, at, high = ends
    if not dots or low is None or at is None or high is None:
        return False
    return low[1] == at[1] == high[1] and int(low[2]) <= int(at[2]) <= int(high[2])


class Meant(NamedTuple):
    """What words mean now, and the words that mean nothing."""

    sources: list[Source]
    unknown: list[str]


def meant(words: Sequence[str], feed: Feed, parties: Sequence[str]) -> Meant:
    """The sources that words name.

    A process (`scheduler`, `kubelet/node-1`), `all` of them, `node/node-1`, a pod by its name or
    KIND/NAME of something that has pods.
    """
    found: dict[Source, None] = {}
    unknown = []
    for word in words:
        sources = _one(word, feed, parties)
        found.update(dict.fromkeys(sources))
        if not sources:
            unknown.append(word)
    return Meant(list(found), unknown)


def _one(word: str, feed: Feed, parties: Sequence[str]) -> list[Source]:
    if word == ALL:
        return [component(party) for party in parties]
    kind, slash, name = word.partition("/")
    if word in parties:
        return [component(word)]
    if slash and kind in OF_NODES:
        return [s for s in of_node(name, parties) if s.container.startswith(f"{kind}/")]
    served = feed.kind(kind if slash else "pods")
    if served is None:
        return []
    if served.resource == "nodes":
        return of_node(name, parties)
    resource = served.storage or served.resource
    return [
        source
        for obj in _named(feed, resource, name if slash else word)
        for source in sources_of(resource, obj, _pods(feed, resource))
    ]


def _named(feed: Feed, resource: str, name: str) -> list[Object]:
    """Objects of a name, in the namespace that is shown or in any."""
    found = [obj for obj in feed.items(resource) if obj["metadata"]["name"] == name]
    here = [obj for obj in found if obj["metadata"].get("namespace") == feed.namespace]
    return here or found


def _pods(feed: Feed, resource: str) -> list[Object]:
    return [] if resource == "pods" else list(feed.items("pods"))


Find = Callable[[], Meant | None]
"""Which sources are meant now; None: what they belong to does not exist at this moment."""
