"""`tuik8s why`, asked of a real API server in a simulated world."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.components.apiserver.plant import Api, save_log
from tuik8s.api.decision import NOTE_KIND
from tuik8s.cli import why
from tuik8s.cli.api import ApiRefusal
from tuik8s.cli.main import main
from tuik8s.components.scheduler.cycle import try_pod
from tuik8s.components.scheduler.explain import record
from tuik8s.components.scheduler.manifests import Admission, build_cluster
from tuik8s.components.scheduler.profiles import Profile
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.world.rng import seeded

PODS = "/api/v1/namespaces/default/pods"
POD: dict[str, Any] = {
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "3"}}}]},
}
NODE = {
    "kind": "Node",
    "metadata": {"name": "a"},
    "status": {"allocatable": {"cpu": "2", "memory": "4Gi", "pods": "9"}},
}


class _Client:
    """The command's client, with the server's pipeline behind it instead of a socket."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, path: str) -> Any:
        found = self._api.get(path)
        if found.code >= 400:
            raise ApiRefusal(found.code, found.body["message"])
        return found.body

    def close(self) -> None:
        pass


@pytest.fixture(name="api")
def _api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api(explanations=True)
    monkeypatch.setattr(why, "api_in", lambda args: _Client(api))
    # Pods need their service account; no controller runs here that would make it.
    api.post("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "default"}})
    assert api.post(PODS, POD).code == 201
    return api


def _decide(api: Api) -> None:
    admission = Admission([])
    cluster = build_cluster([NODE], admission)
    profile, pod = Profile(), admission.admit(POD)
    outcome = try_pod(profile, cluster, pod, seeded(1, "ties"))
    note = {"kind": NOTE_KIND, "data": record(profile, cluster, pod, outcome)}
    assert api.post("/notes/pods/default/web", note).code == 202


def test_stored_decision_is_shown(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    _decide(api)
    _decide(api)
    assert main(["why", "pod/web"]) == 0
    shown = capsys.readouterr().out
    assert "0/1 nodes are available: 1 Insufficient cpu." in shown
    assert "request at most 2 cpu" in shown
    assert "1 earlier attempts are remembered" in shown
    assert "ADDED   admin" in shown


def test_pod_without_a_decision_says_what_is_known(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    event = {
        "metadata": {"name": "web.1", "namespace": "default"},
        "involvedObject": {"kind": "Pod", "name": "web", "namespace": "default"},
        "type": "Normal", "reason": "Odd", "message": "something happened",
    }  # fmt: skip
    assert api.post("/api/v1/namespaces/default/events", event).code == 201
    assert main(["why", "po/web"]) == 0
    shown = capsys.readouterr().out
    assert "no stored decision" in shown
    assert "phase Pending" in shown
    assert "Normal Odd: something happened" in shown


def test_other_kinds_and_deleted_objects_tell_their_changes(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    maps = "/api/v1/namespaces/default/configmaps"
    api.post(maps, {"metadata": {"name": "m"}})
    api.patch(f"{maps}/m", {"data": {"a": "b"}})
    api.delete(f"{maps}/m")
    assert main(["why", "configmap/m"]) == 0
    shown = capsys.readouterr().out
    types = ("ADDED", "MODIFIED", "DELETED")
    assert tuple(word for word in shown.split() if word in types) == types


@pytest.mark.parametrize(
    "word", ["rolebindings", "RoleBinding", "rolebinding.rbac.authorization.k8s.io"]
)
def test_a_kind_goes_by_the_names_that_get_prints(
    word: str, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
    assert api.post(bindings, {"metadata": {"name": "b"}, "roleRef": role}).code == 201
    assert main(["why", f"{word}/b"]) == 0
    assert "ADDED" in capsys.readouterr().out


def test_causes_are_followed_back(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    store = api.server.core.store
    value = b"\x81\xa8metadata\x80"
    first = store.put("deployments.apps/default/a", value, author="alice")
    second = store.put("replicasets.apps/default/b", value, author="bob", cause=first.revision)
    store.put("configmaps/default/c", value, author="carol", cause=second.revision)
    api.simulation.run_ms(20)
    assert main(["why", "cm/c"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    chain = [(words[2], words[4], words[5]) for words in lines if "created" in words]
    assert chain == [
        ("configmap/c", "carol", "caused"),
        ("replicaset/b", "bob", "caused"),
        ("deployment/a", "alice", "command"),
    ]


def test_of_an_earlier_moment(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    maps = "/api/v1/namespaces/default/configmaps"
    api.post(maps, {"metadata": {"name": "m"}, "data": {"a": "1"}})
    api.simulation.run_ms(60_000)
    api.patch(f"{maps}/m", {"data": {"a": "2"}})
    directory = DataDirectory(tmp_path)
    save_log(api, directory.log)
    monkeypatch.undo()
    shown = []
    for flags in ([], ["--at", "-30s"]):
        assert main(["why", "cm/m", "--log", str(tmp_path), *flags]) == 0
        shown.append(capsys.readouterr().out)
    assert ["data.a: 1 -> 2" in text for text in shown] == [True, False]
    assert "created" in shown[1]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("pod/none", 'pods "none" in namespace default is nowhere in the log'),
        ("pod", "expected KIND/NAME such as pod/web, got 'pod'"),
        ("thing/a", "no kind 'thing' in this cluster"),
    ],
)
def test_refusals(word: str, message: str, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", word]) == 2
    assert message in capsys.readouterr().err


def test_json(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    _decide(api)
    assert main(["why", "pod/web", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["notes"][0]["data"]["pod"] == "default/web"
    assert found["changes"][0]["type"] == "ADDED"
