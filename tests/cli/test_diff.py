"""`tuik8s diff`, of logs that a real API server wrote in a simulated world."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.components.apiserver.plant import MAPS, PODS, STRATEGIC, Api, pod, save_log
from tuik8s.cli.main import main

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
WIDGETS: dict[str, Any] = {
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {
            "plural": "widgets",
            "singular": "widget",
            "kind": "Widget",
            "shortNames": ["wd"],
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}


@pytest.fixture(name="log", scope="module")
def _log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A log, and its revision before a pod, a ConfigMap and a widget changed."""
    api = Api()
    assert api.post(PODS, pod("web")).code == 201
    api.config_map("gone", a="1")
    api.config_map("kept", a="1", b="1")
    assert api.post(CRDS, WIDGETS).code == 201
    api.simulation.run_ms(100)
    widgets = "/apis/example.com/v1/namespaces/default/widgets"
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
    assert api.post(widgets, {**widget, "spec": {"size": 1}}).code == 201
    revision = api.server.store.revision
    api.simulation.run_ms(60_000)
    api.patch(f"{widgets}/w", {"spec": {"size": 2}})
    image = {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}
    assert api.patch(f"{PODS}/web", image, STRATEGIC).code == 200
    api.delete(f"{MAPS}/gone")
    api.patch(f"{MAPS}/kept", {"data": {"a": "2"}})
    api.config_map("new")
    event = {"metadata": {"name": "e"}, "involvedObject": {"namespace": "default", "name": "web"}}
    assert api.post("/api/v1/namespaces/default/events", event).code == 201
    return save_log(api, tmp_path_factory.mktemp("diff") / "log"), revision


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["diff", *words])
    done = capsys.readouterr()
    return code, done.out + done.err


def test_objects_and_their_fields(
    log: tuple[Path, int], capsys: pytest.CaptureFixture[str]
) -> None:
    path, revision = log
    code, shown = run(capsys, "--log", str(path), f"@{revision}")
    assert code == 1
    assert shown.splitlines()[0].startswith(f"{path}  revision {revision} (2026-01-01T00:00:00.")
    assert [" ".join(line.split()) for line in shown.splitlines()[2:]] == [
        "- configmap/gone -n default",
        "~ configmap/kept -n default",
        "data.a 1 -> 2",
        "+ configmap/new -n default",
        "~ pod/web -n default",
        "metadata.generation 1 -> 2",
        "spec.containers[name=c].image nginx:1 -> nginx:2",
        "~ widget/w -n default",
        "metadata.generation 1 -> 2",
        "spec.size 1 -> 2",
        "1 added, 1 gone, 3 changed; 1 left out that are Events or Leases (--all shows them)",
    ]


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (["--kind", "po"], ["~ pod/web -n default"]),
        (["--kind", "wd"], ["~ widget/w -n default"]),
        (["--kind", "events"], ["+ event/e -n default"]),
        (["-n", "kube-system"], []),
    ],
)
def test_selection(
    log: tuple[Path, int], capsys: pytest.CaptureFixture[str], flags: list[str], names: list[str]
) -> None:
    path, revision = log
    code, shown = run(capsys, f"{path}@{revision}", "@", "-o", "name", *flags)
    assert (code, shown.splitlines()) == (1 if names else 0, names)


def test_a_line_for_each_object(log: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    path, revision = log
    _, shown = run(capsys, f"{path}@{revision}", "@", "-o", "short")
    assert shown.splitlines() == [
        "- configmap/gone -n default",
        "~ configmap/kept -n default  data.a: 1 -> 2",
        "+ configmap/new -n default",
        "~ pod/web -n default  spec.containers[name=c].image: nginx:1 -> nginx:2, "
        "metadata.generation: 1 -> 2",
        "~ widget/w -n default  spec.size: 1 -> 2, metadata.generation: 1 -> 2",
    ]


def test_directions(log: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    path, revision = log
    _, forth = run(capsys, "--log", str(path), "@-30s", "@", "-o", "name")
    _, back = run(capsys, str(path), f"{path}@{revision}", "-o", "name")
    other = {"+": "-", "-": "+", "~": "~"}
    assert [other[line[0]] + line[1:] for line in back.splitlines()] == forth.splitlines()
    assert run(capsys, str(path), str(path), "--all")[0] == 0


def test_json(log: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    path, revision = log
    _, shown = run(capsys, str(path) + f"@{revision}", "@", "--json", "--all", "--kind", "pod")
    found = json.loads(shown)
    (item,) = found["items"]
    assert (item["type"], item["resource"], item["namespace"], item["name"]) == (
        "MODIFIED",
        "pods",
        "default",
        "web",
    )
    assert (found["old"]["revision"], found["leftOut"]) == (revision, 0)
    assert item["object"]["spec"]["containers"][0]["image"] == "nginx:2"
    paths = {field["path"] for field in item["differences"]}
    assert {"metadata.resourceVersion", "spec.containers[name=c].image"} <= paths


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["@1", "--kind", "wigdet"], "no kind 'wigdet' in this cluster; did you mean 'widget'?"),
        (["@1", "@99999"], "revision 99999 has not happened yet: kept are revision 1"),
        (["@noon"], "'noon' is no moment"),
        (["/none@1"], "no log can be read at /none"),
        (["nobody"], "nobody/store: no such file or directory; give a cluster's data directory"),
    ],
)
def test_refusals(
    log: tuple[Path, int], capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    code, shown = run(capsys, "--log", str(log[0]), *words)
    assert (code, message in shown) == (2, True), shown
