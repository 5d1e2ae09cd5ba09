"""The FlowSchemas and priority levels that every cluster has.

    priority_levels()    exempt, catch-all, and a level for each sort of caller
    flow_schemas()       which callers belong to which level, by precedence

Source: k8s.io/apiserver pkg/apis/flowcontrol/bootstrap/default.go (1.36); golden/policy
flowcontrol-defaults, golden/kubectl system-objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tuik8s.api.types import Object

_ANNOTATIONS: Final = {"apf.kubernetes.io/autoupdate-spec": "true"}
_QUEUE_LENGTH: Final = 50
_LEVELS: Final = (
    # name, shares, lendable percent, queues, hand size
    ("global-default", 20, 50, 128, 6),
    ("leader-election", 10, 0, 16, 4),
    ("node-high", 40, 25, 64, 6),
    ("system", 30, 33, 64, 6),
    ("workload-high", 40, 50, 128, 6),
    ("workload-low", 100, 90, 128, 6),
)


def priority_levels() -> Iterator[Object]:
    """All priority levels."""
    exempt = {"nominalConcurrencyShares": 0, "lendablePercent": 0}
    yield _named("exempt", {"type": "Exempt", "exempt": exempt})
    yield _level("catch-all", 5, 0, {"type": "Reject"})
    for name, shares, lendable, queues, hand in _LEVELS:
        queuing = {"queues": queues, "handSize": hand, "queueLengthLimit": _QUEUE_LENGTH}
        yield _level(name, shares, lendable, {"type": "Queue", "queuing": queuing})


def _level(name: str, shares: int, lendable: int, response: Object) -> Object:
    limited = {"nominalConcurrencyShares": shares, "limitResponse": response}
    return _named(name, {"type": "Limited", "limited": {**limited, "lendablePercent": lendable}})


def flow_schemas() -> Iterator[Object]:
    """All FlowSchemas; the first that matches a request decides."""
    everybody = _groups("system:unauthenticated", "system:authenticated")
    nodes, managed = _groups("system:nodes"), _accounts("kube-system", "*")
    manager, scheduler = "system:kube-controller-manager", "system:kube-scheduler"
    health: Object = {"verbs": ["get"], "nonResourceURLs": ["/healthz", "/readyz", "/livez"]}
    leases = ("coordination.k8s.io", ["leases"])
    elections = [_resources(*leases, verbs=["get", "create", "update"])]
    of_nodes = [_resources("", ["nodes", "nodes/status"], is_cluster=True), _resources(*leases)]
    yield _schema("exempt", "exempt", 1, "", _all(_groups("system:masters")))
    yield _schema("probes", "exempt", 2, "", _rule(everybody, nonResourceRules=[health]))
    leading = _rule([*_users(manager, scheduler), *managed], resourceRules=elections)
    yield _schema("system-leader-election", "leader-election", 100, "ByUser", leading)
    high = _rule(nodes, resourceRules=of_nodes)
    yield _schema("system-node-high", "node-high", 400, "ByUser", high)
    yield _schema("system-nodes", "system", 500, "ByUser", _all(nodes))
    for name, user in (("kube-controller-manager", manager), ("kube-scheduler", scheduler)):
        yield _schema(name, "workload-high", 800, "ByNamespace", _all(_users(user)))
    accounts = "kube-system-service-accounts"
    yield _schema(accounts, "workload-high", 900, "ByNamespace", _all(managed))
    served = _groups("system:serviceaccounts")
    yield _schema("service-accounts", "workload-low", 9000, "ByUser", _all(served))
    yield _schema("global-default", "global-default", 9900, "ByUser", _all(everybody))
    yield _schema("catch-all", "catch-all", 10000, "ByUser", _all(everybody))


def _schema(name: str, level: str, precedence: int, method: str, rule: Object) -> Object:
    spec: Object = {
        "priorityLevelConfiguration": {"name": level},
        "matchingPrecedence": precedence,
        "rules": [rule],
    }
    if method:
        spec["distinguisherMethod"] = {"type": method}
    return _named(name, spec)


def _named(name: str, spec: Object) -> Object:
    return {"metadata": {"name": name, "annotations": dict(_ANNOTATIONS)}, "spec": spec}


def _rule(subjects: list[Object], **rules: list[Object]) -> Object:
    return {"subjects": subjects, **rules}


def _all(subjects: list[Object]) -> Object:
    """Whatever these subjects ask."""
    paths = [{"verbs": ["*"], "nonResourceURLs": ["*"]}]
    everything = [_resources("*", ["*"], is_cluster=True)]
    return _rule(subjects, resourceRules=everything, nonResourceRules=paths)


def _resources(
    group: str, resources: list[str], *, verbs: list[str] | None = None, is_cluster: bool = False
) -> Object:
    rule: Object = {"verbs": verbs or ["*"], "apiGroups": [group], "resources": resources}
    return {**rule, **({"clusterScope": True} if is_cluster else {}), "namespaces": ["*"]}


def _users(*names: str) -> list[Object]:
    return [{"kind": "User", "user": {"name": name}} for name in names]


def _groups(*names: str) -> list[Object]:
    return [{"kind": "Group", "group": {"name": name}} for name in names]


def _accounts(namespace: str, name: str) -> list[Object]:
    account = {"namespace": namespace, "name": name}
    return [{"kind": "ServiceAccount", "serviceAccount": account}]
