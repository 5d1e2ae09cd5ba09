"""What controllers remember of objects goes with the objects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.cluster import Cluster
from tests.sim.test_controllers import end_pods, job, template, workload

pytestmark = pytest.mark.sim

TAINT = {"spec": {"taints": [{"key": "k", "effect": "NoExecute"}]}}


def test_nothing_is_kept_of_what_is_gone() -> None:
    """Pods that were told to leave, a Job and daemon pods that failed, what was collected."""
    c = Cluster()
    manager: Any = c.controllers
    loops = {loop.name: loop for loop in manager._loops}
    tolerated = {"key": "k", "effect": "NoExecute", "operator": "Exists", "tolerationSeconds": 600}
    leaving = template()
    leaving["spec"]["tolerations"] = [tolerated]
    c.create("deployments.apps", workload("Deployment", replicas=3, template=leaving))
    c.create("daemonsets.apps", workload("DaemonSet", "agent"))
    c.create("jobs.batch", job(backoffLimit=6, completions=3))
    c.run_ms(500)
    end_pods(c, "Failed")
    c.run_ms(3_000)
    for name in c.names:
        c.patch("nodes", name, TAINT, "")
    c.run_ms(3_000)
    kept = (
        loops["taint-eviction"]._reconciler._leaving,
        loops["job"]._reconciler._retries,
        loops["daemonset"]._reconciler._backoff._last,
    )
    assert all(kept)
    for resource, name in (
        ("deployments.apps", "web"),
        ("daemonsets.apps", "agent"),
        ("jobs.batch", "job"),
    ):
        c.delete(resource, name, propagationPolicy="Background")
    c.run_ms(60_000)
    assert not c.list_("pods")
    assert not any(kept), kept
    assert not loops["garbagecollector"]._behind
