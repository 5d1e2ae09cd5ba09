"""StatefulSets, DaemonSets, Jobs, budgets, quotas, autoscalers, volumes: decisions by table."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.controllers.fixtures import (
    NOW_MS,
    Shown,
    deployment,
    key,
    lines,
    node,
    obj,
    pod,
    replica_set,
    template,
    writes,
)
from tuik8s.api import quota_usage as usage
from tuik8s.api.times import format_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Outcome
from tuik8s.components.controllers.daemonset import DaemonSetReconciler
from tuik8s.components.controllers.daemonset.backoff import FailureBackoff
from tuik8s.components.controllers.disruption import DisruptionReconciler
from tuik8s.components.controllers.horizontal_pod_autoscaler import (
    HorizontalPodAutoscalerReconciler,
)
from tuik8s.components.controllers.job import JobReconciler, indexes
from tuik8s.components.controllers.namespace import NamespaceReconciler
from tuik8s.components.controllers.parts import history
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.templates import fnv32a, hash_of, revision_hash
from tuik8s.components.controllers.parts.workloads import annotated_number
from tuik8s.components.controllers.resourcequota import ResourceQuotaReconciler
from tuik8s.components.controllers.statefulset import StatefulSetReconciler
from tuik8s.components.controllers.storage_protection import ClaimProtectionReconciler
from tuik8s.components.controllers.volume_binding import VolumeBindingReconciler, matching

SETS, DAEMONS, JOBS = "statefulsets.apps", "daemonsets.apps", "jobs.batch"


def owner(kind: str, **spec: Any) -> Object:
    selector = {"matchLabels": {"app": "web"}}
    whole = {"selector": selector, "template": template(), **spec}
    status = whole.pop("status", {})
    return obj(kind, "web", "apps/v1", spec=whole, status=status)


def with_revision(view: Shown, reconciler: Any, place: Key) -> str:
    """Let the reconciler make its revision; gives its hash label's value."""
    (write,) = writes(reconciler.reconcile(place, view, NOW_MS))
    made = write.obj
    made["metadata"].update(uid="uid-rev", resourceVersion="7")
    view.add(history.RESOURCE, made)
    return str(made["metadata"]["name"])


def ordinal(sts: Object, number: int, revision: str, **more: Any) -> Object:
    labels = {
        "app": "web",
        "controller-revision-hash": revision,
        "statefulset.kubernetes.io/pod-name": f"web-{number}",
        "apps.kubernetes.io/pod-index": str(number),
    }
    return pod(f"web-{number}", sts, labels=labels, **more)


@pytest.mark.parametrize(
    ("pods", "policy", "want"),
    [
        pytest.param([], "OrderedReady", ["create pods web-0"], id="first"),
        pytest.param([True], "OrderedReady", ["create pods web-1"], id="next when ready"),
        pytest.param([False], "OrderedReady", [], id="waits"),
        pytest.param([], "Parallel", ["create pods web-0", "create pods web-1"], id="parallel"),
        pytest.param([True, True, True], "OrderedReady", ["delete pods web-2"], id="surplus"),
    ],
)
def test_stateful_set_order(pods: list[bool], policy: str, want: list[str]) -> None:
    sts = owner("StatefulSet", replicas=2, podManagementPolicy=policy)
    view, reconciler = Shown(**{SETS.replace(".", "__"): [sts]}), StatefulSetReconciler()
    revision = with_revision(view, reconciler, key(SETS))
    for number, ready in enumerate(pods):
        view.add("pods", ordinal(sts, number, revision, ready=ready))
    plan = reconciler.reconcile(key(SETS), view, NOW_MS)
    assert [line for line in lines(plan) if " pods" in line] == want


def test_stateful_set_updates_the_highest_first() -> None:
    sts = owner("StatefulSet", replicas=2)
    view, reconciler = Shown(**{SETS.replace(".", "__"): [sts]}), StatefulSetReconciler()
    revision = with_revision(view, reconciler, key(SETS))
    view.add("pods", *(ordinal(sts, n, "web-old") for n in range(2)))
    plan = reconciler.reconcile(key(SETS), view, NOW_MS)
    assert [line for line in lines(plan) if " pods" in line] == ["delete pods web-1"]
    assert revision.startswith("web-")


def test_daemon_set_wants_nodes_that_it_tolerates() -> None:
    daemon = owner("DaemonSet")
    nodes = [
        node("a"),
        node("b", taints=[{"key": "k", "effect": "NoSchedule"}]),
        node("c", unschedulable=True),
        node("d", taints=[{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]),
    ]
    view = Shown(**{DAEMONS.replace(".", "__"): [daemon]}, nodes=nodes)
    reconciler = DaemonSetReconciler()
    with_revision(view, reconciler, key(DAEMONS))
    plan = reconciler.reconcile(key(DAEMONS), view, NOW_MS)
    affinity = [w.obj["spec"]["affinity"] for w in writes(plan)]
    required = [
        a["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] for a in affinity
    ]
    names = [r["nodeSelectorTerms"][0]["matchFields"][0]["values"][0] for r in required]
    assert names == ["a", "c", "d"]


def job(**spec: Any) -> Object:
    whole = {"parallelism": 1, "completions": 1, "backoffLimit": 6, **spec}
    return {**owner("Job", **whole), "apiVersion": "batch/v1"}


def job_plan(one: Object, *pods: Object) -> Any:
    view = Shown(**{JOBS.replace(".", "__"): [one]}, pods=pods)
    return JobReconciler().reconcile(key(JOBS), view, NOW_MS)


TRACKED = ["batch.kubernetes.io/job-tracking"]


@pytest.mark.parametrize(
    ("spec", "phases", "want"),
    [
        pytest.param({}, [], ["create pods web-*"], id="first pod"),
        pytest.param({"suspend": True}, [], ["update jobs.batch/status web"], id="suspended"),
        pytest.param({"parallelism": 0}, [], ["update jobs.batch/status web"], id="none wanted"),
        pytest.param(
            {"parallelism": 2, "completions": 5}, ["Running"], ["create pods web-*"], id="one more"
        ),
        pytest.param(
            {"parallelism": 1, "completions": 5},
            ["Running", "Running"],
            ["patch pods p0", "delete pods p0"],
            id="one too many",
        ),
        pytest.param({}, ["Succeeded"], ["update jobs.batch/status web"], id="note success"),
    ],
)
def test_job_steps(spec: dict[str, Any], phases: list[str], want: list[str]) -> None:
    one = job(**spec)
    pods = [pod(f"p{n}", one, phase=phase, finalizers=TRACKED) for n, phase in enumerate(phases)]
    assert lines(job_plan(one, *pods)) == want


def test_job_counts_a_pod_only_when_its_finalizer_is_off() -> None:
    one = job()
    plan = job_plan(one, pod("p", one, phase="Succeeded", finalizers=TRACKED))
    noted = plan.writes[0].obj
    assert noted["status"]["uncountedTerminatedPods"] == {"succeeded": ["uid-pod-p"]}
    released = plan.then([Outcome(plan.writes[0], 200, noted)])
    assert lines(released) == ["patch pods p"]
    assert released.then([Outcome(released.writes[0], 0)]).writes == ()
    (final,) = released.then([Outcome(released.writes[0], 200)]).writes
    assert final.obj["status"]["succeeded"] == 1
    assert [c["type"] for c in final.obj["status"]["conditions"]] == [
        "SuccessCriteriaMet",
        "Complete",
    ]


def test_job_waits_between_retries() -> None:
    one = job()
    ended = {"terminated": {"exitCode": 1, "finishedAt": format_time(NOW_MS - 4_000)}}
    failed = pod("p", one, phase="Failed", finalizers=TRACKED)
    failed["status"]["containerStatuses"] = [{"name": "c", "state": ended}]
    plan = job_plan(one, failed)
    assert lines(plan) == ["update jobs.batch/status web"]
    released = plan.then([Outcome(plan.writes[0], 200, plan.writes[0].obj)])
    assert released.then([Outcome(released.writes[0], 200)]).requeue_after_ms == 6_000


@pytest.mark.parametrize("text", ["", "0", "0,1", "0-2", "1,3-5,9", "0,1,3,4"])
def test_index_lists_round_trip(text: str) -> None:
    assert indexes.shown(indexes.parse(text)) == text


@pytest.mark.parametrize(
    ("spec", "healthy", "allowed", "desired"),
    [
        pytest.param({"minAvailable": 2}, 3, 1, 2, id="min 2"),
        pytest.param({"minAvailable": "50%"}, 3, 1, 2, id="min half"),
        pytest.param({"maxUnavailable": 1}, 3, 1, 2, id="max 1"),
        pytest.param({"maxUnavailable": "50%"}, 3, 2, 1, id="max half"),
        pytest.param({"maxUnavailable": 0}, 3, 0, 3, id="max 0"),
        pytest.param({"minAvailable": 2}, 1, 0, 2, id="too few"),
    ],
)
def test_budget(spec: dict[str, Any], healthy: int, allowed: int, desired: int) -> None:
    d = deployment(3)
    rs = replica_set("web-1", 3, d)
    pods = [pod(f"p{n}", rs, ready=n < healthy) for n in range(3)]
    whole = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    budget = obj("PodDisruptionBudget", "b", "policy/v1", spec=whole)
    view = Shown(
        poddisruptionbudgets__policy=[budget],
        pods=pods,
        replicasets__apps=[rs],
        deployments__apps=[d],
    )
    place = key("poddisruptionbudgets.policy", "b")
    (write,) = writes(DisruptionReconciler().reconcile(place, view, NOW_MS))
    status = write.obj["status"]
    assert (status["disruptionsAllowed"], status["desiredHealthy"]) == (allowed, desired)


def test_quota_counts() -> None:
    hard = {"pods": "2", "requests.cpu": "1", "count/configmaps": "5", "secrets": "1"}
    quota = obj("ResourceQuota", "q", spec={"hard": hard}, status={})
    asking, ended = pod("a"), pod("b", phase="Succeeded")
    asking["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "300m"}}
    view = Shown(resourcequotas=[quota], pods=[asking, ended], configmaps=[obj("ConfigMap", "c")])
    place = key("resourcequotas", "q")
    (write,) = writes(ResourceQuotaReconciler().reconcile(place, view, NOW_MS))
    assert write.obj["status"]["used"] == {
        "count/configmaps": "1",
        "pods": "1",
        "requests.cpu": "300m",
        "secrets": "0",
    }


def test_init_containers_count_by_their_peak() -> None:
    def container(cpu: str, **more: Any) -> Object:
        return {"resources": {"requests": {"cpu": cpu}}, **more}

    spec = {
        "containers": [container("100m")],
        "initContainers": [container("50m", restartPolicy="Always"), container("400m")],
    }
    assert str(usage.effective(spec, "requests")["cpu"]) == "450m"


def test_autoscaler_lowers_to_its_maximum() -> None:
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "maxReplicas": 1,
    }
    hpa = obj("HorizontalPodAutoscaler", "h", "autoscaling/v2", spec=spec)
    view = Shown(horizontalpodautoscalers__autoscaling=[hpa])
    place = key("horizontalpodautoscalers.autoscaling", "h")
    plan = HorizontalPodAutoscalerReconciler(15_000).reconcile(place, view, NOW_MS)
    assert lines(plan) == ["get deployments.apps/scale web"]
    assert plan.then is not None
    scale = {"metadata": {"name": "web", "namespace": "ns"}, "spec": {"replicas": 4}}
    after = plan.then([Outcome(plan.writes[0], 200, scale)])
    assert writes(after)[0].obj["spec"]["replicas"] == 1


def volume(name: str, size: str, **spec: Any) -> Object:
    whole = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], **spec}
    return obj("PersistentVolume", name, namespace="", spec=whole, status={"phase": "Available"})


def claim(size: str, **spec: Any) -> Object:
    requests = {"requests": {"storage": size}}
    whole = {"accessModes": ["ReadWriteOnce"], "resources": requests, **spec}
    return obj("PersistentVolumeClaim", "c", spec=whole, status={"phase": "Pending"})


@pytest.mark.parametrize(
    ("wanted", "want"),
    [
        pytest.param(claim("1Gi"), "small", id="smallest that fits"),
        pytest.param(claim("3Gi"), "large", id="big enough"),
        pytest.param(claim("9Gi"), None, id="none big enough"),
        pytest.param(claim("1Gi", storageClassName="x"), None, id="another class"),
        pytest.param(claim("1Gi", accessModes=["ReadWriteMany"]), None, id="another mode"),
    ],
)
def test_best_volume(wanted: Object, want: str | None) -> None:
    found = matching.best([volume("large", "5Gi"), volume("small", "2Gi")], wanted)
    assert (found and found["metadata"]["name"]) == want


def test_binding_goes_step_by_step() -> None:
    view = Shown(persistentvolumeclaims=[claim("1Gi")], persistentvolumes=[volume("v", "1Gi")])
    plan = VolumeBindingReconciler().reconcile(key("persistentvolumeclaims", "c"), view, NOW_MS)
    seen = []
    while plan.writes:
        seen += lines(plan)
        assert len(plan.writes) == 1
        if plan.then is None:
            break
        plan = plan.then([Outcome(plan.writes[0], 200, writes(plan)[0].obj)])
    assert seen == [
        "update persistentvolumes v",
        "update persistentvolumes/status v",
        "update persistentvolumeclaims c",
        "update persistentvolumeclaims/status c",
    ]


def test_claim_in_use_is_kept() -> None:
    held = claim("1Gi")
    held["metadata"].update(
        finalizers=["kubernetes.io/pvc-protection"], deletionTimestamp=format_time(NOW_MS)
    )
    user = pod("p")
    user["spec"]["volumes"] = [{"name": "d", "persistentVolumeClaim": {"claimName": "c"}}]
    place = key("persistentvolumeclaims", "c")
    view = Shown(persistentvolumeclaims=[held], pods=[user])
    assert ClaimProtectionReconciler().reconcile(place, view, NOW_MS).writes == ()
    view.objects["pods"] = []
    plan = ClaimProtectionReconciler().reconcile(place, view, NOW_MS)
    assert lines(plan) == ["update persistentvolumeclaims c"]


def test_namespace_deletes_pods_before_the_rest() -> None:
    metadata = {"deletionTimestamp": format_time(NOW_MS - 10_000)}
    spec = {"finalizers": ["kubernetes"]}
    going = obj("Namespace", "ns", namespace="", metadata=metadata, spec=spec)
    view = Shown(namespaces=[going], pods=[pod("p")], configmaps=[obj("ConfigMap", "c")])
    place = Key("namespaces", "", "ns")
    assert lines(NamespaceReconciler().reconcile(place, view, NOW_MS)) == [
        "deletecollection pods *"
    ]
    view.objects["pods"] = []
    assert lines(NamespaceReconciler().reconcile(place, view, NOW_MS)) == [
        "deletecollection configmaps *"
    ]


@pytest.mark.parametrize(
    ("text", "want"),
    [("7", 7), ("", None), ("-7", None), ("x", None), ("9" * 5_000, None)],
    ids=["number", "empty", "negative", "word", "too long to read"],
)
def test_annotations_are_anybodys(text: str, want: int | None) -> None:
    """What people write into annotations ends no process."""
    one = obj("Job", "j", metadata={"annotations": {"n": text, podinfo.DELETION_COST: text}})
    assert annotated_number(one, "n") == want
    assert podinfo.deletion_cost(one) == (-7 if text == "-7" else want or 0)


def test_hashes() -> None:
    assert fnv32a(b"") == 0x811C9DC5
    assert hash_of({"a": 1}) == hash_of({"a": 1}) != hash_of({"a": 1}, 1)
    assert set(hash_of({"a": 1})) <= set("bcdf456789")


def test_revision_hash_is_upstreams() -> None:
    """The value a real 1.36.3 gave (golden case statefulset-controllerrevision)."""
    container = {
        "image": "app:1",
        "imagePullPolicy": "IfNotPresent",
        "name": "c",
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    spec = {
        "containers": [container],
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "none",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    }
    whole = {"$patch": "replace", "metadata": {"labels": {"app": "web"}}, "spec": spec}
    assert revision_hash({"spec": {"template": whole}}, 0) == "65dc496cbc"


def test_refused_deletion_of_a_daemon_pod_is_told() -> None:
    daemons = owner("DaemonSet")
    view, reconciler = Shown(daemonsets__apps=[daemons]), DaemonSetReconciler()
    with_revision(view, reconciler, key(DAEMONS))
    taint = {"key": "k", "effect": "NoExecute"}
    view.add("nodes", node("node-1", taints=[taint]))
    view.add("pods", pod("agent", daemons))
    (deletion,) = writes(reconciler.reconcile(key(DAEMONS), view, NOW_MS))
    assert (deletion.name, deletion.failed.reason) == ("agent", "FailedDelete")


def test_failed_daemon_pod_is_replaced_later_each_time() -> None:
    backoff = FailureBackoff()
    old, new = owner("DaemonSet"), owner("DaemonSet")
    new["metadata"]["generation"] = 2
    waits = [backoff.wait_ms(old, "n", at_ms) for at_ms in (0, 500, 1_000, 2_000, 3_000)]
    assert waits == [0, 500, 0, 1_000, 0]
    assert backoff.wait_ms(new, "n", 3_000) == 0
