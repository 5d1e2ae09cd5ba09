"""cordon, uncordon, taint, drain: what kubectl does to nodes.

    cordon: node-2
    taint: {node-2: "dedicated=db:NoSchedule"}     or a list; `dedicated-`, `dedicated:NoSchedule-`
                                                   take away
    drain: {node: node-2, within: 5m, force: true}

`drain` cordons, evicts every pod that no DaemonSet owns, as disruption budgets allow, and waits
until they are gone. Pods without a controller need `force`, since nothing brings them back.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from tuik8s.api.types import Object
from tuik8s.bus.client import OnReply
from tuik8s.scenario.names import parse_node
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Refusal, Run, refusal_of
from tuik8s.scenario.writes import patch_object

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
DRAIN_WITHIN_MS = 300_000
RETRY_MS = 5_000
"""What kubectl waits after a budget refused an eviction."""
TOO_MANY_REQUESTS = 429
NOT_FOUND = 404
MIRROR = "kubernetes.io/config.mirror"


class Cordon:
    """Makes a node schedulable or not."""

    def __init__(self, word: str, value: Value) -> None:
        self._node = parse_node(value)
        self._unschedulable = word == "cordon"
        self.title = f"{word} {self._node.name}"

    def run(self, run: Run) -> None:
        patch_object(run, self._node, {"spec": {"unschedulable": self._unschedulable or None}})


class Taint(NamedTuple):
    """One taint that is set or, with `removes`, taken away; effect "" removes any of the key."""

    key: str
    value: str
    effect: str
    removes: bool

    def matches(self, taint: Object) -> bool:
        return taint["key"] == self.key and self.effect in ("", taint["effect"])


class TaintNode:
    """Sets and removes taints of a node."""

    def __init__(self, value: Value) -> None:
        fields = value.fields("taint")
        if len(fields) != 1:
            raise value.bad("expected one node, such as taint: {node-1: 'key=value:NoSchedule'}")
        name, inner = next(iter(fields.items()))
        self._node = parse_node(Value(value.source, inner.line, name))
        self._taints = [parse_taint(item) for item in inner.one_or_more()]
        self.title = f"taint {self._node.name} {', '.join(str(i.raw) for i in inner.one_or_more())}"

    def run(self, run: Run) -> None:
        taints = list((self._node.require(run).get("spec") or {}).get("taints") or ())
        for taint in self._taints:
            kept = [each for each in taints if not taint.matches(each)]
            if taint.removes and len(kept) == len(taints):
                raise Failed(f"{self.title}: there is no such taint to remove")
            new: list[Any] = [{"key": taint.key, "value": taint.value, "effect": taint.effect}]
            taints = kept if taint.removes else kept + new
        patch_object(run, self._node, {"spec": {"taints": taints or None}})


def parse_taint(value: Value) -> Taint:
    text = value.text("a taint such as key=value:NoSchedule")
    removes = text.endswith("-")
    head, colon, effect = text.removesuffix("-").partition(":")
    key, _, content = head.partition("=")
    if not key or (colon and effect not in EFFECTS) or (not removes and not colon):
        effects = ", ".join(EFFECTS)
        raise value.bad(f"expected KEY=VALUE:EFFECT with an effect of {effects}, got {text!r}")
    return Taint(key, content, effect, removes)


class Drain:
    """Cordons a node and evicts its pods."""

    def __init__(self, value: Value) -> None:
        fields = {"node": value}
        if isinstance(value.raw, dict):
            fields = value.fields("drain", ("node", "within", "force"))
        if "node" not in fields:
            raise value.bad("drain needs node")
        self._node = parse_node(fields["node"])
        within = fields.get("within")
        self._within_ms = within.duration_ms("a time at most") if within else DRAIN_WITHIN_MS
        self._force = "force" in fields and fields["force"].flag("force")
        self.title = f"drain {self._node.name}"

    def run(self, run: Run) -> None:
        patch_object(run, self._node, {"spec": {"unschedulable": True}})
        alone = [p["metadata"]["name"] for p in self._pods(run) if not _owner(p)]
        if alone and not self._force:
            raise Refusal(f"{self.title}: nothing would bring back {', '.join(alone)}; force: true")
        end_ms = run.now_ms + self._within_ms
        refusal = ""
        while self._pods(run):
            if run.now_ms >= end_ms:
                left = ", ".join(p["metadata"]["name"] for p in self._pods(run))
                told = (
                    f"{self.title}: not within {self._within_ms / 1000:g}s; left: {left}. {refusal}"
                )
                raise Refusal(told.rstrip(". "), tuple(f"pods/{_path(p)}" for p in self._pods(run)))
            refusal = self._evict_all(run) or refusal
            pause_ms = min(RETRY_MS, end_ms - run.now_ms)
            run.wait_until(lambda: run.is_up and not self._pods(run), max(pause_ms, 1))

    def _evict_all(self, run: Run) -> str:
        """Ask for the eviction of all that are not on their way; the last refusal of a budget."""
        refusal = ""
        for pod in self._pods(run):
            if "deletionTimestamp" in pod["metadata"]:
                continue
            reply = run.reply_to(partial(_evict, run, pod))
            if reply.code == TOO_MANY_REQUESTS:
                refusal = refusal_of(reply)
            elif not reply.ok and reply.code != NOT_FOUND:
                raise Refusal(f"{self.title}: {refusal_of(reply)}", (f"pods/{_path(pod)}",))
        return refusal

    def _pods(self, run: Run) -> list[Object]:
        return [
            pod
            for pod in run.state.list_("pods")
            if (pod.get("spec") or {}).get("nodeName") == self._node.name
            and _owner(pod).get("kind") != "DaemonSet"
            and MIRROR not in (pod["metadata"].get("annotations") or {})
        ]


def _owner(pod: Object) -> Object:
    """The reference to the pod's controller, {} when it has none."""
    owners = pod["metadata"].get("ownerReferences") or ()
    return next((owner for owner in owners if owner.get("controller")), {})


def _path(pod: Object) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def _evict(run: Run, pod: Object, on_reply: OnReply) -> None:
    meta = {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]}
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": meta}
    run.cluster.client.create("pods", eviction, on_reply, subresource="eviction")


def parse_cordon(value: Value) -> Cordon:
    return Cordon("cordon", value)


def parse_uncordon(value: Value) -> Cordon:
    return Cordon("uncordon", value)


def parse_taint_step(value: Value) -> TaintNode:
    return TaintNode(value)


def parse_drain(value: Value) -> Drain:
    return Drain(value)
