"""A fork lives: the same objects, tokens and faults, its own future, and its parent's addresses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.live import Live, needs_kubectl

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

    done = fresh.tuik8s("fork", "--at", str(revision), "--into", str(fork.data))
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
