"""One node: it registers, renews its lease, posts its status.

    start -> create Node (or take over the one that is there) -> registered
          -> every lease_renew_ms: renew the Lease
          -> every status_update_ms: post the status if it changed or was not posted for
          status_report_ms

Source: k8s.io/kubernetes pkg/kubelet/kubelet_node_status.go, component-helpers/apimachinery/lease.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import partial

from tuik8s.api.times import format_micro_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode, refusal_of
from tuik8s.components.kubelet.conditions import conditions_under, turned
from tuik8s.components.kubelet.config import LEASE_DURATION_S, KubeletConfig, KubeletNode
from tuik8s.components.kubelet.node_object import (
    new_node,
    node_labels,
    node_status,
    transition_times,
)
from tuik8s.world.base import Timer, World
from tuik8s.world.rules import NodeRule

LEASES = "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
RETRY_MS = 1_000
RETRY_FIRST_MS = 100
"""A first registration is tried often: the API server may only be starting."""


class NodeAgent:
    """Keeps one Node alive in the API. on_registered is called with the stored Node, once.

    record: have an Event with this reason recorded about the node.
    """

    def __init__(
        self,
        world: World,
        client: Client,
        node: KubeletNode,
        config: KubeletConfig,
        on_registered: Callable[[Object], None],
        record: Callable[[str], None],
    ) -> None:
        self.node = node
        self.uid = ""
        self.is_registered = False
        self._world = world
        self._client = client
        self._config = config
        self._on_registered = on_registered
        self._since: dict[str, str] = {}
        self._lease: Object | None = None
        self._renewal: Timer | None = None
        self._status_due: Timer | None = None
        self._reported_at_ms = 0
        self._record = record
        self._pressures: Set[str] = self._pressures_now()
        world.rules.on_change(self._on_rules)

    def start(self) -> None:
        fresh = new_node(self.node, self._config.version, self._world.now_ms())
        self._client.create("nodes", fresh, self._on_created, deadline_ms=RETRY_MS)

    def _on_created(self, reply: Reply) -> None:
        if reply.ok:
            self._registered(decode(reply))
        elif reply.code == 409:
            self._client.get("nodes", "", self.node.name, self._on_found)
        else:
            self._world.log.error(
                "Unable to register node with API server",
                node=self.node.name,
                err=refusal_of(reply),
            )
            self._world.call_after(RETRY_FIRST_MS, self.start)

    def _on_found(self, reply: Reply) -> None:
        """The node is there from before: take it over with our labels and status."""
        if not reply.ok:
            self._world.call_after(RETRY_FIRST_MS, self.start)
            return
        found = decode(reply)
        self._since = transition_times(found, self._pressures)
        labels = node_labels(self.node)
        if any(found["metadata"].get("labels", {}).get(k) != v for k, v in labels.items()):
            body = {"metadata": {"labels": labels}}
            self._client.patch("nodes", "", self.node.name, body, self._on_status)
        self._registered(found)
        self._post_status()

    def _registered(self, node: Object) -> None:
        log = self._world.log
        log.info("Successfully registered node", node=self.node.name, was=self.uid)
        self.uid = node["metadata"]["uid"]
        self.is_registered = True
        self._reported_at_ms = self._world.now_ms()
        self._since = self._since or transition_times(node, self._pressures)
        self._renew()
        self._look_later()
        self._on_registered(node)

    # --- status -------------------------------------------------------------------------------

    def _look_later(self) -> None:
        """Have the next look at the status; as with renewals, only one is ever to come."""
        if self._status_due is not None:
            self._status_due.cancel()
        self._status_due = self._world.call_after(
            self._config.status_update_ms, self._on_status_due
        )

    def _on_status_due(self) -> None:
        self._look_later()
        if self._world.now_ms() - self._reported_at_ms >= self._config.status_report_ms:
            self._post_status()

    def on_node(self, node: Object | None) -> None:
        """Hear of the stored Node: somebody who turned a condition of ours is set right."""
        if node is None:
            if self.is_registered:
                self.is_registered = False
                self._lease = None
                self.start()
            return
        ours = transition_times(node, self._pressures)
        if len(ours) < len(self._since) and self.is_registered:
            self._since = ours
            self._post_status()

    def _post_status(self) -> None:
        now_ms = self._world.now_ms()
        self._reported_at_ms = now_ms
        status = node_status(self.node, self._config.version, self._since, now_ms, self._pressures)
        self._since = {c["type"]: c["lastTransitionTime"] for c in status["conditions"]}
        body = {"status": status}
        self._client.patch(
            "nodes",
            "",
            self.node.name,
            body,
            self._on_status,
            kind="strategic",
            subresource="status",
            cause=max((r.cause for r in self._rules_here()), default=0),
        )

    def _on_status(self, reply: Reply) -> None:
        """What was not taken now is posted again with the next status."""
        log = self._world.log
        if not reply.ok:
            err = refusal_of(reply)
            log.error("Error updating node status, will retry", node=self.node.name, err=err)
        elif log.verbosity >= 4:
            log.info(
                "Updated node status", node=self.node.name, resourceVersion=str(reply.revision)
            )

    def _pressures_now(self) -> Set[str]:
        return {rule.pressure for rule in self._rules_here()}

    def _rules_here(self) -> list[NodeRule]:
        return [rule for rule in self._world.rules.of(NodeRule) if rule.node == self.node.name]

    def _on_rules(self) -> None:
        """What the node is short of changed: say so at once, as upstream's eviction manager
        does."""
        had, self._pressures = self._pressures, self._pressures_now()
        for reason in turned(had, self._pressures):
            self._world.log.info(
                "Recording event message for node", node=self.node.name, event=reason
            )
            self._record(reason)
        if had != self._pressures and self.is_registered:
            still = set(conditions_under(had)) & set(conditions_under(self._pressures))
            kept = {kind for kind, *_ in still}
            self._since = {kind: at for kind, at in self._since.items() if kind in kept}
            self._post_status()

    # --- lease --------------------------------------------------------------------------------

    def _renew(self) -> None:
        if not self.is_registered:
            return
        now = format_micro_time(self._world.now_ms())
        if self._lease is None:
            lease = _new_lease(self.node.name, self.uid, now)
            self._client.create(LEASES, lease, partial(self._on_lease, lease))
        else:
            spec = {**self._lease["spec"], "holderIdentity": self.node.name, "renewTime": now}
            lease = {**self._lease, "spec": spec}
            self._client.update(LEASES, lease, partial(self._on_lease, lease))

    def _renew_after(self, delay_ms: int) -> None:
        """Have the next renewal then; a node that registers again still has only one to come."""
        if self._renewal is not None:
            self._renewal.cancel()
        self._renewal = self._world.call_after(delay_ms, self._renew)

    def _on_lease(self, lease: Object, reply: Reply) -> None:
        """Go on with the lease that was written, unless somebody else changed it meanwhile."""
        if reply.ok:
            if lease["metadata"].get("uid"):  # a renewal: only its revision is new
                meta = {**lease["metadata"], "resourceVersion": str(reply.revision)}
                self._lease = {**lease, "metadata": meta}
            else:
                self._lease = _read(reply)
            self._renew_after(self._config.lease_renew_ms)
        elif reply.code == 409:
            self._client.get(LEASES, LEASE_NAMESPACE, self.node.name, self._on_lease_found)
        else:
            self._world.log.error(
                "Failed to update lease, will retry",
                node=self.node.name,
                err=refusal_of(reply),
                interval=f"{RETRY_MS}ms",
            )
            self._lease = None if reply.code == 404 else self._lease
            self._renew_after(RETRY_MS)

    def _on_lease_found(self, reply: Reply) -> None:
        self._lease = _read(reply) if reply.ok else None
        if reply.ok:
            self._renew()
        else:
            self._renew_after(RETRY_MS)


def _read(reply: Reply) -> Object:
    """A stored lease without its managed fields: an update without them keeps those there are."""
    lease = decode(reply)
    lease["metadata"].pop("managedFields", None)
    return lease


def _new_lease(name: str, uid: str, now: str) -> Object:
    owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": uid}
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": LEASE_NAMESPACE, "ownerReferences": [owner]},
        "spec": {
            "holderIdentity": name,
            "leaseDurationSeconds": LEASE_DURATION_S,
            "renewTime": now,
        },
    }
