"""The built-in verbs, as a user types them, on a simulated cluster over real HTTPS."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Tuik8s
from tests.clients.live import until
from tuik8s.cli.api import ApiClient
from tuik8s.scenario.served import Cluster

pytestmark = [pytest.mark.sim, pytest.mark.slow]

SHOP = Path(__file__).resolve().parents[2] / "examples" / "manifests" / "shop.yaml"
POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "annotations": {"tuik8s.dev/behaviour": 'log "hello" at 1s'}},
    "spec": {"containers": [{"name": "main", "image": "x"}, {"name": "side", "image": "y"}]},
}
WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  versions:
  - {name: v1, served: true, storage: true,
     schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: first}
size: 3
"""


@pytest.fixture
def shop(simulated: Cluster) -> Cluster:
    simulated.apply(SHOP)
    simulated.settle()
    return simulated


# --- get


def test_tables_are_the_servers(shop: Cluster, tuik8s: Tuik8s) -> None:
    lines = tuik8s("get", "deployments").splitlines()
    assert lines[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert [line.split()[:2] for line in lines[1:]] == [["cart", "2/2"], ["frontend", "3/3"]]
    assert len({line.index("/") for line in lines[1:]}) == 1
    assert "CONTAINERS" in tuik8s("get", "deploy", "cart", "-o", "wide").splitlines()[0]
    assert len(tuik8s("get", "deploy", "--no-headers").splitlines()) == 2


def test_what_is_meant_in_every_form(shop: Cluster, tuik8s: Tuik8s) -> None:
    names = "deployment.apps/cart\ndeployment.apps/frontend\n"
    assert tuik8s("get", "Deployment", "-o", "name") == names
    assert tuik8s("get", "deploy", "cart", "frontend", "-o", "name") == names
    both = tuik8s("get", "deploy/cart", "svc/cart")
    assert "deployment.apps/cart" in both
    assert "service/cart" in both
    assert "replicaset.apps/cart-" in tuik8s("get", "all")


def test_labels_are_columns(shop: Cluster, tuik8s: Tuik8s) -> None:
    lines = tuik8s("get", "nodes", "-L", "topology.kubernetes.io/zone,none").splitlines()
    assert lines[0].split()[-2:] == ["ZONE", "NONE"]
    assert [line.split()[-1] for line in lines[1:]] == ["zone-1", "zone-2", "zone-3"]
    pod = tuik8s("get", "pods", "-l", "app=cart", "--show-labels").splitlines()[1]
    assert "app=cart,pod-template-hash=" in pod.split()[-1]


def test_selectors_and_namespaces(shop: Cluster, tuik8s: Tuik8s) -> None:
    assert len(tuik8s("get", "pods", "-l", "app=cart", "-o", "name").splitlines()) == 2
    chosen = tuik8s("get", "pods", "--field-selector", "spec.nodeName=node-1", "-o", "json")
    assert {pod["spec"]["nodeName"] for pod in json.loads(chosen)["items"]} == {"node-1"}
    everywhere = tuik8s("get", "serviceaccounts", "-A").splitlines()
    assert everywhere[0].startswith("NAMESPACE")
    assert {"default", "kube-system"} <= {line.split()[0] for line in everywhere}
    assert tuik8s("get", "pods", "-n", "none") == "No resources found in none namespace.\n"


def test_yaml_and_json_are_the_objects(shop: Cluster, tuik8s: Tuik8s) -> None:
    one = yaml.safe_load(tuik8s("get", "deployment/cart", "-o", "yaml"))
    assert (one["kind"], one["apiVersion"], one["spec"]["replicas"]) == ("Deployment", "apps/v1", 2)
    assert "managedFields" not in one["metadata"]
    whole = json.loads(tuik8s("get", "deploy", "-o", "json", "--show-managed-fields"))
    assert whole["kind"] == "List"
    assert {item["kind"] for item in whole["items"]} == {"Deployment"}
    assert all(item["metadata"]["managedFields"] for item in whole["items"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["podz"], "no kind 'podz' in this cluster; did you mean 'pod'?"),
        (["qqq"], "there are: bindings, "),
        (["pod/web/x"], "expected KIND/NAME such as pod/web, got 'pod/web/x'"),
        (["pods,services", "web"], "names go with one kind, pods,services are 2; write KIND/NAME"),
        (["pod", "web", "-A"], "a name is in one namespace: leave out -A"),
        (["pod", "web", "-l", "a=b"], "select by -l or by name, not by both"),
        (["pods", "-l", "a in"], "unable to parse requirement"),
        (["pods,services", "-w"], "-w watches one kind, or one object of it"),
        (["pod", "web"], 'pods "web" not found'),
    ],
)
def test_what_cannot_be_shown(tuik8s: Tuik8s, words: list[str], says: str) -> None:
    assert says in tuik8s("get", *words, code=2)


def test_what_was_found_is_shown_beside_what_was_not(shop: Cluster, tuik8s: Tuik8s) -> None:
    told = tuik8s("get", "deploy", "cart", "nobody", code=2)
    assert "2/2" in told
    assert '"nobody" not found' in told


# --- apply, delete, scale


def test_apply_says_what_became_of_each(tuik8s: Tuik8s, tmp_path: Path) -> None:
    file = tmp_path / "pod.json"
    file.write_text(json.dumps(POD))
    assert tuik8s("apply", "-f", str(tmp_path), "--dry-run") == "pod/web created (dry run)\n"
    assert tuik8s("apply", "-f", str(file)) == "pod/web created\n"
    assert tuik8s("apply", "-f", str(file)) == "pod/web unchanged\n"
    file.write_text(json.dumps(POD).replace('"web"', '"web", "labels": {"a": "b"}'))
    assert tuik8s("apply", "-f", str(file)) == "pod/web configured\n"
    assert json.loads(tuik8s("get", "pod/web", "-o", "json"))["metadata"]["labels"] == {"a": "b"}


def test_apply_takes_a_kind_that_the_same_file_defines(
    tuik8s: Tuik8s, simulated: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "widgets.yaml").write_text(WIDGETS)
    with simulated.running():
        told = tuik8s("apply", "-f", str(tmp_path / "widgets.yaml"))
    assert told.endswith("widget.example.com/first created\n")
    assert "first" in tuik8s("get", "wd")


def test_what_cannot_be_applied(tuik8s: Tuik8s, simulated: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(yaml.safe_dump(POD | {"spec": {"containerz": []}}))
    assert 'pod.yaml: Pod web: unknown field "spec.containerz"' in tuik8s(
        "apply", "-f", str(file), code=2
    )
    file.write_text(yaml.safe_dump({**POD, "apiVersion": "v7"}))
    assert "Pod web: no kind Pod of v7 in this cluster, but of v1" in tuik8s(
        "apply", "-f", str(file), code=2
    )
    assert "no manifests there" in tuik8s("apply", "-f", str(tmp_path / ".."), code=2)
    file.write_text(yaml.safe_dump(yaml.safe_load(SHOP.read_text().split("---")[0])))
    tuik8s("apply", "-f", str(file))
    simulated.patch("deployment/frontend", {"spec": {"replicas": 9}})
    told = tuik8s("apply", "-f", str(file), code=2)
    assert "deployment.apps/frontend: Apply failed with 1 conflict" in told
    assert "--force-conflicts takes them over" in told
    assert "configured" in tuik8s("apply", "-f", str(file), "--force-conflicts")


def test_delete_waits_until_it_is_gone(shop: Cluster, tuik8s: Tuik8s) -> None:
    with shop.running(rate=100):
        told = tuik8s("delete", "pods", "-l", "app=cart")
        assert told.count("deleted") == 2
        tuik8s("delete", "-f", str(SHOP), "--cascade", "foreground")
        assert "No resources found" in tuik8s("get", "deployments")
    assert "not found" in tuik8s("delete", "deployment/cart", code=2)
    assert tuik8s("delete", "deployment/cart", "--ignore-not-found") == ""


def test_delete_does_not_wait_for_what_came_after(
    simulated: Cluster, tuik8s: Tuik8s, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulated.create(POD)
    ask = ApiClient.delete

    def delete(api: ApiClient, path: str, body: Any = None) -> Any:
        """Another one of the name is there before the command looks."""
        answer = ask(api, path, body)
        simulated.create(POD)
        return answer

    def never(seconds: float) -> None:
        raise AssertionError("it waits for an object that nobody deletes")

    monkeypatch.setattr(ApiClient, "delete", delete)
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=never)
    monkeypatch.setattr("tuik8s.cli.delete.time", clock)
    assert tuik8s("delete", "pod/web", "--grace-period", "0") == 'pod "web" deleted\n'
    assert len(simulated.list("pods")) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["pods"], "all pods? Say so with --all, or choose with -l or by name"),
        ([], "delete what? Give KIND/NAME, or a file with -f"),
        (["pod/web", "-f", "x"], "delete what?"),
    ],
)
def test_what_is_not_deleted(shop: Cluster, tuik8s: Tuik8s, words: list[str], says: str) -> None:
    assert says in tuik8s("delete", *words, code=2)
    assert len(shop.list("pods")) == 5


def test_scale(shop: Cluster, tuik8s: Tuik8s) -> None:
    assert tuik8s("scale", "deployment/cart", "--replicas", "4") == (
        "deployment.apps/cart scaled to 4\n"
    )
    shop.wait(available="deployment/cart")
    assert len(shop.list("pods", "app=cart")) == 4
    assert "pods cannot be scaled; what can: " in tuik8s(
        "scale", "pod/web", "--replicas", "1", code=2
    )
    assert "a number from 0" in tuik8s("scale", "deploy/cart", "--replicas", "-1", code=2)
    assert "Write deployment/NAME" in tuik8s("scale", "deploy", "--replicas", "1", code=2)


# --- describe, events, logs


def test_a_fault_is_as_old_as_the_clusters_clock_says(simulated: Cluster, tuik8s: Tuik8s) -> None:
    with simulated.fault("node-stop", "node/node-2", name="gone"):
        simulated.advance("3h")
        (row,) = [line for line in tuik8s("chaos").splitlines() if line.startswith("gone ")]
        assert "3h" in row.split()


def test_describe_tells_of_the_object_and_its_events(shop: Cluster, tuik8s: Tuik8s) -> None:
    told = tuik8s("describe", "deployment/cart")
    assert "Name:         cart" in told
    assert "Kind:         Deployment  apps/v1" in told
    assert "ScalingReplicaSet" in told
    assert tuik8s("describe", "pods", "-l", "app=cart").count("Kind:         Pod  v1") == 2
    shop.advance("5h")
    assert "  (5h ago)" in tuik8s("describe", "deployment/cart")
    assert "no pods to describe in none" in tuik8s("describe", "pods", "-n", "none", code=2)


def test_events_are_shown_newest_last(shop: Cluster, tuik8s: Tuik8s) -> None:
    shop.scale("deployment/cart", 3)
    shop.settle()
    told = tuik8s("events", "--for", "deployment/cart").splitlines()
    assert told[0].split() == ["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    assert ["from 0 to 2" in told[1], "from 2 to 3" in told[2], len(told)] == [True, True, 3]
    assert "Normal" not in tuik8s("events", "-A", "--type", "Warning")
    assert "expected KIND/NAME" in tuik8s("events", "--for", "web", code=2)


def test_logs_of_a_pod(simulated: Cluster, tuik8s: Tuik8s, tmp_path: Path) -> None:
    simulated.create(POD)
    simulated.wait(ready="pod/web")
    simulated.advance("5s")
    assert "hello\n" in (told := tuik8s("logs", "web", "--tail", "-1", "--since", "0s"))
    assert told.endswith('Defaulted container "main" out of: main, side\n')
    assert tuik8s("logs", "pod/web", "-c", "main", "--tail", "1") == "hello\n"
    stamped = tuik8s("logs", "web", "-c", "main", "--tail", "1", "--timestamps")
    assert stamped.startswith("2026-01-01T00:00:")
    assert "a time such as 30s" in tuik8s("logs", "web", "--since", "soon", code=2)
    assert "logs of what?" in tuik8s("logs", code=2)
    assert 'pods "nobody" not found' in tuik8s("logs", "nobody", code=2)


def test_logs_of_what_has_pods(shop: Cluster, tuik8s: Tuik8s) -> None:
    told = tuik8s("logs", "deployment/cart")
    assert told.count("started") == 2
    assert told.startswith("[pod/cart-")
    shop.scale("deployment/cart", 0)
    shop.advance("1m")
    assert "deployment/cart has no pods now" in tuik8s("logs", "deployment/cart", code=2)
    assert "chooses no pods" in tuik8s("logs", "namespace/default", code=2)


# --- watching


def watched(shop: Cluster, tuik8s: Tuik8s, *words: str) -> str:
    """What a watch shows while cart goes to one pod, until its server dies."""
    ended = threading.Event()

    def change() -> None:
        until(lambda: shop.watches > 0)
        shop.scale("deployment/cart", 1)
        shop.advance("1m")
        with shop.fault("component-kill", "component/apiserver"):
            ended.wait(60)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        return tuik8s(*words, code=2)
    finally:
        ended.set()
        changer.join()


def test_a_watched_table_goes_on_in_its_columns(shop: Cluster, tuik8s: Tuik8s) -> None:
    lines = watched(shop, tuik8s, "get", "deployments", "-w").splitlines()
    assert "does not answer" in lines[-1]
    cart = [line for line in lines if line.startswith("cart")]
    assert [cart[0].split()[1], cart[-1].split()[1]] == ["2/2", "1/1"]
    assert {line.index("/") for line in cart} == {lines[0].index("READY") + 1}


def test_a_watch_of_one_object_in_yaml(shop: Cluster, tuik8s: Tuik8s) -> None:
    told = watched(shop, tuik8s, "get", "deploy/cart", "-w", "-o", "yaml")
    found = list(yaml.safe_load_all(told.partition("tuik8s:")[0]))
    assert [obj["spec"]["replicas"] for obj in found if obj][:: len(found) - 2] == [2, 1]
    assert {obj["kind"] for obj in found if obj} == {"Deployment"}


def test_watched_events_are_new_ones(shop: Cluster, tuik8s: Tuik8s) -> None:
    told = watched(shop, tuik8s, "events", "--for", "deployment/cart", "-w").splitlines()
    assert told[0].startswith("LAST SEEN")
    assert ["from 0 to 2" in told[1], "from 2 to 1" in told[2]] == [True, True]
