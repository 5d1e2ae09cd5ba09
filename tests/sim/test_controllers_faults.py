"""Controllers under faults: lost messages, crashes, cuts. What counts is where it ends."""

from __future__ import annotations

import pytest

from tests.sim.cluster import Cluster
from tests.sim.test_controllers import rollout_done, status, template, workload
from tuik8s.world.links import LinkRule, both_ways

pytestmark = pytest.mark.sim

LOSSY = LinkRule(
    sender="controller-manager",
    receiver="apiserver",
    drop_per_mille=150,
    duplicate_per_mille=50,
    jitter_ms=30,
    reorder=True,
)


def active_pods(c: Cluster) -> list[str]:
    pods = c.list_("pods")
    return [p["metadata"]["name"] for p in pods if not p["metadata"].get("deletionTimestamp")]


@pytest.mark.parametrize("seed", range(4))
def test_rollout_over_a_bad_link(seed: int) -> None:
    """A seventh of all messages is lost, others are late or come twice; the rollout ends well."""
    c = Cluster(seed=seed)
    c.simulation.links.set(both_ways(LOSSY))
    c.create("deployments.apps", workload("Deployment", replicas=6))
    c.run_ms(5_000)
    c.patch("deployments.apps", "web", {"spec": {"template": template("app:2")}})
    c.run_ms(60_000)
    c.simulation.links.set(())
    c.wait(lambda: rollout_done(c, 6), within_ms=120_000, step_ms=1_000)
    c.run_ms(60_000)
    assert len(active_pods(c)) == 6
    pods = c.list_("pods")
    assert {p["spec"]["containers"][0]["image"] for p in pods} == {"app:2"}


def test_apiserver_crash_in_the_middle() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=10))
    c.run_ms(15)
    c.restart_apiserver()
    c.wait(lambda: rollout_done(c, 10), within_ms=120_000, step_ms=500)
    c.run_ms(30_000)
    assert len(active_pods(c)) == 10


@pytest.mark.parametrize("at_ms", [5, 12, 40, 120])
def test_controllers_crash_at_any_moment(at_ms: int) -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=5))
    c.create("statefulsets.apps", workload("StatefulSet", "db", replicas=2, serviceName="db"))
    c.run_ms(at_ms)
    c.restart_controllers()
    c.wait(lambda: rollout_done(c, 5))
    c.wait(lambda: status(c, "statefulsets.apps", "db").get("availableReplicas") == 2)
    c.run_ms(10_000)
    assert len(active_pods(c)) == 7


def test_cut_off_controllers_catch_up() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=3))
    c.wait(lambda: rollout_done(c, 3))
    cut = LinkRule(sender="controller-manager", receiver="apiserver", cut=True)
    c.simulation.links.set(both_ways(cut))
    c.patch("deployments.apps", "web", {"spec": {"replicas": 6}})
    c.run_ms(120_000)
    assert len(active_pods(c)) == 3
    c.simulation.links.set(())
    c.wait(lambda: rollout_done(c, 6), within_ms=60_000, step_ms=500)


def test_same_seed_same_history() -> None:
    def history(seed: int) -> list[tuple[str, str, str]]:
        c = Cluster(seed=seed)
        c.create("deployments.apps", workload("Deployment", replicas=5))
        c.run_ms(3_000)
        kinds = ("pods", "replicasets.apps", "events", "deployments.apps")
        return [
            (kind, o["metadata"]["name"], o["metadata"]["resourceVersion"])
            for kind in kinds
            for o in c.list_(kind)
        ]

    assert history(3) == history(3)
    assert history(3) != history(4)
