"""A cluster of API server, kubelets and chaos on one heap, with a hand on its processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.components.kubelet.plant import Plant
from tuik8s.api.kinds.base import Kind, Subresource
from tuik8s.api.schema.structural import from_openapi
from tuik8s.api.types import Object
from tuik8s.bus.client import decode
from tuik8s.components.apiserver import ApiServer, ApiServerConfig
from tuik8s.components.apiserver import build as build_apiserver
from tuik8s.components.chaos import Chaos
from tuik8s.components.chaos import build as build_chaos
from tuik8s.components.chaos.crd import fault_crd
from tuik8s.world.links import LinkRule
from tuik8s.world.rules import Rule

FAULTS = "faults.chaos.tuik8s.dev"
BACK_AFTER_MS = 100


VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


def serve_faults(apiserver: ApiServer) -> None:
    """Serve Faults from the first moment; the definition that chaos creates says the same."""
    spec = fault_crd()["spec"]
    version = spec["versions"][0]
    names, group, name = spec["names"], spec["group"], version["name"]
    if apiserver.kinds.lookup(group, name, names["plural"]) is not None:
        return
    status = Subresource("status", group, name, names["kind"], ("get", "patch", "update"))
    fault = Kind(
        group=group,
        version=name,
        kind=names["kind"],
        plural=names["plural"],
        singular=names["singular"],
        namespaced=False,
        verbs=VERBS,
        schema=from_openapi(version["schema"]["openAPIV3Schema"]),
        subresources=(status,),
        list_kind=names["listKind"],
        custom=True,
    )
    apiserver.kinds.add(fault)


class ChaosPlant(Plant):
    """As Plant, and `hand.done` remembers what was done to whom."""

    def __init__(self, nodes: int = 2, seed: int = 1) -> None:
        super().__init__(nodes, seed)
        serve_faults(self.apiserver)
        self.hand = PlantHand(self)
        self.start_chaos()
        self.run_ms(500)

    def start_chaos(self) -> None:
        self.chaos: Chaos = build_chaos(self.simulation.host("chaos"), self.hand)
        self.chaos.start()

    def start_party(self, party: str) -> None:
        if party in self.hand.held or self.simulation.alive(party):
            return
        if party == "chaos":
            self.start_chaos()
        elif party == "apiserver":
            config = ApiServerConfig(pod_cidr="127.20.0.0/14", service_cidr="127.17.0.0/16")
            self.apiserver = build_apiserver(self.simulation.host("apiserver"), config)
            self.apiserver.start()
            serve_faults(self.apiserver)
        else:
            self.start_kubelet(int(party.rpartition("-")[2]))

    def fault(self, action: str, target: str, name: str = "f", **spec: Any) -> None:
        spec = {"action": action, "target": target, **spec}
        self.must(
            "create",
            FAULTS,
            {
                "apiVersion": "chaos.tuik8s.dev/v1",
                "kind": "Fault",
                "metadata": {"name": name},
                "spec": spec,
            },
        )
        self.run_ms(200)

    def heal(self, name: str = "f") -> None:
        self.must("delete", FAULTS, "", name)
        self.run_ms(300)

    def phase(self, name: str = "f") -> str:
        return str(self.fault_status(name).get("phase", ""))

    def fault_status(self, name: str = "f") -> Object:
        reply = self.call("get", FAULTS, "", name)
        status: Object = decode(reply).get("status") or {} if reply.ok else {}
        return status


class PlantHand:
    """See `components.chaos.base.Hand`. What it does is done after the turn of who asked."""

    def __init__(self, plant: ChaosPlant) -> None:
        self._plant = plant
        self.held: dict[str, None] = {}
        self.done: list[tuple[str, str]] = []

    def parties(self) -> Sequence[str]:
        return ["apiserver", *(f"kubelet/{name}" for name in self._plant.kubelets), "chaos"]

    def kill(self, party: str) -> None:
        self._do("kill", party, lambda: self._crash(party, BACK_AFTER_MS))

    def hold(self, party: str) -> None:
        self.held[party] = None
        self._do("hold", party, lambda: self._crash(party, -1))

    def release(self, party: str) -> None:
        if self.held.pop(party, 0) is None:
            self._do("release", party, lambda: self._plant.start_party(party))

    def pause(self, party: str) -> None:
        self._do("pause", party, lambda: self._plant.simulation.pause(party))

    def resume(self, party: str) -> None:
        if self._plant.simulation.paused(party):
            self._do("resume", party, lambda: self._plant.simulation.resume(party))

    def set_links(self, rules: Sequence[LinkRule]) -> None:
        self.done.append(("links", str(len(rules))))
        self._plant.simulation.links.set(rules)

    def set_rules(self, rules: Sequence[Rule]) -> None:
        self.done.append(("rules", str(len(rules))))
        self._plant.simulation.set_rules(rules)

    def _crash(self, party: str, back_after_ms: int) -> None:
        self._plant.simulation.crash(party)
        if back_after_ms >= 0:
            heap = self._plant.simulation.heap
            heap.schedule(heap.now_ms + back_after_ms, lambda: self._plant.start_party(party))

    def _do(self, verb: str, party: str, call: Callable[[], None]) -> None:
        self.done.append((verb, party))
        heap = self._plant.simulation.heap
        heap.schedule(heap.now_ms, call)
