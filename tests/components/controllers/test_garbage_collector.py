"""The garbage collector: whose owners are gone, and who waits for whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.controllers.fixtures import NOW_MS, Shown, key, lines, obj, writes
from tuik8s.api.meta import owner_reference
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Change, Outcome, Plan
from tuik8s.components.controllers.garbage_collector import GarbageCollectorReconciler

MAPS = "configmaps"


class World:
    """A collector and the ConfigMaps that it sees."""

    def __init__(self, *objects: Object) -> None:
        self.collector = GarbageCollectorReconciler()
        self.view = Shown(configmaps=[])
        for one in objects:
            self.put(one)

    def put(self, new: Object) -> list[Key]:
        old = self.view.get(MAPS, "ns", new["metadata"]["name"])
        if old is not None:
            self.view.objects[MAPS].remove(old)
        self.view.add(MAPS, new)
        return self._tell(Change(MAPS, old, new))

    def remove(self, name: str) -> list[Key]:
        old = self.view.get(MAPS, "ns", name)
        assert old is not None
        self.view.objects[MAPS].remove(old)
        return self._tell(Change(MAPS, old, None))

    def _tell(self, change: Change) -> list[Key]:
        return list(self.collector.wakes[0].keys(change, self.view))

    def plan(self, name: str) -> Plan:
        return self.collector.reconcile(key(MAPS, name), self.view, NOW_MS)


def config(name: str, *owners: Object, **metadata: Any) -> Object:
    references = [owner_reference(owner, controller=False) for owner in owners]
    return obj("ConfigMap", name, metadata={"ownerReferences": references, **metadata})


def going(name: str, finalizer: str, *owners: Object) -> Object:
    return config(name, *owners, finalizers=[finalizer], deletionTimestamp="2026-01-01T00:00:00Z")


def test_dependents_of_a_deleted_owner_are_deleted_without_asking() -> None:
    owner = config("o")
    world = World(owner, config("d", owner))
    assert world.plan("d") == Plan()
    assert world.remove("o") == [key(MAPS, "d")]
    assert lines(world.plan("d")) == ["delete configmaps d"]


def test_unknown_owner_is_asked_for_first() -> None:
    world = World()
    assert world.put(config("d", config("ghost"))) == [key(MAPS, "d")]
    plan = world.plan("d")
    assert lines(plan) == ["get configmaps ghost"]
    assert plan.then is not None
    assert lines(plan.then([Outcome(plan.writes[0], 404)])) == ["delete configmaps d"]
    living = Outcome(plan.writes[0], 200, config("ghost"))
    assert plan.then([living]) == Plan()
    other = Outcome(plan.writes[0], 200, obj("ConfigMap", "ghost", metadata={"uid": "another"}))
    assert lines(plan.then([other])) == ["delete configmaps d"]
    assert plan.then([Outcome(plan.writes[0], 500)]).writes == ()


def test_one_solid_owner_is_enough() -> None:
    a, b = config("a"), config("b")
    world = World(a, b, config("d", a, b))
    world.remove("a")
    (write,) = writes(world.plan("d"))
    assert [r["name"] for r in write.patch["metadata"]["ownerReferences"]] == ["b"]


def test_unknown_kind_of_owner_is_left_alone() -> None:
    reference = {"apiVersion": "example.com/v1", "kind": "Nope", "name": "x", "uid": "u"}
    world = World(config("d", ownerReferences=[reference]))
    plan = world.plan("d")
    assert plan.writes == ()
    assert plan.requeue_after_ms is not None


def test_orphaning_frees_dependents_then_the_owner() -> None:
    owner = config("o")
    world = World(owner, config("d", owner))
    assert world.put(going("o", "orphan")) == [key(MAPS, "o")]
    plan = world.plan("o")
    assert lines(plan) == ["patch configmaps d"]
    assert plan.then is not None
    assert lines(plan.then([Outcome(plan.writes[0], 200)])) == ["patch configmaps o"]
    assert plan.then([Outcome(plan.writes[0], 500)]).writes == ()


@pytest.mark.parametrize("blocks", [True, False])
def test_foreground_waits_for_blocking_dependents_only(blocks: bool) -> None:
    owner = config("o")
    dependent = config("d", owner)
    dependent["metadata"]["ownerReferences"][0]["blockOwnerDeletion"] = blocks
    world = World(owner, dependent)
    assert set(world.put(going("o", "foregroundDeletion"))) == {key(MAPS, "o"), key(MAPS, "d")}
    assert lines(world.plan("d")) == ["delete configmaps d"]
    assert lines(world.plan("o")) == ([] if blocks else ["patch configmaps o"])
    woken = world.remove("d")
    assert woken == [key(MAPS, "o")]
    assert lines(world.plan("o")) == ["patch configmaps o"]


def test_status_updates_wake_nobody() -> None:
    owner = config("o")
    world = World(owner, config("d", owner))
    changed = {**config("d", owner), "data": {"k": "v"}}
    assert world.put(changed) == []
