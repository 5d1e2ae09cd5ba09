"""Deployments: steps of a rollout, sizes, conditions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.controllers.fixtures import (
    DEPLOYMENTS,
    NOW_MS,
    Shown,
    deployment,
    key,
    lines,
    replica_set,
    template,
)
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Outcome, Plan
from tuik8s.components.controllers.deployment import DeploymentReconciler, revisions, sizes


def plan_for(d: Object, *sets: Object) -> Plan:
    view = Shown(deployments__apps=[d], replicasets__apps=sets)
    return DeploymentReconciler().reconcile(key(DEPLOYMENTS), view, NOW_MS)


def owned(d: Object, name: str, replicas: int, available: int, image: str, revision: int) -> Object:
    counts = {"replicas": replicas, "readyReplicas": available, "availableReplicas": available}
    notes = {
        revisions.REVISION: str(revision),
        **revisions.size_annotations(d),
    }
    return replica_set(
        name,
        replicas,
        d,
        template=template(image),
        status={**counts, "observedGeneration": 1},
        metadata={"annotations": notes},
    )


def known(d: Object, revision: int = 1, reason: str = "NewReplicaSetAvailable") -> Object:
    """A deployment whose revision and Progressing condition are recorded."""
    d["metadata"]["annotations"] = {revisions.REVISION: str(revision)}
    times = {"lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    condition = {"type": "Progressing", "status": "True", "reason": reason, "message": "", **times}
    d["status"] = {"conditions": [condition]}
    return d


def replicas_written(plan: Plan) -> dict[str, int]:
    return {
        w.obj["metadata"]["name"]: w.obj["spec"]["replicas"]
        for w in plan.writes
        if w.resource == "replicasets.apps" and hasattr(w, "obj")
    }


def test_creates_set_then_records_revision() -> None:
    d = deployment(2)
    plan = plan_for(d)
    rs: Any = plan.writes[0]
    name = rs.obj["metadata"]["name"]
    assert rs.obj["spec"]["replicas"] == 2
    assert rs.obj["metadata"]["annotations"] == {
        revisions.REVISION: "1",
        revisions.DESIRED: "2",
        sizes.MAX: "3",
    }
    assert rs.said.message == f"Scaled up replica set {name} from 0 to 2"
    assert plan.then is not None
    after: Any = plan.then([Outcome(rs, 201, rs.obj)]).writes[0]
    assert after.subresource == "status"
    assert after.obj["metadata"]["annotations"][revisions.REVISION] == "1"
    condition = after.obj["status"]["conditions"][0]
    assert condition["message"] == f'Created new replica set "{name}"'


def test_hash_is_in_name_labels_and_selector() -> None:
    rs: Any = plan_for(deployment(1)).writes[0]
    hashed = rs.obj["metadata"]["labels"]["pod-template-hash"]
    assert rs.obj["metadata"]["name"] == f"web-{hashed}"
    assert rs.obj["spec"]["selector"]["matchLabels"]["pod-template-hash"] == hashed
    assert rs.obj["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] == hashed


@pytest.mark.parametrize(
    ("total", "surge", "unavailable", "old", "new"),
    [
        pytest.param(4, "25%", "25%", 3, 2, id="default"),
        pytest.param(3, 0, 1, 2, 1, id="no surge"),
        pytest.param(2, "100%", 0, 2, 2, id="surge 100%"),
        pytest.param(5, 2, 2, 3, 4, id="surge 2 unavailable 2"),
    ],
)
def test_stuck_rollout_comes_to_rest(
    total: int, surge: Any, unavailable: Any, old: int, new: int
) -> None:
    """How far a rollout goes whose new pods never get ready."""
    limits = {"maxSurge": surge, "maxUnavailable": unavailable}
    strategy = {"type": "RollingUpdate", "rollingUpdate": limits}
    d = known(deployment(total, "app:2", strategy=strategy), 2, "ReplicaSetUpdated")
    have = {"web-old": total, "web-new": 0}
    for _ in range(10):
        sets = [
            owned(d, "web-old", have["web-old"], have["web-old"], "app:1", 1),
            owned(d, "web-new", have["web-new"], 0, "app:2", 2),
        ]
        have.update(replicas_written(plan_for(d, *sets)))
    assert have == {"web-old": old, "web-new": new}


def test_proportional_scaling() -> None:
    """10 -> 15 in the middle of a rollout: each set keeps its share."""
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}
    before = deployment(10, "app:2", strategy=strategy)
    d = known(deployment(15, "app:2", strategy=strategy), 2)
    old, new = (
        owned(before, "web-old", 8, 8, "app:1", 1),
        owned(before, "web-new", 5, 0, "app:2", 2),
    )
    old["metadata"]["ownerReferences"][0]["uid"] = d["metadata"]["uid"]
    assert replicas_written(plan_for(d, old, new)) == {"web-old": 11, "web-new": 7}


def test_recreate_scales_down_first() -> None:
    d = known(deployment(2, "app:2", strategy={"type": "Recreate"}))
    plan = plan_for(d, owned(d, "web-old", 2, 2, "app:1", 1))
    assert replicas_written(plan) == {"web-old": 0}


def test_recreate_waits_for_old_pods() -> None:
    d = known(deployment(2, "app:2", strategy={"type": "Recreate"}))
    old = owned(d, "web-old", 0, 0, "app:1", 1)
    old["status"]["replicas"] = 1
    assert replicas_written(plan_for(d, old)) == {}


def test_pause_is_noted_before_anything_else() -> None:
    plan = plan_for(deployment(2, paused=True))
    assert lines(plan) == ["update deployments.apps/status web"]
    write: Any = plan.writes[0]
    condition = write.obj["status"]["conditions"][0]
    assert (condition["status"], condition["reason"]) == ("Unknown", "DeploymentPaused")


def test_complete_rollout_says_so_and_cleans_up() -> None:
    d = known(deployment(1, "app:2", revisionHistoryLimit=0), 2, "ReplicaSetUpdated")
    d["status"].update(replicas=1, updatedReplicas=1, availableReplicas=1, observedGeneration=1)
    sets = (owned(d, "web-old", 0, 0, "app:1", 1), owned(d, "web-new", 1, 1, "app:2", 2))
    plan = plan_for(d, *sets)
    assert lines(plan) == ["delete replicasets.apps web-old", "update deployments.apps/status web"]
    write: Any = plan.writes[1]
    conditions = {c["type"]: c["reason"] for c in write.obj["status"]["conditions"]}
    assert conditions == {
        "Available": "MinimumReplicasAvailable",
        "Progressing": "NewReplicaSetAvailable",
    }


def test_rollback_renumbers_the_old_set() -> None:
    d = known(deployment(1, "app:1"), 2)
    sets = (owned(d, "web-a", 0, 0, "app:1", 1), owned(d, "web-b", 1, 1, "app:2", 2))
    write: Any = plan_for(d, *sets).writes[0]
    notes = write.obj["metadata"]["annotations"]
    assert (notes[revisions.REVISION], notes[revisions.REVISION_HISTORY]) == ("3", "1")


def test_progress_deadline() -> None:
    d = known(deployment(1, progressDeadlineSeconds=1), 1, "ReplicaSetUpdated")
    d["status"]["conditions"][0]["lastUpdateTime"] = "2025-12-31T00:00:00Z"
    d["status"]["updatedReplicas"] = 1
    d["status"]["replicas"] = 1
    write: Any = plan_for(d, owned(d, "web-new", 1, 0, "app:1", 1)).writes[0]
    reasons = [c["reason"] for c in write.obj["status"]["conditions"]]
    assert "ProgressDeadlineExceeded" in reasons


@pytest.mark.parametrize(
    ("surge", "unavailable", "total", "want"),
    [
        pytest.param("25%", "25%", 4, (1, 1), id="percent"),
        pytest.param("25%", "25%", 2, (1, 0), id="surge up, unavailable down"),
        pytest.param(0, 0, 5, (0, 1), id="never both 0"),
        pytest.param("9" * 5_000 + "%", 1, 5, (0, 1), id="too long to read"),
    ],
)
def test_fenceposts(surge: Any, unavailable: Any, total: int, want: tuple[int, int]) -> None:
    from tuik8s.components.controllers.parts.workloads import fenceposts

    assert fenceposts(surge, unavailable, total) == want


def test_sizes_are_rolling_by_default() -> None:
    assert sizes.is_rolling(deployment(1))
