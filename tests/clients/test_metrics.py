"""kubectl top and an autoscaler on a live cluster: from the kubelets' measures to more replicas."""

from __future__ import annotations

import pytest

from tests.clients.live import Live, needs_kubectl, until

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]

BUSY = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: busy}
spec:
  selector: {matchLabels: {app: busy}}
  template:
    metadata:
      labels: {app: busy}
      annotations: {tuik8s.dev/behaviour: cpu 150m; memory 64Mi}
    spec:
      containers:
        - {name: c, image: "example/busy:1", resources: {requests: {cpu: 100m}}}
"""


@pytest.fixture(name="busy", scope="module")
def _busy(cluster: Live) -> Live:
    cluster.kubectl("apply", "-f", "-", stdin=BUSY)
    cluster.kubectl("rollout", "status", "deployment/busy", "--timeout=60s")
    until(lambda: "busy-" in cluster.kubectl("get", "pods.metrics.k8s.io", "-o", "name"))
    return cluster


def test_top(busy: Live) -> None:
    (pod,) = busy.kubectl("top", "pods", "-l", "app=busy", "--no-headers").splitlines()
    assert pod.split()[1:] == ["150m", "64Mi"]
    nodes = [line.split() for line in busy.kubectl("top", "nodes", "--no-headers").splitlines()]
    assert [node[0] for node in nodes] == ["node-1", "node-2", "node-3"]
    assert sorted(node[1] for node in nodes)[0] == "200m"  # the busy pod and the machine itself


def measured(cluster: Live) -> list[str]:
    return cluster.kubectl("get", "nodes.metrics.k8s.io", "-o", "name").split()


def test_a_node_whose_kubelet_is_silent_is_missing(busy: Live) -> None:
    everyone = measured(busy)
    busy.kubectl("apply", "-f", "-", stdin=FAULT)
    try:
        until(lambda: measured(busy) == [everyone[0], everyone[2]])
    finally:
        busy.kubectl("delete", "fault", "--all", "--timeout=60s")
    until(lambda: measured(busy) == everyone)


FAULT = """
apiVersion: chaos.tuik8s.dev/v1
kind: Fault
metadata: {name: silent}
spec: {action: component-pause, target: component/kubelet/node-2}
"""


def test_an_autoscaler_follows(busy: Live) -> None:
    words = ("autoscale", "deployment", "busy", "--cpu-percent=50", "--min=1", "--max=3")
    busy.kubectl(*words)
    until(lambda: busy.get("deployment", "busy")["spec"]["replicas"] == 3)
    events = busy.get("events", "--field-selector=reason=SuccessfulRescale")["items"]
    message = "New size: 3; reason: cpu resource utilization (percentage of request) above target"
    assert message in [event["message"] for event in events]
