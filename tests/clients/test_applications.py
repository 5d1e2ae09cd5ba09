"""Real manifests on a live cluster: applications come up, Services answer, rollouts roll."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.live import Live, curl, needs_kubectl, until

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]

INPUTS = Path(__file__).resolve().parents[3] / "shared" / "inputs"
WEB = Path(__file__).resolve().parents[2] / "examples" / "manifests" / "web.yaml"


def manifest(name: str) -> str:
    path = INPUTS / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    return str(path)


def test_online_boutique_becomes_available(cluster: Live) -> None:
    cluster.kubectl("create", "namespace", "shop")
    cluster.kubectl("apply", "-n", "shop", "-f", manifest("online-boutique.yaml"))
    wait = ("wait", "-n", "shop", "--for=condition=Available", "deployment", "--all")
    out = cluster.kubectl(*wait, "--timeout=60s")
    assert out.count("condition met") == 12
    slices = cluster.get("endpointslices", "-n", "shop")["items"]
    assert len(slices) >= 12
    assert all(piece["endpoints"] for piece in slices)


def test_a_service_answers_from_its_pods_in_turn(cluster: Live) -> None:
    cluster.kubectl("apply", "-f", str(WEB))
    cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    pods = {p["metadata"]["name"] for p in cluster.get("pods", "-l", "app=web")["items"]}
    address = cluster.get("service", "web")["spec"]["clusterIP"]
    port = "" if cluster.data.owner() == "root" else ":30080"
    seen: set[str] = set()

    def all_have_answered() -> bool:
        seen.add(curl(f"http://{address}{port}/").strip())
        return seen - {""} == pods

    until(all_have_answered)


def test_a_node_port_answers(cluster: Live) -> None:
    cluster.kubectl("apply", "-f", str(WEB))
    patch = json.dumps({"spec": {"type": "NodePort"}})
    cluster.kubectl("patch", "service", "web", "-p", patch)
    port = cluster.get("service", "web")["spec"]["ports"][0]["nodePort"]
    node = cluster.get("node", "node-2")["status"]["addresses"][0]["address"]
    until(lambda: curl(f"http://{node}:{port}/").startswith("web-"))


def test_scale_delete_and_watch(cluster: Live) -> None:
    cluster.kubectl("apply", "-f", str(WEB))
    cluster.kubectl("scale", "deployment/web", "--replicas=5")
    cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    assert len(cluster.get("pods", "-l", "app=web")["items"]) == 5
    cluster.kubectl("delete", "deployment", "web", "--timeout=60s")
    until(lambda: not cluster.get("pods", "-l", "app=web")["items"])


def test_argo_cd_is_accepted_whole_and_comes_up(cluster: Live) -> None:
    cluster.kubectl("create", "namespace", "argocd")
    path = manifest("argo-cd.yaml")
    cluster.kubectl("apply", "--server-side", "-n", "argocd", "-f", path)
    wait = ("-n", "argocd", "--timeout=90s")
    cluster.kubectl("wait", "--for=condition=Available", "deployment", "--all", *wait)
    cluster.kubectl("rollout", "status", "statefulset", *wait)
