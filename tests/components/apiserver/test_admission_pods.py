"""What admission fills in and refuses in pods, nodes and claims."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import ACCOUNTS, PODS, Api, pod

CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"
PRIORITIES = "/apis/scheduling.k8s.io/v1/priorityclasses"
RUNTIMES = "/apis/node.k8s.io/v1/runtimeclasses"


def created(api: Api, url: str, body: object) -> Any:
    answer = api.post(url, body)
    assert answer.code == 201, answer.text
    return answer.body


def test_a_pod_gets_account_token_priority_and_tolerations(api: Api) -> None:
    spec = created(api, PODS, pod("p"))["spec"]
    assert (spec["serviceAccountName"], spec["serviceAccount"]) == ("default", "default")
    volume, mount = spec["volumes"][0], spec["containers"][0]["volumeMounts"][0]
    assert volume["name"] == mount["name"]
    assert volume["name"].startswith("kube-api-access-")
    token = volume["projected"]["sources"][0]["serviceAccountToken"]
    assert token == {"expirationSeconds": 3607, "path": "token"}
    assert (spec["priority"], spec["preemptionPolicy"]) == (0, "PreemptLowerPriority")
    assert [t["tolerationSeconds"] for t in spec["tolerations"]] == [300, 300]


def test_no_pod_without_its_account(api: Api) -> None:
    missing = pod("p")
    missing["spec"]["serviceAccountName"] = "none"
    answer = api.post(PODS, missing)
    why = 'error looking up service account default/none: serviceaccount "none" not found'
    assert (answer.code, answer.body["message"]) == (403, f'pods "p" is forbidden: {why}')


def test_an_account_gives_pull_secrets_and_may_give_no_token(api: Api) -> None:
    account = {
        "metadata": {"name": "a"},
        "automountServiceAccountToken": False,
        "imagePullSecrets": [{"name": "s"}],
    }
    created(api, ACCOUNTS, account)
    spec = created(api, PODS, {**pod("p"), "spec": {**pod("p")["spec"], "serviceAccountName": "a"}})
    assert spec["spec"]["imagePullSecrets"] == [{"name": "s"}]
    assert "volumes" not in spec["spec"]


def test_one_default_priority_class(api: Api) -> None:
    high = {"metadata": {"name": "high"}, "value": 10, "globalDefault": True}
    created(api, PRIORITIES, high)
    api.simulation.run_ms(10)
    spec = created(api, PODS, pod("p"))["spec"]
    assert (spec["priority"], spec["priorityClassName"]) == (10, "high")
    answer = api.post(PRIORITIES, {**high, "metadata": {"name": "other"}})
    assert "PriorityClass high is already marked as default" in answer.body["message"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"priorityClassName": "none"}, "no PriorityClass with name none was found"),
        ({"priority": 5}, "the integer value of priority (5) must not be provided in pod spec"),
        ({"preemptionPolicy": "Never"}, "the string value of PreemptionPolicy (Never)"),
        ({"runtimeClassName": "none"}, 'pod rejected: RuntimeClass "none" not found'),
        ({"overhead": {"cpu": "1"}}, "Overhead set without corresponding RuntimeClass"),
    ],
)
def test_refused(api: Api, change: dict[str, Any], why: str) -> None:
    wanted = pod("p")
    wanted["spec"].update(change)
    answer = api.post(PODS, wanted)
    assert answer.code == 403
    assert why in answer.body["message"]


def test_a_runtime_class_adds_overhead_and_placement(api: Api) -> None:
    scheduling = {"nodeSelector": {"a": "b"}, "tolerations": [{"key": "k", "operator": "Exists"}]}
    runtime = {
        "metadata": {"name": "r"},
        "handler": "h",
        "overhead": {"podFixed": {"cpu": "1"}},
        "scheduling": scheduling,
    }
    created(api, RUNTIMES, runtime)
    wanted = pod("p")
    wanted["spec"]["runtimeClassName"] = "r"
    spec = created(api, PODS, wanted)["spec"]
    assert spec["overhead"] == {"cpu": "1"}
    assert spec["nodeSelector"] == {"a": "b"}
    assert spec["tolerations"][-1]["key"] == "k"


def test_a_new_node_is_tainted(api: Api) -> None:
    node = created(api, "/api/v1/nodes", {"metadata": {"name": "n"}})
    taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    assert node["spec"]["taints"] == [taint]


def test_a_claim_gets_a_finalizer_and_the_newest_default_class(api: Api) -> None:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    for name in ("a", "b"):
        meta = {"name": name, "annotations": default}
        storage_class = {"metadata": meta, "provisioner": "example.com/p"}
        created(api, "/apis/storage.k8s.io/v1/storageclasses", storage_class)
        api.simulation.run_ms(2000)
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = created(api, CLAIMS, {"metadata": {"name": "c"}, "spec": spec})
    assert claim["spec"]["storageClassName"] == "b"
    assert claim["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]


def test_a_version_of_thousands_of_digits_is_refused_like_any_other_label(api: Api) -> None:
    labels = {"pod-security.kubernetes.io/enforce-version": f"v1.{'9' * 5000}"}
    answer = api.post("/api/v1/namespaces", {"metadata": {"name": "n", "labels": labels}})
    assert answer.code == 422
    assert "must be no more than 63" in answer.body["message"]
