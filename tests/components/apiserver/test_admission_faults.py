"""FaultAuthor: a fault that acts through the API lends nobody rights that he lacks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import Api, Response
from tuik8s.components.chaos.crd import fault_crd

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
FAULTS = "/apis/chaos.tuik8s.dev/v1/faults"
MAKE = {"apiGroups": ["chaos.tuik8s.dev"], "resources": ["faults"], "verbs": ["*"]}


def rule(verb: str, resource: str) -> dict[str, Any]:
    return {"apiGroups": [""], "resources": [resource], "verbs": [verb]}


CORDON, EVICT, DELETE = (
    rule("patch", "nodes"),
    rule("create", "pods/eviction"),
    rule("delete", "pods"),
)


RBAC = "/apis/rbac.authorization.k8s.io/v1"


def give(api: Api, rules: list[dict[str, Any]], scope: str = "") -> None:
    """Give alice rights, everywhere or in a namespace."""
    kind = "Role" if scope else "ClusterRole"
    where = f"{RBAC}/namespaces/{scope}" if scope else RBAC
    group = "rbac.authorization.k8s.io"
    name = f"alice-{scope or 'all'}"
    body = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": kind, "name": name},
        "subjects": [{"kind": "User", "apiGroup": group, "name": "alice"}],
    }
    role = {"metadata": {"name": name}, "rules": rules}
    assert api.post(f"{where}/{kind.lower()}s", role).code == 201
    assert api.post(f"{where}/{kind.lower()}bindings", body).code == 201


@pytest.fixture
def chaotic(api: Api) -> Api:
    assert api.post(CRDS, fault_crd()).code == 201
    api.simulation.run_ms(2_000)
    return api


def make(api: Api, user: str = "alice", **spec: Any) -> Response:
    body = {"metadata": {"generateName": "f-"}, "spec": spec}
    return api.call("POST", FAULTS, {**_KIND, **body}, user=user)


_KIND = {"apiVersion": "chaos.tuik8s.dev/v1", "kind": "Fault"}
KILL = {"action": "pod-kill", "target": "pod/web"}
DRAIN = {"action": "node-drain", "target": "node/node-1"}


@pytest.mark.parametrize(
    ("spec", "rights", "may_not"),
    [
        (KILL, [], "create pods/eviction in namespace default"),
        (KILL, [EVICT], ""),
        ({**KILL, "override": True}, [EVICT], "delete pods in namespace default"),
        ({**KILL, "override": True}, [EVICT, DELETE], ""),
        ({"action": "node-cordon", "target": "node/node-1"}, [], "patch nodes everywhere"),
        ({"action": "node-cordon", "target": "node/node-1"}, [CORDON], ""),
        (DRAIN, [CORDON], "create pods/eviction everywhere"),
        (DRAIN, [CORDON, EVICT], ""),
        ({"action": "node-stop", "target": "node/node-1"}, [], ""),
    ],
)
def test_what_an_author_needs(
    chaotic: Api, spec: dict[str, Any], rights: list[dict[str, Any]], may_not: str
) -> None:
    give(chaotic, [MAKE, *rights])
    answer = make(chaotic, **spec)
    if may_not:
        assert answer.code == 403
        assert answer.body["message"].endswith(f'user "alice" may not {may_not}')
    else:
        assert answer.code == 201, answer.body
    assert make(chaotic, user="admin", **spec).code == 201


def test_a_right_in_one_namespace_is_none_in_others(chaotic: Api) -> None:
    give(chaotic, [MAKE])
    give(chaotic, [EVICT], "default")
    assert make(chaotic, **KILL).code == 201
    assert make(chaotic, **{**KILL, "namespace": "shop"}).code == 403
    assert make(chaotic, **{**KILL, "target": "pod/shop/web"}).code == 403
    assert make(chaotic, action="pod-kill", target="pods", namespace="*").code == 403


def test_a_spec_cannot_be_changed_into_one_that_was_refused(chaotic: Api) -> None:
    give(chaotic, [MAKE])
    name = make(chaotic, action="node-stop", target="node/node-1").body["metadata"]["name"]
    assert chaotic.patch(f"{FAULTS}/{name}", {"spec": DRAIN}, user="alice").code == 403
    labels = {"metadata": {"labels": {"a": "b"}}}
    assert chaotic.patch(f"{FAULTS}/{name}", labels, user="alice").code == 200
