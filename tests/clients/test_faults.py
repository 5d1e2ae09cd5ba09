"""Faults on real processes: rules reach kubelets, proxies, the API server and its disk, and end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients.live import Live, needs_kubectl, until

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers: [{name: c, image: "example.org/web:1", ports: [{containerPort: 8080}]}]
"""


@pytest.fixture(scope="module")
def pod(cluster: Live) -> Live:
    """The cluster with a pod that is ready."""
    until(lambda: cluster.try_kubectl("apply", "-f", "-", stdin=POD).returncode == 0)
    until(lambda: is_ready(cluster))
    return cluster


def is_ready(cluster: Live) -> bool:
    status = cluster.get("pod", "web")["status"]
    return any(
        c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or ()
    )


def break_it(cluster: Live, *words: str) -> None:
    done = cluster.tuik8s("chaos", *words, "--as", "f")
    assert done.returncode == 0, done.stderr


def phase(cluster: Live) -> str:
    fault = cluster.try_kubectl("get", "fault", "f", "-o", "jsonpath={.status.phase}")
    return fault.stdout if fault.returncode == 0 else ""


def heal(cluster: Live) -> None:
    # The fault may have ended the API server once more just now.
    until(lambda: cluster.tuik8s("chaos", "heal", "all").returncode == 0)


def test_a_dry_run_tells_who_would_feel_it_and_does_nothing(pod: Live) -> None:
    done = pod.tuik8s("chaos", "pod-kill", "pods", "-l", "app=web", "--dry-run", "--json")
    blast: dict[str, Any] = json.loads(done.stdout)
    assert blast["pods"] == ["default/web"]
    assert is_ready(pod)
    assert json.loads(pod.tuik8s("chaos", "--json").stdout)["faults"] == []


def test_a_pod_that_is_not_ready_and_one_out_of_memory(pod: Live) -> None:
    break_it(pod, "pod-not-ready", "pod/web")
    until(lambda: not is_ready(pod))
    heal(pod)
    until(lambda: is_ready(pod))
    break_it(pod, "pod-oom", "pod/web", "--delay", "60s")
    until(lambda: bool(pod.get("pod", "web")["status"]["containerStatuses"][0]["restartCount"]))
    last = pod.get("pod", "web")["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (137, "OOMKilled")
    heal(pod)


def test_an_api_that_only_fails_is_healed(pod: Live) -> None:
    break_it(pod, "api-error", "component/apiserver", "--code", "503")
    assert "unable to handle" in pod.try_kubectl("get", "pods").stderr
    heal(pod)
    assert pod.try_kubectl("get", "pods").returncode == 0


def test_a_torn_write_is_cut_and_nothing_that_was_told_is_lost(pod: Live) -> None:
    pod.kubectl("create", "configmap", "kept")
    pid = pod.pid("apiserver")
    break_it(pod, "disk-tearing", "component/apiserver", "--for", "1s")
    pod.try_kubectl("create", "configmap", "lost", "--request-timeout=1s")
    until(lambda: pod.pid("apiserver") not in (0, pid))
    until(lambda: pod.try_kubectl("get", "configmap", "kept").returncode == 0)
    until(lambda: "Torn tail cut" in pod.tuik8s("logs", "apiserver").stdout)
    until(lambda: phase(pod) == "Healed")  # by itself; before that the next write is torn as well
    heal(pod)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pod-oom", "pod/nope"), "there are: web"),
        (("api-error", "component/apiserver"), "needs code, such as code: 503"),
        (("node-drain", "node/node-9"), "there are: node-1, node-2, node-3"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    pod: Live, words: tuple[str, ...], message: str
) -> None:
    done = pod.tuik8s("chaos", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
