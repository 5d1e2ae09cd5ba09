"""Controllers against the real API server, in simulated time."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.sim.cluster import Cluster
from tuik8s.api.types import Object

pytestmark = pytest.mark.sim


def template(image: str = "app:1") -> Object:
    spec = {"containers": [{"name": "c", "image": image}]}
    return {"metadata": {"labels": {"app": "web"}}, "spec": spec}


def workload(kind: str, name: str = "web", **spec: object) -> Object:
    whole = {"selector": {"matchLabels": {"app": "web"}}, "template": template(), **spec}
    return {"kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": whole}


def status(c: Cluster, resource: str, name: str = "web") -> Object:
    found = c.get(resource, name)
    return (found or {}).get("status") or {}


def test_deployment_becomes_available() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=3))
    c.wait(lambda: status(c, "deployments.apps").get("availableReplicas") == 3)
    c.run_ms(1_000)
    conditions = {x["type"]: x["reason"] for x in status(c, "deployments.apps")["conditions"]}
    assert conditions == {
        "Available": "MinimumReplicasAvailable",
        "Progressing": "NewReplicaSetAvailable",
    }
    assert len(c.list_("pods")) == 3
    assert c.list_("pods")[0]["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet"


def rollout_done(c: Cluster, replicas: int) -> bool:
    found = status(c, "deployments.apps")
    d = c.get("deployments.apps", "web")
    assert d is not None
    counts = ("replicas", "updatedReplicas", "availableReplicas")
    seen = found.get("observedGeneration") == d["metadata"]["generation"]
    return seen and all(found.get(name) == replicas for name in counts)


def test_rolling_update_and_rollback() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=4))
    c.wait(lambda: rollout_done(c, 4))
    c.patch("deployments.apps", "web", {"spec": {"template": template("app:2")}})
    c.wait(lambda: rollout_done(c, 4))
    c.patch("deployments.apps", "web", {"spec": {"template": template("app:1")}})
    c.wait(lambda: rollout_done(c, 4))
    c.run_ms(1_000)
    sets = c.list_("replicasets.apps")
    revision = "deployment.kubernetes.io/revision"
    shown = {
        rs["spec"]["template"]["spec"]["containers"][0]["image"]: (
            rs["metadata"]["annotations"][revision],
            rs["spec"]["replicas"],
        )
        for rs in sets
    }
    assert shown == {"app:1": ("3", 4), "app:2": ("2", 0)}
    assert len(c.list_("pods")) == 4


def test_deployment_deleted_takes_its_pods_along() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=3))
    c.wait(lambda: rollout_done(c, 3))
    c.delete("deployments.apps", "web", propagationPolicy="Background")
    c.wait(lambda: not c.list_("pods") and not c.list_("replicasets.apps"))


def test_orphaned_replica_set_is_adopted_again() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=2))
    c.wait(lambda: rollout_done(c, 2))
    c.delete("deployments.apps", "web", propagationPolicy="Orphan")
    c.wait(lambda: c.get("deployments.apps", "web") is None)
    pods = {pod["metadata"]["name"] for pod in c.list_("pods")}
    assert "ownerReferences" not in c.list_("replicasets.apps")[0]["metadata"]
    c.create("deployments.apps", workload("Deployment", replicas=2))
    c.wait(lambda: rollout_done(c, 2))
    assert {pod["metadata"]["name"] for pod in c.list_("pods")} == pods


def test_service_gets_endpoints_and_slices() -> None:
    c = Cluster()
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"selector": {"app": "web"}, "ports": ports}
    c.create("deployments.apps", workload("Deployment", replicas=3))
    metadata = {"name": "svc", "namespace": "default"}
    c.create("services", {"kind": "Service", "metadata": metadata, "spec": service})
    c.wait(lambda: rollout_done(c, 3))
    c.run_ms(1_000)
    endpoints = c.get("endpoints", "svc")
    assert endpoints is not None
    assert len(endpoints["subsets"][0]["addresses"]) == 3
    (found,) = slices(c)
    assert [e["conditions"]["ready"] for e in found["endpoints"]] == [True] * 3
    assert found["ports"] == [{"name": "", "protocol": "TCP", "port": 8080}]
    c.delete("services", "svc")
    c.run_ms(2_000)
    assert c.get("endpoints", "svc") is None
    assert not slices(c)


def slices(c: Cluster) -> list[Object]:
    found = c.list_("endpointslices.discovery.k8s.io", "default")
    return [s for s in found if s["metadata"]["labels"]["kubernetes.io/service-name"] == "svc"]


def test_namespace_is_emptied_and_goes() -> None:
    c = Cluster()
    c.create("namespaces", {"kind": "Namespace", "metadata": {"name": "team"}})
    c.run_ms(500)
    assert c.get("serviceaccounts", "default", "team") is not None
    assert c.get("configmaps", "kube-root-ca.crt", "team") is not None
    d = workload("Deployment", replicas=2)
    d["metadata"]["namespace"] = "team"
    c.create("deployments.apps", d, "team")
    c.wait(lambda: len(c.list_("pods", "team")) == 2)
    c.delete("namespaces", "team", "")
    took_ms = c.wait(lambda: c.get("namespaces", "team", "") is None)
    assert took_ms >= 4_000
    assert not c.list_("pods", "team")


def test_namespace_says_what_holds_it() -> None:
    c = Cluster()
    c.create("namespaces", {"kind": "Namespace", "metadata": {"name": "team"}})
    held = {"name": "held", "namespace": "team", "finalizers": ["example.com/hold"]}
    c.create("configmaps", {"kind": "ConfigMap", "metadata": held}, "team")
    c.delete("namespaces", "team", "")
    c.run_ms(8_000)
    namespace = c.get("namespaces", "team", "")
    assert namespace is not None
    messages = [x["message"] for x in namespace["status"]["conditions"]]
    assert messages[3:] == [
        "Some resources are remaining: configmaps. has 1 resource instances",
        "Some content in the namespace has finalizers remaining: "
        "example.com/hold in 1 resource instances",
    ]
    c.patch("configmaps", "held", {"metadata": {"finalizers": None}}, "team")
    c.wait(lambda: c.get("namespaces", "team", "") is None)


def test_condition_with_another_message_keeps_its_time() -> None:
    c = Cluster()
    c.create("namespaces", {"kind": "Namespace", "metadata": {"name": "team"}})
    for name in ("one", "two"):
        held = {"name": name, "namespace": "team", "finalizers": ["example.com/hold"]}
        c.create("configmaps", {"kind": "ConfigMap", "metadata": held}, "team")
    c.delete("namespaces", "team", "")

    def remaining() -> Object:
        found = c.get("namespaces", "team", "") or {}
        return next(
            x for x in found["status"]["conditions"] if x["reason"] == "SomeResourcesRemain"
        )

    c.run_ms(8_000)
    before = remaining()
    c.patch("configmaps", "two", {"metadata": {"finalizers": None}}, "team")
    c.run_ms(10_000)
    assert remaining()["message"] != before["message"]
    assert remaining()["lastTransitionTime"] == before["lastTransitionTime"]


def test_silent_node_is_tainted_and_its_pods_move() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=3))
    c.wait(lambda: rollout_done(c, 3))
    c.nodes.silent.add("node-2")
    c.run_ms(70_000)
    node = c.get("nodes", "node-2", "")
    assert node is not None
    taints = {(t["key"], t["effect"]) for t in node["spec"]["taints"]}
    assert ("node.kubernetes.io/unreachable", "NoSchedule") in taints
    assert ("node.kubernetes.io/unreachable", "NoExecute") in taints
    stuck = [p for p in c.list_("pods") if p["spec"]["nodeName"] == "node-2"]
    ready = {x["type"]: x["status"] for x in stuck[0]["status"]["conditions"]}
    assert ready["Ready"] == "False"
    c.run_ms(310_000)
    running = [p for p in c.list_("pods") if not p["metadata"].get("deletionTimestamp")]
    assert {p["spec"]["nodeName"] for p in running} == {"node-1", "node-3"}
    assert len(running) == 3
    c.nodes.silent.clear()
    c.run_ms(30_000)
    node = c.get("nodes", "node-2", "")
    assert node is not None
    assert not node["spec"].get("taints")


def test_node_ranges_are_never_shared_across_restarts() -> None:
    c = Cluster(nodes=5)
    c.restart_controllers()
    for n in range(6, 12):
        c.create("nodes", {"kind": "Node", "metadata": {"name": f"node-{n}"}})
        if n == 8:
            c.restart_controllers()
    c.run_ms(3_000)
    ranges = [node["spec"]["podCIDR"] for node in c.list_("nodes")]
    assert len(ranges) == len(set(ranges)) == 11


def test_stateful_set_in_order() -> None:
    c = Cluster()
    c.create("statefulsets.apps", workload("StatefulSet", replicas=3, serviceName="svc"))
    c.wait(lambda: status(c, "statefulsets.apps").get("availableReplicas") == 3)
    pods = sorted(c.list_("pods"), key=lambda p: p["metadata"]["name"])
    assert [p["metadata"]["name"] for p in pods] == ["web-0", "web-1", "web-2"]
    uids = {p["metadata"]["uid"] for p in pods}
    c.patch("statefulsets.apps", "web", {"spec": {"template": template("app:2")}})
    c.wait(
        lambda: (
            status(c, "statefulsets.apps")
            .get("currentRevision", "")
            .endswith(status(c, "statefulsets.apps").get("updateRevision", "-"))
            and not uids & {p["metadata"]["uid"] for p in c.list_("pods")}
        )
    )
    c.patch("statefulsets.apps", "web", {"spec": {"replicas": 1}})
    c.wait(lambda: [p["metadata"]["name"] for p in c.list_("pods")] == ["web-0"])
    assert status(c, "statefulsets.apps")["collisionCount"] == 0


def test_daemon_set_on_every_node() -> None:
    c = Cluster()
    c.create("daemonsets.apps", workload("DaemonSet"))
    c.wait(lambda: status(c, "daemonsets.apps").get("numberAvailable") == 3)
    c.patch("daemonsets.apps", "web", {"spec": {"template": template("app:2")}})
    c.wait(lambda: status(c, "daemonsets.apps").get("updatedNumberScheduled") == 3)
    c.wait(lambda: status(c, "daemonsets.apps").get("numberAvailable") == 3)
    nodes = sorted(p["spec"]["nodeName"] for p in c.list_("pods"))
    assert nodes == ["node-1", "node-2", "node-3"]


@pytest.mark.skipif(
    find_spec("tuik8s.components.apiserver.admission.resource_quota") is None,
    reason="the API server does not enforce quotas yet",
)
def test_quota_refusal_and_recovery() -> None:
    c = Cluster()
    quota = {"kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}}
    c.create("resourcequotas", quota, "default")
    c.wait(lambda: status(c, "resourcequotas", "q").get("used") == {"pods": "0"})
    c.create("deployments.apps", workload("Deployment", replicas=2))
    c.wait(lambda: bool(_failure(c)))
    assert "exceeded quota: q" in _failure(c)
    c.patch("resourcequotas", "q", {"spec": {"hard": {"pods": "5"}}})
    c.wait(lambda: rollout_done(c, 2), within_ms=60_000)
    assert not _failure(c)


def _failure(c: Cluster) -> str:
    conditions = status(c, "deployments.apps").get("conditions") or []
    return next((x["message"] for x in conditions if x["type"] == "ReplicaFailure"), "")


def test_restart_in_the_middle_of_a_rollout() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=20))
    c.run_ms(20)
    c.restart_controllers()
    c.wait(lambda: rollout_done(c, 20))
    c.run_ms(5_000)
    assert len(c.list_("pods")) == 20


def test_events_are_worded_as_upstream() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=1))
    c.wait(lambda: rollout_done(c, 1))
    c.run_ms(500)
    (rs,) = c.list_("replicasets.apps")
    (pod,) = c.list_("pods")
    name = rs["metadata"]["name"]
    assert c.events("web") == [f"Normal ScalingReplicaSet Scaled up replica set {name} from 0 to 1"]
    assert c.events(name) == [f"Normal SuccessfulCreate Created pod: {pod['metadata']['name']}"]


def job(name: str = "job", **spec: object) -> Object:
    whole = {"template": {"spec": {**template()["spec"], "restartPolicy": "Never"}}, **spec}
    return {"kind": "Job", "metadata": {"name": name, "namespace": "default"}, "spec": whole}


def end_pods(c: Cluster, phase: str = "Succeeded") -> None:
    """All running pods end."""
    for pod in c.list_("pods"):
        if pod["status"]["phase"] == "Running":
            c.patch_status("pods", pod["metadata"]["name"], {"status": {"phase": phase}})


def test_job_completes_and_counts_each_pod_once() -> None:
    c = Cluster()
    c.create("jobs.batch", job(completions=3, parallelism=2))
    c.wait(lambda: status(c, "jobs.batch", "job").get("ready") == 2)
    assert status(c, "jobs.batch", "job")["active"] == 2
    end_pods(c)
    c.wait(lambda: status(c, "jobs.batch", "job").get("ready") == 1)
    end_pods(c)
    c.wait(lambda: status(c, "jobs.batch", "job").get("completionTime") is not None)
    found = status(c, "jobs.batch", "job")
    kinds = [x["type"] for x in found["conditions"]]
    assert kinds == ["SuccessCriteriaMet", "Complete"]
    assert (found["succeeded"], found["uncountedTerminatedPods"]) == (3, {})
    assert "Normal Completed Job completed" in c.events("job")
    assert not any(pod["metadata"].get("finalizers") for pod in c.list_("pods"))


def test_job_fails_at_its_limit() -> None:
    c = Cluster()
    c.create("jobs.batch", job(backoffLimit=0))
    c.wait(lambda: status(c, "jobs.batch", "job").get("ready") == 1)
    end_pods(c, "Failed")
    c.wait(lambda: len(status(c, "jobs.batch", "job").get("conditions") or ()) == 2)
    found = status(c, "jobs.batch", "job")
    assert [x["reason"] for x in found["conditions"]] == ["BackoffLimitExceeded"] * 2
    assert found["failed"] == 1


def test_indexed_job() -> None:
    c = Cluster()
    c.create("jobs.batch", job(completions=4, parallelism=4, completionMode="Indexed"))
    c.wait(lambda: status(c, "jobs.batch", "job").get("ready") == 4)
    end_pods(c)
    c.wait(lambda: status(c, "jobs.batch", "job").get("completionTime") is not None)
    assert status(c, "jobs.batch", "job")["completedIndexes"] == "0-3"


def test_cron_job_makes_a_job_each_minute() -> None:
    c = Cluster()
    spec = {"schedule": "* * * * *", "jobTemplate": {"spec": job()["spec"]}}
    metadata = {"name": "cj", "namespace": "default"}
    c.create("cronjobs.batch", {"kind": "CronJob", "metadata": metadata, "spec": spec})
    c.run_ms(125_000)
    names = [j["metadata"]["name"] for j in c.list_("jobs.batch")]
    assert names == ["cj-29453761", "cj-29453762"]
    assert status(c, "cronjobs.batch", "cj")["lastScheduleTime"] == "2026-01-01T00:02:00Z"
    assert "lastSuccessfulTime" in status(c, "cronjobs.batch", "cj")


def test_disruption_budget_counts() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=3))
    budget = {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}}
    metadata = {"name": "b", "namespace": "default"}
    obj = {"kind": "PodDisruptionBudget", "metadata": metadata, "spec": budget}
    c.create("poddisruptionbudgets.policy", obj)
    c.wait(lambda: status(c, "poddisruptionbudgets.policy", "b").get("disruptionsAllowed") == 1)
    found = status(c, "poddisruptionbudgets.policy", "b")
    assert (found["currentHealthy"], found["desiredHealthy"], found["expectedPods"]) == (3, 2, 3)


def test_job_is_removed_after_its_time() -> None:
    c = Cluster()
    c.create("jobs.batch", job(ttlSecondsAfterFinished=5))
    c.wait(lambda: status(c, "jobs.batch", "job").get("ready") == 1)
    end_pods(c)
    took_ms = c.wait(lambda: c.get("jobs.batch", "job") is None)
    assert took_ms >= 4_000
    c.wait(lambda: not c.list_("pods"))


def test_foreground_deletion_waits_for_dependents() -> None:
    c = Cluster()
    c.create("deployments.apps", workload("Deployment", replicas=2))
    c.wait(lambda: rollout_done(c, 2))
    c.delete("deployments.apps", "web", propagationPolicy="Foreground")
    c.wait(lambda: c.get("deployments.apps", "web") is None)
    assert not c.list_("pods")
    assert not c.list_("replicasets.apps")


def test_object_with_an_absent_owner_is_removed() -> None:
    c = Cluster()
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "no-such-uid"}
    unknown = {**owner, "apiVersion": "example.com/v1", "kind": "Nope"}
    for name, reference in (("a", owner), ("b", unknown)):
        metadata = {"name": name, "namespace": "default", "ownerReferences": [reference]}
        c.create("configmaps", {"kind": "ConfigMap", "metadata": metadata})
    c.run_ms(3_000)
    assert c.get("configmaps", "a") is None
    assert c.get("configmaps", "b") is not None
