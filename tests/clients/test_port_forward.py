"""Ports of pods from outside: every kubectl of this machine, and the Python client."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.clients.live import KUBECTLS, Live, curl, needs_kubectl

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]
REFUSED = "failed to connect to localhost:81 inside namespace"


@pytest.fixture(scope="module")
def web(cluster: Live) -> Live:
    cluster.kubectl("create", "deployment", "web", "--image=nginx", "--port=80")
    cluster.kubectl("expose", "deployment", "web", "--port=8000", "--target-port=80")
    cluster.kubectl("rollout", "status", "deployment/web")
    return cluster


@contextmanager
def forward(
    live: Live, *words: str, kubectl: str = "kubectl", **env: str
) -> Iterator[tuple[str, IO[str]]]:
    """(what is forwarded from where, what kubectl writes after that)."""
    with subprocess.Popen(
        [kubectl, "port-forward", *words],
        env={**live.env, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            found = re.match(r"Forwarding from (127\.0\.0\.1:\d+) -> \d+", said)
            assert found, said
            yield found[1], process.stdout
        finally:
            process.kill()


@pytest.mark.parametrize("sockets", ["true", "false"])
@pytest.mark.parametrize("kubectl", KUBECTLS, ids=lambda path: Path(path).name)
def test_kubectl_reaches_a_port_again_and_again(web: Live, kubectl: str, sockets: str) -> None:
    env = {"KUBECTL_PORT_FORWARD_WEBSOCKETS": sockets}
    with forward(web, "deployment/web", ":80", kubectl=kubectl, **env) as (address, _):
        assert [curl(address).count("<p>web-") for _ in range(3)] == [1, 1, 1]


def test_a_service_is_reached_at_the_port_of_its_pods(web: Live) -> None:
    with forward(web, "service/web", ":8000") as (address, _):
        assert "<p>web-" in curl(address)


def test_a_port_on_which_nothing_listens_is_told_in_upstreams_words(web: Live) -> None:
    with forward(web, "deployment/web", ":81") as (address, said):
        assert curl(address) == ""
        while REFUSED not in (line := said.readline()):
            assert line, "kubectl ended without telling"
        assert "dial tcp4 127.0.0.1:81: connect: connection refused" in line


def test_only_who_may_create_port_forwards(web: Live) -> None:
    done = web.try_kubectl("--as=nobody", "port-forward", "deployment/web", ":80")
    assert done.returncode == 1
    assert "cannot get resource" in done.stderr


def test_the_python_client(web: Live) -> None:
    kubernetes = pytest.importorskip("kubernetes")
    portforward = pytest.importorskip("kubernetes.stream").portforward

    api = kubernetes.client.CoreV1Api(
        kubernetes.config.new_client_from_config(web.env["KUBECONFIG"])
    )
    name = web.kubectl("get", "pods", "-l", "app=web", "-o", "name").strip().partition("/")[2]
    call = api.connect_get_namespaced_pod_portforward
    forwarded = portforward(call, name, "default", ports="80,81")
    end = forwarded.socket(80)
    end.setblocking(True)
    end.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = b"".join(iter(lambda: end.recv(4096), b""))
    assert f"<p>{name}</p>".encode() in answer
    assert forwarded.error(80) is None
    assert REFUSED in forwarded.error(81)
