"""What a runtime is told of a container, from its spec."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.orders import start_order
from tuik8s.components.kubelet.pod_faults import NONE
from tuik8s.components.kubelet.runtimes.base import StartContainer


def order(**spec: Any) -> StartContainer:
    container = {"name": "c", "image": "i", **spec}
    pod = {"metadata": {"name": "p", "uid": "u"}, "spec": {"containers": [container]}}
    return start_order(Container(container, "main"), pod, "127.0.0.9", {}, NONE)


def test_limits_are_numbers() -> None:
    told = order(resources={"limits": {"cpu": "1500m", "memory": "64Mi"}})
    assert (told.cpu_millis, told.memory_bytes, told.sandbox) == (1500, 64 << 20, "u")
    assert (order().cpu_millis, order().memory_bytes) == (0, 0)


@pytest.mark.parametrize(
    ("probe", "port"),
    [
        ({"httpGet": {"path": "/", "port": 81}}, 81),
        ({"httpGet": {"path": "/", "port": "web"}}, 8080),
        ({"tcpSocket": {"port": "none"}}, 0),
    ],
)
def test_ports_of_probes_are_numbers(probe: dict[str, Any], port: int) -> None:
    told = order(readinessProbe=probe, ports=[{"name": "web", "containerPort": 8080}])
    assert told.readiness is not None
    (way,) = told.readiness.values()
    assert way["port"] == port


def test_other_probes_are_told_as_they_are() -> None:
    assert order(readinessProbe={"exec": {"command": ["x"]}}).readiness == {
        "exec": {"command": ["x"]}
    }
    assert order().readiness is None
