"""Small controllers: one table each."""

from __future__ import annotations

import pytest

from tests.components.controllers.fixtures import NOW_MS, Shown, key, lines, node, obj, writes
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.clusterrole_aggregation import (
    RESOURCE as ROLES,
)
from tuik8s.components.controllers.clusterrole_aggregation import (
    ClusterRoleAggregationReconciler,
)
from tuik8s.components.controllers.node_ipam import NodeIpamReconciler
from tuik8s.components.controllers.root_ca import RootCaReconciler
from tuik8s.components.controllers.service import ServiceReconciler
from tuik8s.components.controllers.serviceaccount import ServiceAccountReconciler
from tuik8s.components.controllers.token import TokenReconciler
from tuik8s.components.controllers.ttl import ttl_seconds
from tuik8s.components.controllers.ttl_after_finished import TtlAfterFinishedReconciler


def namespace(name: str = "ns", **metadata: object) -> Object:
    return obj("Namespace", name, namespace="", metadata=metadata)


def test_default_service_account() -> None:
    reconciler, place = ServiceAccountReconciler(), key("namespaces", "ns", "")
    view = Shown(namespaces=[namespace()])
    assert lines(reconciler.reconcile(place, view, NOW_MS)) == ["create serviceaccounts default"]
    view.add("serviceaccounts", obj("ServiceAccount", "default"))
    assert lines(reconciler.reconcile(place, view, NOW_MS)) == []
    going = Shown(namespaces=[namespace(deletionTimestamp="2026-01-01T00:00:00Z")])
    assert lines(reconciler.reconcile(place, going, NOW_MS)) == []


def test_root_ca_is_put_back() -> None:
    reconciler, place = RootCaReconciler("PEM"), key("namespaces", "ns", "")
    view = Shown(namespaces=[namespace()])
    assert lines(reconciler.reconcile(place, view, NOW_MS)) == [
        "create configmaps kube-root-ca.crt"
    ]
    view.add("configmaps", obj("ConfigMap", "kube-root-ca.crt", data={"ca.crt": "x", "y": "z"}))
    (write,) = writes(reconciler.reconcile(place, view, NOW_MS))
    assert write.obj["data"] == {"ca.crt": "PEM"}


@pytest.mark.parametrize(
    ("cidr", "mask", "taken", "want"),
    [
        pytest.param("10.244.0.0/16", 24, [], "10.244.0.0/24", id="first"),
        pytest.param("10.244.0.0/16", 24, ["10.244.0.0/24"], "10.244.1.0/24", id="next"),
        pytest.param("10.244.0.0/16", 24, ["10.244.1.0/24"], "10.244.0.0/24", id="gap"),
        pytest.param("10.244.0.0/16", 24, ["10.244.0.0/23"], "10.244.2.0/24", id="larger"),
        pytest.param("10.244.0.0/26", 24, [], "10.244.0.0/26", id="small range"),
        pytest.param("10.244.0.0/24", 24, ["10.244.0.0/24"], None, id="full"),
    ],
)
def test_node_ranges(cidr: str, mask: int, taken: list[str], want: str | None) -> None:
    nodes = [node(f"n{i}", podCIDR=c, podCIDRs=[c]) for i, c in enumerate(taken)]
    view = Shown(nodes=[*nodes, node("new")])
    plan = NodeIpamReconciler(cidr, mask).reconcile(Key("nodes", "", ""), view, NOW_MS)
    given = [w.patch["spec"]["podCIDR"] for w in writes(plan)]
    assert given == ([want] if want else [])
    assert bool(plan.failed) == (want is None)


def test_two_new_nodes_get_different_ranges() -> None:
    view = Shown(nodes=[node("a"), node("b")])
    plan = NodeIpamReconciler("10.0.0.0/16", 24).reconcile(Key("nodes", "", ""), view, NOW_MS)
    given = [w.patch["spec"]["podCIDR"] for w in writes(plan)]
    assert given == ["10.0.0.0/24", "10.0.1.0/24"]


@pytest.mark.parametrize(
    ("nodes", "present", "want"),
    [(3, None, 0), (95, 0, 0), (95, 15, 15), (101, 0, 15), (600, None, 30), (20_000, None, 300)],
)
def test_ttl(nodes: int, present: int | None, want: int) -> None:
    assert ttl_seconds(nodes, present) == want


def balanced(name: str, ip: str = "") -> Object:
    status = {"loadBalancer": {"ingress": [{"ip": ip}]} if ip else {}}
    return obj("Service", name, spec={"type": "LoadBalancer"}, status=status)


def test_load_balancer_addresses() -> None:
    view = Shown(services=[balanced("a", "10.9.0.1"), balanced("b"), balanced("c")])
    plan = ServiceReconciler("10.9.0.0/29").reconcile(Key("services", "", ""), view, NOW_MS)
    given = [w.obj["status"]["loadBalancer"]["ingress"][0]["ip"] for w in writes(plan)]
    assert given == ["10.9.0.2", "10.9.0.3"]
    assert ServiceReconciler("").reconcile(Key("services", "", ""), view, NOW_MS).writes == ()


def role(name: str, verbs: list[str], labels: dict[str, str] | None = None) -> Object:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": verbs}]
    return obj("ClusterRole", name, namespace="", metadata={"labels": labels or {}}, rules=rules)


def test_aggregated_rules_are_sorted_by_name() -> None:
    whole = role("whole", ["x"])
    selector = {"matchLabels": {"into": "whole"}}
    whole["aggregationRule"] = {"clusterRoleSelectors": [selector]}
    parts = [role("b", ["list"], {"into": "whole"}), role("a", ["get"], {"into": "whole"})]
    view = Shown(**{ROLES.replace(".", "__"): [whole, *parts]})
    plan = ClusterRoleAggregationReconciler().reconcile(Key(ROLES, "", "whole"), view, NOW_MS)
    verbs = [rule["verbs"] for rule in writes(plan)[0].patch["rules"]]
    assert verbs == [["get"], ["list"]]


def test_token_secret_without_account_is_removed_when_the_server_agrees() -> None:
    notes = {"kubernetes.io/service-account.name": "ghost"}
    secret = obj("Secret", "tok", metadata={"annotations": notes})
    secret["type"] = "kubernetes.io/service-account-token"
    view = Shown(secrets=[secret])
    plan = TokenReconciler("PEM").reconcile(key("secrets", "tok"), view, NOW_MS)
    assert lines(plan) == ["get serviceaccounts ghost"]
    view.add("serviceaccounts", obj("ServiceAccount", "ghost"))
    plan = TokenReconciler("PEM").reconcile(key("secrets", "tok"), view, NOW_MS)
    assert lines(plan) == ["create serviceaccounts/token *"]


def test_finished_job_is_removed_when_its_time_is_over() -> None:
    ended = {"type": "Complete", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    spec = {"ttlSecondsAfterFinished": 10}
    job = obj("Job", "j", "batch/v1", spec=spec, status={"conditions": [ended]})
    view, place = Shown(jobs__batch=[job]), key("jobs.batch", "j")
    reconciler = TtlAfterFinishedReconciler()
    assert reconciler.reconcile(place, view, NOW_MS + 4_000).requeue_after_ms == 6_000
    assert lines(reconciler.reconcile(place, view, NOW_MS + 11_000)) == ["delete jobs.batch j"]
