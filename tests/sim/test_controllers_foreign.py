"""Controllers and what others write where controllers read: it may be wrong, it ends nothing."""

from __future__ import annotations

import pytest

from tests.sim.cluster import Cluster
from tests.sim.test_controllers import status, workload

pytestmark = pytest.mark.sim


def test_status_that_somebody_else_wrote_ends_no_controller() -> None:
    """Conditions without times, and a revision that holds no template."""
    c = Cluster()
    c.create("deployments.apps", workload("Deployment"))
    c.create("statefulsets.apps", workload("StatefulSet", "db", serviceName="db"))
    foreign = {"name": "db-x", "namespace": "default", "labels": {"app": "web"}}
    c.create(
        "controllerrevisions.apps",
        {"kind": "ControllerRevision", "metadata": foreign, "revision": 1, "data": {"a": 1}},
    )
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    c.create(
        "horizontalpodautoscalers.autoscaling",
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"maxReplicas": 3, "scaleTargetRef": target},
        },
    )
    c.run_ms(2_000)
    for resource, name, kind in (
        ("deployments.apps", "web", "Progressing"),
        ("replicasets.apps", c.list_("replicasets.apps")[0]["metadata"]["name"], "ReplicaFailure"),
        ("horizontalpodautoscalers.autoscaling", "web", "AbleToScale"),
    ):
        condition = {"type": kind, "status": "True", "reason": "Said", "message": "so"}
        c.patch_status(resource, name, {"status": {"conditions": [condition]}})
    partition = {"rollingUpdate": {"partition": 1}}
    c.patch("statefulsets.apps", "db", {"spec": {"updateStrategy": partition}})
    c.patch_status("statefulsets.apps", "db", {"status": {"currentRevision": "db-x"}})
    c.delete("pods", "db-0")
    c.run_ms(30_000)
    assert {x["type"] for x in status(c, "deployments.apps")["conditions"]} == {
        "Progressing",
        "Available",
    }
