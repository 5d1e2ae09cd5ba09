"""ReplicaSets: how many pods, which go first, what the status says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.controllers.fixtures import (
    NOW_MS,
    PODS,
    SETS,
    Shown,
    key,
    lines,
    node,
    pod,
    replica_set,
)
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Create, Outcome, Update
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.replicaset import ReplicaSetReconciler

BURST = 500


def plan_for(rs: Object, *pods: Object) -> Any:
    view = Shown(pods=pods, replicasets__apps=[rs], nodes=[node("node-1")])
    return ReplicaSetReconciler(BURST).reconcile(key(SETS, rs["metadata"]["name"]), view, NOW_MS)


@pytest.mark.parametrize(
    ("replicas", "active", "want"),
    [
        pytest.param(2, 0, ["create pods web-*"] * 2, id="none there"),
        pytest.param(2, 1, ["create pods web-*"], id="one missing"),
        pytest.param(1, 2, ["delete pods p1"], id="one too many"),
    ],
)
def test_difference(replicas: int, active: int, want: list[str]) -> None:
    rs = replica_set("web", replicas)
    pods = [pod(f"p{i}", rs) for i in range(active)]
    if active > replicas:
        pods[1]["metadata"]["creationTimestamp"] = format_time(NOW_MS - 1_000)
    assert lines(plan_for(rs, *pods)) == want


def test_creations_are_bounded_and_slow() -> None:
    plan = plan_for(replica_set("web", 1_000))
    assert len(plan.writes) == BURST
    assert plan.slow_start


def test_status_counts_pods_seen_at_the_start() -> None:
    rs = replica_set("web", 3)
    plan = plan_for(rs, pod("a", rs), pod("b", rs, ready=False))
    after = plan.then([Outcome(plan.writes[0], 201, {"metadata": {"name": "web-x"}})])
    assert after.writes[0].obj["status"] == {
        "replicas": 2,
        "fullyLabeledReplicas": 2,
        "readyReplicas": 1,
        "availableReplicas": 1,
        "terminatingReplicas": 0,
        "observedGeneration": 1,
    }


def test_refused_creation_sets_replica_failure() -> None:
    rs = replica_set("web", 1)
    plan = plan_for(rs)
    refused = Outcome(plan.writes[0], 403, {"message": "exceeded quota", "reason": "Forbidden"})
    status = plan.then([refused]).writes[0].obj["status"]
    assert status["conditions"][0]["type"] == "ReplicaFailure"
    assert status["conditions"][0]["message"] == "exceeded quota"


def test_terminating_pod_is_replaced_and_counted() -> None:
    rs = replica_set("web", 1)
    going = pod("a", rs, deletionTimestamp=format_time(NOW_MS))
    plan = plan_for(rs, going)
    assert lines(plan) == ["create pods web-*"]
    status = plan.then([Outcome(plan.writes[0], 201, {})]).writes[0].obj["status"]
    assert (status["replicas"], status["terminatingReplicas"]) == (0, 1)


def test_adopts_orphan_instead_of_creating() -> None:
    plan = plan_for(replica_set("web", 1), pod("bare"))
    assert lines(plan) == ["patch pods bare", "update replicasets.apps/status web"]
    assert plan.writes[0].patch["metadata"]["ownerReferences"][0]["controller"] is True


def test_releases_pod_that_no_longer_matches() -> None:
    rs = replica_set("web", 1)
    plan = plan_for(rs, pod("a", rs, labels={"app": "other"}))
    assert lines(plan) == ["patch pods a", "create pods web-*"]


def test_min_ready_seconds_asks_to_look_again() -> None:
    rs = replica_set("web", 1)
    rs["spec"]["minReadySeconds"] = 40
    plan = plan_for(rs, pod("a", rs))
    update = plan.writes[0]
    assert isinstance(update, Update)
    assert "availableReplicas" not in update.obj["status"]
    assert plan.requeue_after_ms == 10_000


def test_created_pod_is_the_template_with_an_owner() -> None:
    create = plan_for(replica_set("web", 1)).writes[0]
    assert isinstance(create, Create)
    metadata = create.obj["metadata"]
    assert metadata["generateName"] == "web-"
    assert metadata["ownerReferences"][0]["blockOwnerDeletion"] is True
    assert create.obj["spec"]["containers"][0]["image"] == "app:1"


RANKED = [  # first column: who goes first
    pytest.param(pod("a", node=""), pod("b"), id="unscheduled"),
    pytest.param(pod("a", phase="Pending"), pod("b"), id="pending"),
    pytest.param(pod("a", ready=False), pod("b"), id="not ready"),
    pytest.param(pod("a"), pod("b", annotations={podinfo.DELETION_COST: "10"}), id="cheaper"),
    pytest.param(pod("a", since_ms=NOW_MS - 1_000), pod("b"), id="ready for less long"),
    pytest.param(pod("a"), pod("b", node="node-2"), id="on the crowded node"),
]


@pytest.mark.parametrize(("first", "second"), RANKED)
def test_deletion_rank(first: Object, second: Object) -> None:
    ranked = podinfo.rank_for_deletion([second, first], {"node-1": 2, "node-2": 1}, NOW_MS)
    assert [p["metadata"]["name"] for p in ranked] == ["a", "b"]


def test_pod_wakes_its_owner() -> None:
    from tuik8s.components.controllers.base import Change

    rs = replica_set("web", 1)
    wake = next(w for w in ReplicaSetReconciler.wakes if w.resource == PODS)
    change = Change(PODS, None, pod("a", rs))
    assert list(wake.keys(change, Shown(replicasets__apps=[rs]))) == [key(SETS)]
    orphan = Change(PODS, None, pod("a"))
    assert list(wake.keys(orphan, Shown(replicasets__apps=[rs]))) == [key(SETS)]
