"""Objects in other clothes: what is stored, what is shown, and back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import Api
from tuik8s.components.apiserver.conversions import autoscalers, events

V1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
V2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
TARGET = {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}
CPU = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
SELECTOR = {"matchLabels": {"a": "b"}}


@pytest.mark.parametrize(
    "metric",
    [
        {"type": "Resource", "resource": CPU},
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "m"},
                "target": {"type": "AverageValue", "averageValue": "1"},
            },
        },
        {
            "type": "Object",
            "object": {
                "describedObject": TARGET,
                "metric": {"name": "m", "selector": SELECTOR},
                "target": {"type": "Value", "value": "3"},
            },
        },
        {
            "type": "External",
            "external": {
                "metric": {"name": "m", "selector": SELECTOR},
                "target": {"type": "Value", "value": "3"},
            },
        },
        {"type": "ContainerResource", "containerResource": {"container": "c", **CPU}},
    ],
    ids=lambda metric: metric["type"],
)
def test_metrics_come_back(metric: dict[str, Any]) -> None:
    stored = {
        "kind": "HorizontalPodAutoscaler",
        "apiVersion": "autoscaling/v2",
        "metadata": {"name": "h"},
        "spec": {"scaleTargetRef": TARGET, "maxReplicas": 3, "metrics": [metric]},
        "status": {"currentReplicas": 0, "desiredReplicas": 0},
    }
    conversion = autoscalers.CONVERSION
    shown = conversion.from_stored(stored)
    assert "metrics" not in shown["spec"]
    assert conversion.to_stored(shown) == stored


def test_v1_writes_are_seen_in_v2(api: Api) -> None:
    spec = {"scaleTargetRef": TARGET, "maxReplicas": 3, "targetCPUUtilizationPercentage": 70}
    assert api.post(V1, {"metadata": {"name": "h"}, "spec": spec}).code == 201
    metric = api.get(f"{V2}/h").body["spec"]["metrics"][0]["resource"]
    assert metric["target"] == {"type": "Utilization", "averageUtilization": 70}
    assert api.get(f"{V1}/h").body["spec"]["targetCPUUtilizationPercentage"] == 70
    assert api.get(V1).body["items"][0]["spec"]["targetCPUUtilizationPercentage"] == 70


def test_events_round_trip() -> None:
    stored = {
        "kind": "Event",
        "apiVersion": "v1",
        "metadata": {"name": "e"},
        "involvedObject": {"name": "p"},
        "source": {},
        "message": "m",
        "count": 2,
        "reportingComponent": "",
        "reportingInstance": "",
    }
    shown = events.CONVERSION.from_stored(stored)
    assert (shown["note"], shown["deprecatedCount"]) == ("m", 2)
    assert events.CONVERSION.to_stored(shown) == stored
