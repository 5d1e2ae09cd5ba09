"""A toy in place of scheduler and kubelets, for tests of controllers.

It runs the pods of nodes that carry the annotation `kwok.x-k8s.io/node: fake`, as KWOK did when the
golden cases were recorded: bound at once, Running after a moment, those of Jobs Succeeded a second
later, gone after their deletion. It is here so that a test of controllers fails because of
controllers.
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.times import format_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.components.controllers.parts.node_match import matches_node, untolerated

FAKE = {"kwok.x-k8s.io/node": "fake"}
ADMIN = "system:admin"
_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure")
_RUN_AFTER_MS = 50
_END_AFTER_MS = 1_000
_BEAT_MS = 10_000


class ToyNodes:
    """See the module's text. silent: nodes that no longer do anything."""

    def __init__(self, host: Any) -> None:
        self.silent: set[str] = set()
        self._world = host.world
        self._client = Client(host.world, host.dial(ADMIN))
        self._count = 0
        self._nodes = Informer(self._client, "nodes")
        self._nodes.on_change(self._on_node)
        self._nodes.start()
        self._pods = Informer(self._client, "pods")
        self._pods.on_change(self._on_pod)
        self._pods.start()

    def _is_ours(self, name: str) -> bool:
        node = self._nodes.get("", name)
        annotations = (node or {}).get("metadata", {}).get("annotations") or {}
        return FAKE.items() <= annotations.items() and name not in self.silent

    def _on_node(self, change: Change) -> None:
        node = change.new
        if node is not None and (node.get("status") or {}).get("phase") != "Running":
            self._beat(node["metadata"]["name"])

    def _beat(self, name: str) -> None:
        node = self._nodes.get("", name)
        if node is None or not FAKE.items() <= (node["metadata"].get("annotations") or {}).items():
            return
        self._world.call_after(_BEAT_MS, lambda: self._beat(name))
        if name in self.silent:
            return
        now, since = format_time(self._world.now_ms()), node["metadata"]["creationTimestamp"]
        conditions = [
            {
                "type": kind,
                "status": "True" if kind == "Ready" else "False",
                "reason": "Kubelet",
                "message": "ok",
                "lastHeartbeatTime": now,
                "lastTransitionTime": since,
            }
            for kind in ("Ready", *_PRESSURES)
        ]
        status: Object = {"phase": "Running", "conditions": conditions}
        if not (node.get("status") or {}).get("allocatable"):
            room = {"cpu": "8", "memory": "16Gi", "pods": "110"}
            status.update(allocatable=room, capacity=room)
        self._patch("nodes", node, {"status": status})

    def _patch(self, resource: str, obj: Object, patch: Object) -> None:
        metadata = obj["metadata"]
        place = (resource, metadata.get("namespace", ""), metadata["name"])
        body = {"metadata": {"uid": metadata["uid"]}, **patch}
        self._client.patch(*place, body, _done, kind="strategic", subresource="status")

    def _on_pod(self, change: Change) -> None:
        pod = change.new
        if pod is None:
            return
        node = pod["spec"].get("nodeName")
        phase = (pod.get("status") or {}).get("phase", "Pending")
        if pod["metadata"].get("deletionTimestamp"):
            if node and self._is_ours(node):
                self._end(pod)
        elif not node:
            self._bind(pod)
        elif self._is_ours(node) and phase == "Pending":
            self._world.call_after(_RUN_AFTER_MS, lambda: self._run(pod))
        elif self._is_ours(node) and phase == "Running" and _is_of_job(pod):
            self._world.call_after(_END_AFTER_MS, lambda: self._succeed(pod))

    def _end(self, pod: Object) -> None:
        metadata = pod["metadata"]
        if metadata.get("deletionGracePeriodSeconds"):
            options = {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}}
            self._client.delete("pods", metadata["namespace"], metadata["name"], _done, options)

    def _bind(self, pod: Object) -> None:
        spec, metadata = pod["spec"], pod["metadata"]
        if spec.get("schedulerName", "default-scheduler") != "default-scheduler":
            return
        tolerations = spec.get("tolerations") or ()
        usable = [
            node["metadata"]["name"]
            for node in self._nodes.items()
            if self._is_ours(node["metadata"]["name"])
            and matches_node(spec, node)
            and not untolerated(tolerations, node)
        ]
        if not usable:
            self._world.call_after(500, lambda: self._bind_again(pod))
            return
        self._count += 1
        target = {"apiVersion": "v1", "kind": "Node", "name": usable[self._count % len(usable)]}
        place = {"name": metadata["name"], "namespace": metadata["namespace"]}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": place, "target": target}
        self._client.create("pods", binding, _done, subresource="binding")

    def _bind_again(self, pod: Object) -> None:
        present = self._pods.get(pod["metadata"]["namespace"], pod["metadata"]["name"])
        if present is None or present["metadata"].get("deletionTimestamp"):
            return
        if not present["spec"].get("nodeName"):
            self._bind(present)

    def _run(self, pod: Object) -> None:
        if pod["spec"]["nodeName"] in self.silent:
            return
        self._count += 1
        now, ip = (
            format_time(self._world.now_ms()),
            f"10.244.{self._count // 250 % 250}.{self._count % 250}",
        )
        conditions = [
            {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": now}
            for kind in ("Initialized", "Ready", "ContainersReady")
        ]
        status = {
            "phase": "Running",
            "hostIP": "127.0.0.1",
            "hostIPs": [{"ip": "127.0.0.1"}],
            "podIP": ip,
            "podIPs": [{"ip": ip}],
            "startTime": now,
            "conditions": conditions,
            "containerStatuses": _containers(pod, True, {"running": {"startedAt": now}}),
        }
        self._patch("pods", pod, {"status": status})

    def _succeed(self, pod: Object) -> None:
        now = format_time(self._world.now_ms())
        ended = {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}
        ready = {
            "type": "Ready",
            "status": "False",
            "reason": "PodCompleted",
            "lastTransitionTime": now,
        }
        status = {
            "phase": "Succeeded",
            "conditions": [ready],
            "containerStatuses": _containers(pod, False, {"terminated": ended}),
        }
        self._patch("pods", pod, {"status": status})


def _is_of_job(pod: Object) -> bool:
    owners = pod["metadata"].get("ownerReferences") or ()
    return any(reference["kind"] == "Job" for reference in owners)


def _containers(pod: Object, ready: bool, state: Object) -> list[Object]:
    return [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": ready,
            "restartCount": 0,
            "state": state,
        }
        for container in pod["spec"]["containers"]
    ]


def _done(reply: Reply) -> None:
    """The toy does not mind refusals."""
