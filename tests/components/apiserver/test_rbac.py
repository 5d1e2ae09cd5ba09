"""RBAC, the Node authorizer and escalation: decisions against a naive evaluator, and words."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.components.apiserver.plant import Api, pod
from tuik8s.api.types import Object, User
from tuik8s.components.apiserver.authorization.base import Attributes
from tuik8s.components.apiserver.authorization.covering import described, missing
from tuik8s.components.apiserver.authorization.defaults import default_objects
from tuik8s.components.apiserver.authorization.rbac import Rbac
from tuik8s.components.apiserver.authorization.rules import Rule, allows, rule_of
from tuik8s.components.apiserver.bootstrap import create_missing
from tuik8s.components.apiserver.role_defaults import is_replaced, mended

GROUP = "rbac.authorization.k8s.io"
RBAC = f"/apis/{GROUP}/v1"
ROLES = f"{RBAC}/namespaces/default/roles"
BINDINGS = f"{RBAC}/namespaces/default/rolebindings"
SUBJECTS = (
    {"kind": "User", "name": "ann"},
    {"kind": "Group", "name": "dev"},
    {"kind": "ServiceAccount", "name": "bot", "namespace": "one"},
    {"kind": "ServiceAccount", "name": "bot"},
    {"kind": "User", "name": "system:serviceaccount:two:bot"},
)
USERS = (
    User(name="ann"),
    User(name="bob", groups=("dev", "ops")),
    User(name="system:serviceaccount:one:bot"),
    User(name="system:serviceaccount:two:bot", groups=("dev",)),
)


class Objects:
    """A reader of objects that a test gives."""

    def __init__(self, objects: dict[str, list[Object]]) -> None:
        self.objects = objects
        self.reads_count = 0
        self.number = 1

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        self.reads_count += 1
        for obj in self.objects.get(resource, ()):
            meta = obj["metadata"]
            if (meta.get("namespace", ""), meta["name"]) == (namespace, name):
                return obj
        return None

    def list_(self, resource: str, namespace: str = "") -> list[Object]:
        self.reads_count += 1
        return self.objects.get(resource, [])

    def generation(self, resource: str) -> int:
        return self.number

    def follow(self, resource: str, on_change: Callable[[str, str], None]) -> None:
        """Nothing of these objects ever changes."""


def some(rng: random.Random, choices: tuple[str, ...]) -> list[str]:
    return rng.sample(choices, rng.randint(1, 2))


def any_rule(rng: random.Random) -> Object:
    if rng.random() < 0.2:
        urls = some(rng, ("/healthz", "/logs/*", "/logs", "*", "/a*b"))
        return {"verbs": some(rng, ("get", "post", "*")), "nonResourceURLs": urls}
    out: Object = {
        "verbs": some(rng, ("get", "list", "delete", "*")),
        "apiGroups": some(rng, ("", "apps", "*")),
        "resources": some(rng, ("pods", "pods/log", "*/scale", "deployments", "*")),
    }
    if rng.random() < 0.3:
        out["resourceNames"] = some(rng, ("a", "b", "c"))
    return out


def a_world(seed: int) -> dict[str, list[Object]]:
    rng = random.Random(seed)
    objects: dict[str, list[Object]] = {}

    def add(plural: str, name: str, namespace: str, **fields: Any) -> None:
        meta = {"name": name, **({"namespace": namespace} if namespace else {})}
        objects.setdefault(f"{plural}.{GROUP}", []).append({"metadata": meta, **fields})

    def rules() -> list[Object]:
        return [any_rule(rng) for _ in range(rng.randint(0, 2))]

    for number in range(4):
        add("clusterroles", f"r{number}", "", rules=rules())
        add("roles", f"r{number}", rng.choice(("one", "two")), rules=rules())
    for number in range(6):
        namespace = rng.choice(("", "one", "two"))
        kind = rng.choice(("Role", "ClusterRole")) if namespace else "ClusterRole"
        ref = {"kind": kind, "name": f"r{rng.randint(0, 4)}"}
        plural = "rolebindings" if namespace else "clusterrolebindings"
        subjects = rng.sample(SUBJECTS, rng.randint(0, 2))
        add(plural, f"b{number}", namespace, roleRef=ref, subjects=subjects)
    return objects


def naive(objects: dict[str, list[Object]], asked: Attributes) -> bool:
    """Every binding, every subject, every rule, in the words of the documentation."""
    for plural in ("clusterrolebindings", "rolebindings"):
        for binding in objects.get(f"{plural}.{GROUP}", ()):
            namespace = binding["metadata"].get("namespace", "")
            if namespace not in ("", asked.namespace):
                continue
            if not any(is_meant(s, namespace, asked.user) for s in binding["subjects"]):
                continue
            ref = binding["roleRef"]
            scope = namespace if ref["kind"] == "Role" else ""
            for role in objects.get(f"{ref['kind'].lower()}s.{GROUP}", ()):
                meta = role["metadata"]
                if (meta["name"], meta.get("namespace", "")) == (ref["name"], scope) and any(
                    naively_allows(rule, asked) for rule in role["rules"]
                ):
                    return True
    return False


def is_meant(subject: Object, namespace: str, user: User) -> bool:
    if subject["kind"] == "Group":
        return subject["name"] in user.groups
    if subject["kind"] == "User":
        return bool(subject["name"] == user.name)
    home = subject.get("namespace") or namespace
    return bool(home) and user.name == f"system:serviceaccount:{home}:{subject['name']}"


def naively_allows(rule: Object, asked: Attributes) -> bool:
    if not {asked.verb, "*"} & set(rule["verbs"]):
        return False
    if asked.path:
        return any(
            url == asked.path or (url[-1] == "*" and asked.path.startswith(url[:-1]))
            for url in rule.get("nonResourceURLs", ())
        )
    wanted = {"*", asked.resource + (f"/{asked.subresource}" if asked.subresource else "")}
    if asked.subresource:
        wanted.add(f"*/{asked.subresource}")
    return (
        bool({asked.group, "*"} & set(rule.get("apiGroups", ())))
        and bool(wanted & set(rule.get("resources", ())))
        and ("resourceNames" not in rule or asked.name in rule["resourceNames"])
    )


def questions() -> list[Attributes]:
    things = (("", "pods", ""), ("", "pods", "log"), ("apps", "deployments", "scale"))
    out = [
        Attributes(user, verb, group, "v1", resource, subresource, namespace, name)
        for user, verb, (group, resource, subresource), namespace, name in itertools.product(
            USERS, ("get", "delete"), things, ("", "one", "two"), ("", "a")
        )
    ]
    paths = ("/healthz", "/logs", "/logs/x", "/a1b")
    out.extend(Attributes(u, "get", path=path) for u, path in itertools.product(USERS, paths))
    return out


@pytest.mark.parametrize("seed", range(40))
def test_decisions_are_those_of_a_naive_evaluator(seed: int) -> None:
    objects = a_world(seed)
    rbac = Rbac(Objects(objects))
    for asked in questions():
        assert bool(rbac.authorize(asked).allowed) == naive(objects, asked), asked


def test_a_decision_reads_nothing_twice_until_something_changes() -> None:
    reader = Objects(a_world(1))
    rbac = Rbac(reader)
    for asked in questions():
        rbac.authorize(asked)
    before = reader.reads_count
    for asked in questions():
        rbac.authorize(asked)
    assert reader.reads_count == before
    reader.number += 1
    rbac.authorize(questions()[0])
    assert reader.reads_count > before


def test_covering_agrees_with_allowing() -> None:
    """What is not covered is not allowed; what is covered is allowed, for single pieces."""
    rng = random.Random(7)
    asked = Attributes(User(name="u"), "get", "apps", "v1", "deployments", "scale", "one", "a")
    piece = Rule(("get",), ("apps",), ("deployments/scale",), ("a",))
    for _ in range(300):
        rule = rule_of(any_rule(rng))
        assert allows(rule, asked) == (not missing((rule,), (piece,))), rule


def test_missing_rights_are_told_compactly() -> None:
    wanted = (
        Rule(("get", "list"), ("",), ("pods", "secrets")),
        Rule(("get",), ("",), ("secrets",), ("a", "b")),
        Rule(("get",), urls=("/x", "/y")),
    )
    held = (Rule(("*",), ("",), ("pods",)), Rule(("get",), urls=("/x*",)))
    assert described(missing(held, wanted)).split("\n") == [
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
        '{NonResourceURLs:["/y"], Verbs:["get"]}',
    ]


@pytest.fixture
def api() -> Api:
    return Api()


def give(api: Api, rules: list[Object], subject: str = "alice") -> None:
    role = {"metadata": {"name": f"to-{subject}"}, "rules": rules}
    assert api.post(ROLES, role).code == 201
    bind(api, f"to-{subject}", "Role", f"to-{subject}", subject)


def bind(api: Api, name: str, kind: str, role: str, subject: str, **more: Any) -> int:
    body = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": GROUP, "kind": kind, "name": role},
        "subjects": [{"kind": "User", "apiGroup": GROUP, "name": subject}],
    }
    answer = api.post(BINDINGS, body, **more)
    if answer.code >= 400:
        raise PermissionError(answer.code, answer.body["message"])
    return answer.code


def test_a_refusal_ends_with_the_missing_role(api: Api) -> None:
    bind(api, "x", "Role", "none", "alice")
    answer = api.get("/api/v1/namespaces/default/pods", user="alice")
    assert answer.code == 403
    assert answer.body["message"] == (
        'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the '
        f'namespace "default": RBAC: role.{GROUP} "none" not found'
    )


def test_a_list_of_one_name_is_allowed_by_that_name(api: Api) -> None:
    give(
        api,
        [{"verbs": ["list"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"]}],
    )
    pods = "/api/v1/namespaces/default/pods"
    assert api.get(pods, user="alice").code == 403
    assert api.get(f"{pods}?fieldSelector=metadata.name%3Da", user="alice").code == 200
    assert api.get(f"{pods}?fieldSelector=metadata.name%3Db", user="alice").code == 403


def test_a_right_ends_with_its_binding(api: Api) -> None:
    give(api, [{"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}])
    pods = "/api/v1/namespaces/default/pods"
    assert api.get(pods, user="alice").code == 200
    assert api.delete(f"{BINDINGS}/to-alice").code == 200
    assert api.get(pods, user="alice").code == 403


def test_nobody_gives_what_he_has_not(api: Api) -> None:
    all_rbac = {"verbs": ["create"], "apiGroups": [GROUP], "resources": ["roles", "rolebindings"]}
    give(api, [all_rbac, {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}])
    rule = {"verbs": ["get", "delete"], "apiGroups": [""], "resources": ["pods"]}
    answer = api.post(ROLES, {"metadata": {"name": "n"}, "rules": [rule]}, user="alice")
    assert (answer.code, answer.body["message"].splitlines()) == (
        403,
        [
            f'roles.{GROUP} "n" is forbidden: user "alice" (groups=["dev" "system:authenticated"])'
            " is attempting to grant RBAC permissions not currently held:",
            '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
        ],
    )
    with pytest.raises(PermissionError, match="not currently held"):
        bind(api, "b", "ClusterRole", "view", "bob", user="alice")
    with pytest.raises(PermissionError, match=f'rolebindings.{GROUP} "absent" not found'):
        bind(api, "b", "Role", "absent", "bob", user="alice")
    bind(api, "c", "Role", "to-alice", "bob", user="alice")


def test_bind_and_escalate_lift_the_check(api: Api) -> None:
    verbs = ["create", "bind", "escalate"]
    what = ["roles", "rolebindings", "clusterroles"]
    give(api, [{"verbs": verbs, "apiGroups": [GROUP], "resources": what}])
    rule = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    role = {"metadata": {"name": "n"}, "rules": [rule]}
    assert api.post(ROLES, role, user="alice").code == 201
    bind(api, "b", "ClusterRole", "view", "bob", user="alice")


def ask(api: Api, who: str, verb: str, resource: str, **more: Any) -> tuple[bool, str]:
    user = User(name=f"system:node:{who}", groups=("system:nodes", "system:authenticated"))
    decision = api.core.authorization.decide(Attributes(user, verb, resource=resource, **more))
    return bool(decision.allowed), decision.reason


def test_a_node_reads_what_its_pods_use(api: Api) -> None:
    volumes = [{"name": "s", "secret": {"secretName": "used"}}]
    containers = [
        {
            "name": "c",
            "image": "x",
            "envFrom": [{"configMapRef": {"name": "env"}}],
        }
    ]
    place = {"namespace": "default"}
    assert not ask(api, "n1", "get", "secrets", name="used", **place)[0]
    body = pod("p", nodeName="n1", volumes=volumes, containers=containers)
    assert api.post("/api/v1/namespaces/default/pods", body).code == 201
    assert ask(api, "n1", "get", "secrets", name="used", **place)[0]
    assert ask(api, "n1", "get", "configmaps", name="env", **place)[0]
    assert ask(api, "n1", "get", "pods", name="p", **place)[0]
    assert not ask(api, "n2", "get", "pods", name="p", **place)[0]
    assert ask(api, "n1", "get", "secrets", name="other", **place) == (
        False,
        "no relationship found between node 'n1' and this object",
    )
    api.delete("/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0")
    assert not ask(api, "n1", "get", "secrets", name="used", **place)[0]


NODE_CASES: tuple[tuple[str, str, dict[str, str], str | None], ...] = (
    ("list", "pods", {}, "can only list/watch pods with spec.nodeName field selector"),
    ("list", "pods", {"node": "n1"}, None),
    ("list", "pods", {"node": "n2"}, "can only list/watch pods with spec.nodeName field selector"),
    ("patch", "pods", {"subresource": "status", "name": "p", "namespace": "d"}, None),
    ("delete", "pods", {"name": "p", "namespace": "d"}, None),
    ("list", "nodes", {}, "node 'n1' cannot read all nodes, only its own Node object"),
    ("get", "nodes", {"name": "n2"}, "node 'n1' cannot read 'n2', only its own Node object"),
    ("get", "nodes", {"name": "n1"}, None),
    ("list", "secrets", {"namespace": "d"}, "No Object name found"),
    ("delete", "secrets", {"namespace": "d"}, "can only read resources of this type"),
    ("create", "events", {"namespace": "d"}, None),
    ("delete", "services", {"namespace": "d", "name": "s"}, ""),
    (
        "update",
        "leases",
        {"group": "coordination.k8s.io", "namespace": "kube-node-lease", "name": "n2"},
        "can only access node lease with the same name as the requesting node",
    ),
)


@pytest.mark.parametrize(("verb", "resource", "more", "reason"), NODE_CASES)
def test_what_a_node_may_do(
    api: Api, verb: str, resource: str, more: dict[str, str], reason: str | None
) -> None:
    assert ask(api, "n1", verb, resource, **more) == (reason is None, reason or "")


def test_defaults_are_mended_and_additions_stay(api: Api) -> None:
    path = f"{RBAC}/clusterroles/system:discovery"
    extra = {"verbs": ["get"], "nonResourceURLs": ["/mine"]}
    changed = {**api.get(path).body, "rules": [extra]}
    assert api.put(path, changed).code == 200
    assert api.delete(f"{RBAC}/clusterroles/view").code == 200
    create_missing(api.server.pipeline)
    api.simulation.run_ms(50)
    rules = api.get(path).body["rules"]
    assert extra in rules
    assert len(rules) == 2
    assert api.get(f"{RBAC}/clusterroles/view").code == 200
    revision = api.server.store.revision
    create_missing(api.server.pipeline)
    assert api.server.store.revision == revision


def test_an_object_may_opt_out_of_mending() -> None:
    _, role = next(iter(default_objects()))
    bare: Object = {"metadata": {"name": "x"}, "rules": []}
    assert mended(bare, role) is not None
    off = "rbac.authorization.kubernetes.io/autoupdate"
    kept: Object = {
        "metadata": {"name": "x", "annotations": {off: "false"}},
        "roleRef": {"name": "y"},
    }
    assert mended(kept, role) is None
    assert not is_replaced(kept, role)


def test_rules_of_oneself(api: Api) -> None:
    give(api, [{"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}])
    url = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    status = api.post(url, {"spec": {"namespace": "default"}}, user="alice").body["status"]
    assert status["incomplete"] is False
    mine = {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}
    assert mine in status["resourceRules"]
    assert any("/healthz" in rule["nonResourceURLs"] for rule in status["nonResourceRules"])
    assert api.post(url, {"spec": {}}, user="alice").body["message"] == "no namespace on request"
