"""Each checker catches what it is for, and lets pass what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from tuik8s.api.types import Object
from tuik8s.components.store.store import Store
from tuik8s.components.store.types import Change
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.checkers.disruption_budget import DisruptionBudget
from tuik8s.scenario.checkers.log_replays import LogReplays
from tuik8s.scenario.checkers.node_not_overfull import NodeNotOverfull
from tuik8s.scenario.checkers.nodes_come_back import NodesComeBack
from tuik8s.scenario.checkers.pod_bound_once import PodBoundOnce
from tuik8s.scenario.checkers.registry import CHECKERS, all_checkers
from tuik8s.scenario.checkers.replicas_converge import ReplicasConverge
from tuik8s.scenario.checkers.store_guarantees import StoreGuarantees
from tuik8s.scenario.log_copy import files_of
from tuik8s.scenario.state import State
from tuik8s.world.simulated import Simulation

encode = msgspec.msgpack.Encoder().encode


class Told:
    """A checker that is told of changes, each at the next revision, as a run would."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.held: dict[str, bytes] = {}
        self.revision = 1

    def put(self, key: str, obj: Object) -> None:
        kind = "MODIFIED" if key in self.held else "ADDED"
        value, previous = encode(obj), self.held.get(key)
        self.revision += 1
        change = Change(self.revision, kind, key, value, previous, "test", 0, 0)
        self.held[key] = value
        self.checker.observe([change], cast(State, self))

    def decoded(self, change: Change) -> Object:
        found: Object = msgspec.msgpack.decode(change.value)
        return found

    def list_(self, word: str) -> list[Object]:
        prefix = f"{word}/"
        return [msgspec.msgpack.decode(v) for k, v in self.held.items() if k.startswith(prefix)]


def pod(node: str = "", cpu: str = "1", **more: Any) -> Object:
    containers = [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]
    spec = {"containers": containers, **({"nodeName": node} if node else {})}
    meta = {"name": "p", "namespace": "default", "uid": "u", "labels": {"app": "web"}}
    return {"metadata": meta, "spec": spec, "status": more}


def node(cpu: str = "2", ready: str = "True") -> Object:
    room = {"cpu": cpu, "pods": "10", "memory": "1Gi"}
    conditions = [{"type": "Ready", "status": ready}]
    return {"metadata": {"name": "n"}, "status": {"allocatable": room, "conditions": conditions}}


def budget(allowed: int, healthy: int = 3, disrupted: tuple[str, ...] = ()) -> Object:
    status = {
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": 2,
        "disruptedPods": dict.fromkeys(disrupted, ""),
    }
    spec = {"selector": {"matchLabels": {"app": "web"}}}
    return {"metadata": {"name": "b"}, "spec": spec, "status": status}


READY = {"type": "Ready", "status": "True"}
EVICTED = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}
BUDGET, POD = "poddisruptionbudgets.policy/default/b", "pods/default/p"


def bind_twice(told: Told) -> None:
    for name in ("", "a", "b"):
        told.put(POD, pod(name))


def overfill(told: Told) -> None:
    told.put("nodes//n", node())
    told.put(POD, pod("n", "1500m"))
    told.put("pods/default/q", pod("n", "600m"))


def evict_unasked(told: Told) -> None:
    told.put(BUDGET, budget(1))
    told.put(POD, pod("n", conditions=[READY]))
    told.put(POD, pod("n", conditions=[READY, EVICTED]))


@pytest.mark.parametrize(
    ("checker", "act", "says"),
    [
        (PodBoundOnce, bind_twice, "moved from a to 'b'"),
        (NodeNotOverfull, overfill, "node n carries cpu 2100, more than its 2000"),
        (DisruptionBudget, evict_unasked, "p was evicted without"),
        (DisruptionBudget, lambda t: t.put(BUDGET, budget(2)), "allows 2 with 1 to spare"),
    ],
)
def test_what_checkers_catch(
    checker: Callable[[], Checker], act: Callable[[Told], None], says: str
) -> None:
    with pytest.raises(Violation) as violation:
        act(Told(checker()))
    assert says in str(violation.value)
    assert violation.value.keys


def test_what_checkers_let_pass() -> None:
    room = Told(NodeNotOverfull())
    room.put("nodes//n", node())
    room.put(POD, pod("n", "1500m"))
    room.put(POD, pod("n", "1500m", phase="Succeeded"))
    room.put("pods/default/q", pod("n", "1500m"))
    evicted = Told(DisruptionBudget())
    evicted.put(BUDGET, budget(1))
    evicted.put(POD, pod("n", conditions=[READY]))
    evicted.put(BUDGET, budget(0, disrupted=("p",)))
    evicted.put(POD, pod("n", conditions=[READY, EVICTED]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (Change(4, "ADDED", "a/b/d", b"", None, "", 0, 0), "revision 4 follows 2"),
        (Change(2, "ADDED", "a/b/d", b"", None, "", 0, 0), "revision 2 follows 2"),
        (Change(3, "ADDED", "a/b/c", b"", None, "", 0, 0), "is ADDED of a/b/c"),
        (Change(3, "MODIFIED", "a/b/d", b"", b"", "", 0, 0), "is MODIFIED of a/b/d"),
        (Change(3, "MODIFIED", "a/b/c", b"", b"old", "", 0, 0), "is MODIFIED of a/b/c"),
        (Change(3, "DELETED", "a/b/c", b"", b"old", "", 0, 0), "is DELETED of a/b/c"),
    ],
)
def test_guarantees_of_the_store(change: Change, says: str) -> None:
    checker, state = StoreGuarantees(), cast(State, None)
    checker.observe([Change(2, "ADDED", "a/b/c", b"x", None, "", 0, 0)], state)
    with pytest.raises(Violation, match=says):
        checker.observe([change], state)


def test_nodes_that_were_ready_come_back() -> None:
    told = Told(NodesComeBack())
    told.put("nodes//n", node(ready="False"))
    assert told.checker.unfinished(cast(State, told)) == ""
    told.put("nodes//n", node())
    told.put("nodes//n", node(ready="Unknown"))
    assert told.checker.unfinished(cast(State, told)) == "node n is not Ready"
    with pytest.raises(Violation):
        told.checker.finish(cast(State, told))


def _set(there: int, **status: Any) -> Object:
    meta = {"name": "r", "namespace": "d", "generation": 2}
    status = {"replicas": there, "observedGeneration": 2, **status}
    return {"metadata": meta, "spec": {"replicas": 3}, "status": status}


@pytest.mark.parametrize(
    ("kind", "obj", "behind"),
    [
        ("replicasets", _set(3), ""),
        ("replicasets", _set(2), "replicaset d/r has 2 replicas, and wants 3"),
        ("replicasets", _set(2, conditions=[{"type": "ReplicaFailure", "status": "True"}]), ""),
        ("deployments", _set(3, observedGeneration=1), "deployment d/r: its controller"),
        ("statefulsets", _set(1), ""),
    ],
)
def test_replicas_converge(kind: str, obj: Object, behind: str) -> None:
    told = Told(ReplicasConverge())
    told.put(f"{kind}/d/r", obj)
    found = told.checker.unfinished(cast(State, told))
    assert found.startswith(behind)
    assert bool(found) == bool(behind)


class Kept:
    """A store on a simulated disk, and a copy of its log that a test may spoil."""

    def __init__(self) -> None:
        simulation = Simulation(1)
        self.store = Store(simulation.host("a").world, simulation.disk("a", "store"))
        self.store.open()
        self.store.put("a/b/c", b"x")
        simulation.run_ms(1)
        self.files = files_of(simulation.disk("a", "store"))
        self.revision = self.store.revision
        self.digest = self.store.digest
        self.found = self.store.range("").entries

    def log_files(self) -> dict[str, bytes]:
        return self.files

    def entries(self) -> list[Any]:
        return self.found


def test_the_log_replays() -> None:
    kept = Kept()
    LogReplays().finish(cast(State, kept))
    kept.found = [msgspec.structs.replace(kept.found[0], value=b"y")]
    with pytest.raises(Violation, match="a/b/c is not what the log says"):
        LogReplays().finish(cast(State, kept))
    kept.revision += 1
    with pytest.raises(Violation, match="the log ends at 2, the store at 3"):
        LogReplays().finish(cast(State, kept))


def test_what_is_there_is_what_changes_add_up_to() -> None:
    checker, kept = StoreGuarantees(), Kept()
    checker.observe(list(kept.store.changes(1)), cast(State, None))
    checker.finish(cast(State, kept))
    kept.found = []
    with pytest.raises(Violation, match="a/b/c is at revision 0, and the changes add up to 2"):
        checker.finish(cast(State, kept))


def test_checkers_can_be_left_out() -> None:
    names = [checker.name for checker in all_checkers(("log-replays",))]
    assert names == [name for name in CHECKERS if name != "log-replays"]
