"""The recorded order of attempts: who is tried first, and what makes a refused pod be tried again.

A real API server and the scheduler in simulated time, nothing else. As in the recording, Nodes
have only the taints that a case lists, and nobody runs pods.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode
from tuik8s.components.apiserver import ApiServer, ApiServerConfig
from tuik8s.components.apiserver import build as build_apiserver
from tuik8s.components.scheduler import Scheduler, SchedulerConfig
from tuik8s.components.scheduler.queue import QueuedPod
from tuik8s.world.simulated import Simulation

CASES = sorted((Path(__file__).parents[2] / "golden" / "scheduler").glob("order-*.json"))
PAUSE_S = 2.5
AFTER_MS = 15_000
NOT_READY = "node.kubernetes.io/not-ready"


class Watched(Scheduler):
    """A scheduler whose attempts are written down."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.tried: list[str] = []

    def _attempt(self, queued: QueuedPod) -> None:
        self.tried.append(queued.pod.name)
        super()._attempt(queued)


class Rig:
    """API server, scheduler, and a client."""

    def __init__(self) -> None:
        self.simulation = Simulation(7)
        self.api: ApiServer = build_apiserver(self.simulation.host("apiserver"), ApiServerConfig())
        self.api.start()
        host = self.simulation.host("client")
        self.client = Client(host.world, host.dial("system:admin"))
        account = {"metadata": {"name": "default", "namespace": "default"}}
        self._do(lambda told: self.client.create("serviceaccounts", account, told))
        scheduler_host = self.simulation.host("scheduler")
        self.scheduler = Watched(scheduler_host, SchedulerConfig())
        self.scheduler.start()
        self.simulation.run_ms(100)

    def create(self, obj: Object) -> None:
        kind = next(k for k in self.api.kinds.all() if k.kind == obj["kind"])
        if kind.namespaced:
            obj["metadata"].setdefault("namespace", "default")
        status = obj.get("status")
        made = self._do(lambda told: self.client.create(kind.resource, obj, told))
        if kind.kind == "Node":
            self._only_listed_taints(obj, made)
        elif status:
            body = {"status": status}
            meta = obj["metadata"]
            self._do(
                lambda told: self.client.patch(
                    kind.resource,
                    meta.get("namespace", ""),
                    meta["name"],
                    body,
                    told,
                    subresource="status",
                )
            )

    def follow(self, step: Object) -> None:
        """One entry of `then`: an object to create, or a patch or deletion."""
        if "op" not in step:
            self.create(step)
            return
        kind = next(k for k in self.api.kinds.all() if k.kind == step["kind"])
        namespace = "default" if kind.namespaced else ""
        if step["op"] == "delete":
            self._do(lambda told: self.client.delete(kind.resource, namespace, step["name"], told))
            return
        self._do(
            lambda told: self.client.patch(
                kind.resource,
                namespace,
                step["name"],
                step["patch"],
                told,
                subresource=str(step.get("sub", "")).strip("/"),
            )
        )

    def pod(self, name: str) -> Object:
        return self._do(lambda told: self.client.get("pods", "default", name, told))

    def _only_listed_taints(self, obj: Object, made: Object) -> None:
        listed = (obj.get("spec") or {}).get("taints") or []
        name = made["metadata"]["name"]
        if any(t["key"] == NOT_READY for t in made["spec"].get("taints") or ()):
            body = {"spec": {"taints": listed or None}}
            self._do(lambda told: self.client.patch("nodes", "", name, body, told))

    def _do(self, send: Any) -> Object:
        replies: list[Reply] = []
        send(replies.append)
        self.simulation.run_while(lambda: not replies, 10_000)
        assert replies[0].ok, decode(replies[0])
        return decode(replies[0])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_attempts_are_as_recorded(path: Path) -> None:
    case = json.loads(path.read_text())
    rig = Rig()
    for obj in case["objects"]:
        rig.create(obj)
    for pod in case["pods"]:
        rig.create(pod)
        rig.simulation.run_ms(20)
    rig.simulation.run_ms(int((case.get("pause") or PAUSE_S) * 1000))
    before = len(rig.scheduler.tried)
    for step in case["then"]:
        rig.follow(step)
    rig.simulation.run_ms(AFTER_MS)
    expected = case["expect"]
    order = list(dict.fromkeys(rig.scheduler.tried[before:]))
    assert order == expected["order"]
    found = {name: rig.pod(name) for name in expected["placed"]}
    placed = {name: pod["spec"].get("nodeName") for name, pod in found.items()}
    assert placed == expected["placed"]
    for name, node in expected.get("nominated", {}).items():
        assert found[name]["status"].get("nominatedNodeName") == node
    for name, wanted in expected.get("conditions", {}).items():
        told = next(c for c in found[name]["status"]["conditions"] if c["type"] == "PodScheduled")
        assert {key: told.get(key) for key in wanted} == wanted
