"""k9s in a terminal of its own, with real keys: it sees, measures and changes a live cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.live import Live, needs_kubectl, until
from tests.clients.programs import Program, needs
from tests.clients.terminal import Terminal, opened

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl, needs("k9s")]

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shown}
spec:
  selector: {matchLabels: {app: shown}}
  template:
    metadata:
      labels: {app: shown}
      annotations: {tuik8s.dev/behaviour: cpu 123m; memory 77Mi; log "said by shown" every 1s}
    spec:
      containers:
        - name: c
          image: example/shown:1
          resources: {requests: {cpu: 200m, memory: 100Mi}}
"""
SETTINGS = """
k9s:
  skipLatestRevCheck: true
  ui: {splashless: true, noIcons: true}
"""
COMPLAINTS = re.compile(r"\b(ERR|panic)\b")
TAB, ENTER, ESCAPE = b"\t", b"\r", b"\x1b"


@pytest.fixture(name="pod", scope="module")
def _pod(cluster: Live) -> str:
    cluster.kubectl("apply", "-f", "-", stdin=DEPLOYMENT)
    cluster.kubectl("rollout", "status", "deployment/shown", "--timeout=60s")
    metrics = ("get", "pods.metrics.k8s.io", "-l", "app=shown", "-o", "name")
    until(lambda: "shown-" in cluster.kubectl(*metrics))
    (pod,) = cluster.get("pods", "-l", "app=shown")["items"]
    name: str = pod["metadata"]["name"]
    return name


@contextmanager
def k9s(cluster: Live, view: str) -> Iterator[tuple[Terminal, Path]]:
    """k9s that begins with a view, and the file of its own log."""
    program = Program("k9s", cluster)
    settings = program.home / "k9s" / "config.yaml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(SETTINGS)
    log = program.home / "k9s.log"
    command = [program.path, "--logFile", str(log), "--command", view]
    with opened(command, program.env, columns=160, rows=50, controls=True) as terminal:
        yield terminal, log


def complaints(log: Path) -> list[str]:
    """What k9s has to say against the server."""
    return [line for line in log.read_text().splitlines() if COMPLAINTS.search(line)]


def test_views_of_what_there_is(cluster: Live, pod: str) -> None:
    with k9s(cluster, "pods default") as (terminal, log):
        for text in (pod, "127."):
            terminal.await_text(text.encode())
        for view, text in (
            ("nodes", "node-3"),
            ("deploy default", "shown"),
            ("svc default", "kubernetes"),
            ("crd", "faults"),
            ("apiservices", "v1beta1.metrics.k8s.io"),
            ("clusterroles", "cluster-admin"),
            ("cm default", "kube-root-ca.crt"),
            ("faults", "PHASE"),
        ):
            terminal.written = b""
            terminal.type(f":{view}\r".encode())
            terminal.await_text(text.encode())
        assert complaints(log) == []


def test_usage_of_pods_and_nodes(cluster: Live, pod: str) -> None:
    """CPU and MEM are columns that k9s fills from metrics.k8s.io: 123m of 200m, 77Mi of 100Mi."""
    with k9s(cluster, "pods default") as (terminal, log):
        terminal.await_text(pod.encode())
        row = re.compile(rb"Running.*123.*61.*77.*77", re.DOTALL)
        terminal.await_match(row)
        assert complaints(log) == []


def test_logs_describe_yaml_and_shell(cluster: Live, pod: str) -> None:
    with k9s(cluster, "pods default") as (terminal, log):
        terminal.await_text(pod.encode())
        for key, text in ((b"l", b"said by shown"), (b"d", b"Controlled By"), (b"y", b"kind")):
            terminal.written = b""
            terminal.type(key)
            terminal.await_text(text)
            terminal.written = b""
            terminal.type(ESCAPE)
            terminal.await_text(b"RESTARTS")
        terminal.written = b""
        terminal.type(b"s")
        terminal.await_text(b"/ # ")
        terminal.type(b"hostname\r")
        terminal.await_text(f"{pod}\r\n".encode())
        terminal.type(b"exit\r")
        assert complaints(log) == []


def test_scale_and_delete(cluster: Live, pod: str) -> None:
    def pods() -> list[str]:
        found = cluster.get("pods", "-l", "app=shown")["items"]
        return [each["metadata"]["name"] for each in found]

    with k9s(cluster, "deploy default") as (terminal, log):
        terminal.await_text(b"shown")
        terminal.type(b"s")
        terminal.await_text(b"Replicas:")
        terminal.type(b"\x7f3" + TAB + ENTER)
        until(lambda: len(pods()) == 3)
        terminal.written = b""
        terminal.type(b":pods default\r")
        terminal.await_text(pod.encode())
        before = set(pods())
        terminal.type(b"\x0b")  # Ctrl-K
        until(lambda: len(pods()) == 3 and len(before - set(pods())) == 1)
        assert complaints(log) == []
