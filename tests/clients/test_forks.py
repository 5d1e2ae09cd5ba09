"""A fork lives: the same objects, tokens and faults, its own future; in its parent's place, or
beside it with addresses of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.live import Live, curl, needs_kubectl, until

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]


@pytest.fixture(name="fork")
def _fork(fresh: Live) -> Iterator[Live]:
    fork = Live(fresh.data.parent / "fork")
    try:
        yield fork
    finally:
        fork.down()


def test_a_fork_has_the_past_and_a_future_of_its_own(fresh: Live, fork: Live) -> None:
    fresh.up("--nodes", "1")
    fresh.kubectl("create", "configmap", "early", "--from-literal=a=b")
    token = fresh.kubectl("create", "token", "default").strip()
    assert fresh.tuik8s("chaos", "component-pause", "component/scheduler").returncode == 0
    then = fresh.get("configmap", "early")
    revision = int(fresh.get("faults")["items"][0]["metadata"]["resourceVersion"])
    fresh.kubectl("create", "configmap", "late", "--from-literal=a=b")

    at_and_into = ("--at", str(revision), "--into", str(fork.data))
    done = fresh.tuik8s("fork", "--same-addresses", *at_and_into)
    assert done.returncode == 0, done.stderr
    assert f"at revision {revision} " in done.stdout
    refused = fork.tuik8s("up", "--detach")
    assert refused.returncode == 2
    assert "its addresses are in use by 'c'" in refused.stderr
    assert f"tuik8s up --switch --data {fork.data} stops that one" in refused.stderr

    fork.up("--switch")
    assert "not running" in fresh.tuik8s("status").stderr
    assert fork.get("configmap", "early") == then
    assert "NotFound" in fork.try_kubectl("get", "configmap", "late").stderr
    where = ("--kubeconfig", "/dev/null", "--server", fork.status()["server"])
    trust = ("--certificate-authority", str(fork.data / "pki" / "ca.crt"), "--token", token)
    who = fork.kubectl(*where, *trust, "auth", "whoami")
    assert "system:serviceaccount:default:default" in who
    (scheduler,) = [p for p in fork.status()["processes"] if p["name"] == "scheduler"]
    assert scheduler["state"] == "paused"


SHOP = Path(__file__).parents[2] / "examples" / "manifests" / "shop.yaml"


def address_of(cluster: Live) -> str:
    return str(cluster.get("service", "frontend")["spec"]["clusterIP"])


def test_a_fork_and_its_parent_answer_at_once(fresh: Live, fork: Live) -> None:
    fresh.up("--nodes", "2")
    fresh.kubectl("apply", "-f", str(SHOP))
    fresh.kubectl("rollout", "status", "deployment/frontend", "--timeout=60s")
    done = fresh.tuik8s("fork", "--into", str(fork.data))
    assert done.returncode == 0, done.stderr
    fork.up()
    addresses = [address_of(cluster) for cluster in (fresh, fork)]
    assert addresses[0] != addresses[1]
    until(lambda: all(curl(f"http://{each}").startswith("frontend-") for each in addresses))
    before, after = ({p["metadata"]["uid"] for p in c.get("pods")["items"]} for c in (fresh, fork))
    assert before == after

    # each goes its own way
    fork.kubectl("scale", "deployment/frontend", "--replicas=0")
    until(lambda: curl(f"http://{addresses[1]}") == "")
    assert curl(f"http://{addresses[0]}").startswith("frontend-")
    own = fork.get("service", "kubernetes")["spec"]["clusterIP"]
    trust = str(fork.data / "pki" / "ca.crt")
    version = subprocess.run(
        ["curl", "-s", "--cacert", trust, f"https://{own}/version"], capture_output=True, text=True
    )
    assert "tuik8s" in version.stdout

    # and stays where it is when both start again
    for cluster in (fresh, fork):
        cluster.down()
    fork.up()
    fresh.up()
    assert [address_of(cluster) for cluster in (fresh, fork)] == addresses
    until(lambda: curl(f"http://{addresses[0]}").startswith("frontend-"))
