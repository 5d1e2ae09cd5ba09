"""Nodes that faults take out of service: cordoned, and drained as an operator would.

    wanted --> GET node --not cordoned--> PATCH unschedulable, marked as ours
    unwanted --> GET node --marked--> PATCH schedulable, mark removed

A node that somebody else has cordoned bears no mark, so healing leaves it as it was. A drain looks
every few seconds and evicts what runs there: not what a DaemonSet put there and not static pods;
what a disruption budget keeps is asked for again.

Source: k8s.io/kubectl pkg/drain (1.36), with --force and --delete-emptydir-data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from tuik8s.api.meta import annotations_of, controller_of, is_deleting
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode, object_of
from tuik8s.components.chaos.base import Cordon, Drain, Eviction
from tuik8s.components.chaos.clerk import Clerk

MARK = "chaos.tuik8s.dev/cordoned"
EVERY_MS = 5_000
RETRY_MS = 500
_MIRROR = "kubernetes.io/config.mirror"


class Maintenance:
    """Keeps nodes as wanted. on_stay: called with a node and a line for each pod that stays."""

    def __init__(
        self, client: Client, clerk: Clerk, on_stay: Callable[[str, list[str]], None]
    ) -> None:
        self._client = client
        self._clerk = clerk
        self._on_stay = on_stay
        self._cordoned: dict[str, int] = {}
        self._drains: dict[str, Drain] = {}
        self._busy: dict[str, list[Callable[[], None]]] = {}

    def want(self, cordon: Sequence[Cordon], drains: Sequence[Drain]) -> None:
        """Cordon these nodes and drain those, and no others."""
        wanted = {cordoned.node: cordoned.cause for cordoned in cordon}
        wanted.update((drain.node, drain.cause) for drain in drains)
        had, self._cordoned = self._cordoned, wanted
        for node in [*(n for n in wanted if n not in had), *(n for n in had if n not in wanted)]:
            self.check(node, _nothing)
        before, self._drains = self._drains, {}
        for drain in drains:
            known = before.get(drain.node)
            self._drains[drain.node] = (
                known if known is not None and known == drain else replace(drain)
            )
        for drain in self._drains.values():
            if before.get(drain.node) is not drain:
                self._drain(drain)

    def check(self, node: str, done: Callable[[], None]) -> None:
        """Bring a node to what is wanted of it, then call done."""
        waiting = self._busy.get(node)
        self._busy.setdefault(node, []).append(done)
        if waiting is None:
            self._look(node)

    def check_all(self, nodes: Sequence[str], done: Callable[[], None]) -> None:
        """Bring nodes to what is wanted of them, then call done."""
        waiting = dict.fromkeys(nodes)

        def checked(node: str) -> None:
            waiting.pop(node, None)
            if not waiting:
                done()

        for node in list(waiting):
            self.check(node, partial(checked, node))

    def _look(self, node: str) -> None:
        self._client.get("nodes", "", node, lambda reply: self._on_node(node, reply))

    def _on_node(self, node: str, reply: Reply) -> None:
        if reply.code == 404:
            self._settled(node)
            return
        if not reply.ok:
            self._client.world.call_after(RETRY_MS, lambda: self._look(node))
            return

        def patched(reply: Reply) -> None:
            if reply.ok:
                self._look(node)
            else:  # a full disk or a webhook may refuse for long
                self._client.world.call_after(RETRY_MS, lambda: self._look(node))

        patch = _change(decode(reply), is_wanted=node in self._cordoned)
        if patch is None:
            self._settled(node)
        else:
            cause = self._cordoned.get(node, 0)
            self._client.patch("nodes", "", node, patch, patched, cause=cause)

    def _settled(self, node: str) -> None:
        for done in self._busy.pop(node):
            done()

    def _drain(self, drain: Drain) -> None:
        """Look at what runs on the node and evict it; again, as long as this drain is wanted.

        It is known by identity: each that begins is an object of its own, so none goes on twice.
        """
        if self._drains.get(drain.node) is not drain:
            return

        def listed(reply: Reply) -> None:
            if self._drains.get(drain.node) is not drain:
                return  # healed meanwhile
            pods = [object_of(data) for data in reply.objects] if reply.ok else []
            places = [_eviction(pod, drain) for pod in pods if _is_to_go(pod)]
            self._clerk.evict(places, drain.cause, told)

        def told(stay: list[str]) -> None:
            self._on_stay(drain.node, stay)
            self._client.world.call_after(EVERY_MS, lambda: self._drain(drain))

        selector = f"spec.nodeName={drain.node}"
        self._client.list_("pods", listed, field_selector=selector)


def _change(node: Object, *, is_wanted: bool) -> Object | None:
    """The patch that cordons or uncordons a node; None when it is as wanted."""
    is_marked = MARK in annotations_of(node)
    is_cordoned = bool((node.get("spec") or {}).get("unschedulable"))
    if is_wanted and not is_cordoned:
        return {"metadata": {"annotations": {MARK: "true"}}, "spec": {"unschedulable": True}}
    if not is_wanted and is_marked:
        return {"metadata": {"annotations": {MARK: None}}, "spec": {"unschedulable": None}}
    return None


def _is_to_go(pod: Object) -> bool:
    owner = controller_of(pod)
    is_daemon = owner is not None and owner["kind"] == "DaemonSet"
    return not (is_daemon or is_deleting(pod) or _MIRROR in annotations_of(pod))


def _eviction(pod: Object, drain: Drain) -> Eviction:
    meta = pod["metadata"]
    return Eviction(meta["namespace"], meta["name"], drain.override, at_once=False)


def _nothing() -> None:
    """Nobody waits for it."""
