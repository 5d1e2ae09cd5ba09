"""helm on a live cluster: install, upgrade, rollback, hooks, tests, what is refused, uninstall.

With helm 3 and helm 4; `charts/shop` has one of everything that helm treats in a way of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.live import Live, needs_kubectl
from tests.clients.programs import Program, found, needs

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]

SHOP = str(Path(__file__).parent / "charts" / "shop")
WAIT = ("--wait", "--timeout", "60s")
SHORT = ("--timeout", "6s")


@pytest.fixture(
    name="helm",
    params=[pytest.param(name, marks=needs(name)) for name in ("helm", "helm3")],
)
def _helm(request: pytest.FixtureRequest, cluster: Live) -> Iterator[Program]:
    helm = Program(request.param, cluster)
    yield helm
    for release in json.loads(helm("list", "--all-namespaces", "--output", "json")):
        helm("uninstall", release["name"], "--wait")


def undoes_failures(helm: Program) -> str:
    return "--atomic" if "v3." in helm("version", "--short") else "--rollback-on-failure"


def revisions(helm: Program, release: str) -> list[tuple[int, str]]:
    told = json.loads(helm("history", release, "--output", "json"))
    return [(each["revision"], each["status"]) for each in told]


def test_a_release_from_install_to_uninstall(helm: Program) -> None:
    cluster = helm.cluster
    notes = helm("install", "shop", SHOP, *WAIT)
    assert "is on Kubernetes v1.36." in notes
    assert "It scales by itself." in notes
    assert cluster.get("deployment", "shop-web")["status"]["readyReplicas"] == 2
    assert cluster.get("widgets", "shop")["spec"]["size"] == 3
    (release,) = cluster.get("secrets", "-l", "owner=helm,name=shop")["items"]
    assert release["type"] == "helm.sh/release.v1"
    assert release["metadata"]["labels"]["status"] == "deployed"
    password = cluster.get("secret", "shop-secret")["data"]["password"]

    labelled = cluster.get("all", "-l", "app.kubernetes.io/instance=shop")["items"]
    assert [each["kind"] for each in labelled] == ["Service", "Deployment"]

    cluster.kubectl("set", "env", "deployment/shop-web", "BY_HAND=1")
    helm("upgrade", "shop", SHOP, "--set", "greeting=hi", *WAIT)
    web = cluster.get("deployment", "shop-web")["spec"]["template"]["spec"]["containers"][0]
    assert web["env"] == [{"name": "BY_HAND", "value": "1"}]
    assert cluster.get("configmap", "shop-config")["data"] == {"GREETING": "hi"}
    assert cluster.get("secret", "shop-secret")["data"]["password"] == password  # by lookup

    helm("rollback", "shop", "1", *WAIT)
    assert cluster.get("configmap", "shop-config")["data"] == {"GREETING": "hello"}
    assert revisions(helm, "shop") == [(1, "superseded"), (2, "superseded"), (3, "deployed")]
    helm("uninstall", "shop", "--wait")
    assert not cluster.get("all", "-l", "app.kubernetes.io/instance=shop")["items"]
    assert cluster.try_kubectl("get", "deployment", "shop-web").returncode == 1
    assert cluster.get("crd", "widgets.shop.example.com")  # definitions outlive a release


def test_an_upgrade_that_never_gets_ready_is_undone(helm: Program) -> None:
    helm("install", "shop", SHOP, *WAIT)
    flags = ("--set", "behaviour=never ready", undoes_failures(helm), *SHORT)
    failed = helm.attempt("upgrade", "shop", SHOP, *flags)
    assert failed.returncode == 1
    assert "has been rolled back" in failed.stderr
    assert revisions(helm, "shop") == [(1, "superseded"), (2, "failed"), (3, "deployed")]
    assert helm.cluster.get("deployment", "shop-web")["status"]["readyReplicas"] == 2


def test_hooks_and_tests_count(helm: Program) -> None:
    helm("install", "shop", SHOP)
    assert "the shop answers" in helm("test", "shop", "--logs")
    failed = helm.attempt("upgrade", "shop", SHOP, "--set", "migration=3")
    assert failed.returncode == 1
    assert "pre-upgrade hooks failed" in failed.stderr
    helm("upgrade", "shop", SHOP, "--set", "testExit=4")
    failed = helm.attempt("test", "shop")
    assert failed.returncode == 1
    assert "pod shop-answers failed" in failed.stderr


def test_what_is_only_tried_changes_nothing(helm: Program) -> None:
    helm("install", "shop", SHOP, "--dry-run=client")
    cluster = helm.cluster
    assert cluster.try_kubectl("get", "deployment", "shop-web").returncode == 1
    helm("install", "shop", SHOP)  # its definitions are there from now on
    assert "kind: Widget" in helm("template", "shop", SHOP, "--validate")
    helm("upgrade", "shop", SHOP, "--dry-run=server", "--set", "greeting=hi")
    assert cluster.get("configmap", "shop-config")["data"] == {"GREETING": "hello"}
    again = helm.attempt("install", "shop", SHOP)
    assert again.returncode == 1
    assert "name that is still in use" in again.stderr


@needs("helm")
def test_what_others_own_is_a_conflict_under_server_side_apply(cluster: Live) -> None:
    helm = Program("helm", cluster)
    if "v3." in helm("version", "--short"):
        pytest.skip(f"{found('helm')} is helm 3, which does not apply on the server's side")
    helm("install", "shop", SHOP, *WAIT)
    cluster.kubectl("scale", "deployment/shop-web", "--replicas=3")
    failed = helm.attempt("upgrade", "shop", SHOP)
    assert failed.returncode == 1
    assert 'conflict with "kubectl" with subresource "scale"' in failed.stderr
    helm("upgrade", "shop", SHOP, "--force-conflicts", *WAIT)
    assert cluster.get("deployment", "shop-web")["spec"]["replicas"] == 2
    helm("uninstall", "shop", "--wait")
