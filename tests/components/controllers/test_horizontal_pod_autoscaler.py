"""How many replicas: what usage asks for, how fast it may change, and one pass from end to end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.controllers.fixtures import NOW_MS, Shown, key, lines, obj, pod, writes
from tuik8s.api.meta import condition
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import List, Outcome, Plan
from tuik8s.components.controllers.horizontal_pod_autoscaler import (
    HorizontalPodAutoscalerReconciler,
)
from tuik8s.components.controllers.horizontal_pod_autoscaler.pace import (
    Bounds,
    Mark,
    Memory,
    sized,
)
from tuik8s.components.controllers.horizontal_pod_autoscaler.usage import (
    NoProposal,
    Target,
    Tolerances,
    propose,
)

CPU = Target("cpu", "", 50, 0)
BOUNDS = Bounds(1, 10)
MINUTE_MS = 60_000


def running(
    name: str, *, cpu: str = "100m", started_ms: int = NOW_MS - 600_000, **more: Any
) -> Object:
    found = pod(name, since_ms=NOW_MS - 500_000, **more)
    found["status"]["startTime"] = format_time(started_ms)
    requests = {"cpu": cpu, "memory": "64Mi"} if cpu else {}
    found["spec"]["containers"][0]["resources"] = {"requests": requests}
    return found


def used(name: str, cpu: str, memory: str = "8Mi", container: str = "c") -> Object:
    usage = {"cpu": cpu, "memory": memory}
    return {
        "metadata": {"name": name, "namespace": "ns"},
        "timestamp": format_time(NOW_MS - 5_000),
        "window": "10s",
        "containers": [{"name": container, "usage": usage}],
    }


A, B, C = running("a"), running("b"), running("c")
PENDING = running("p", phase="Pending")
YOUNG = running("y", started_ms=NOW_MS - 20_000, ready=False)
WHOLE = running("w", cpu="")
WHOLE["spec"]["resources"] = {"requests": {"cpu": "200m"}}
MEMORY_ALONE = running("m")
MEMORY_ALONE["spec"]["resources"] = {"requests": {"memory": "64Mi"}}
MEMORY_ALONE["spec"]["containers"][0]["resources"] = {}
OTHER = running("o")
OTHER["spec"]["containers"][0]["name"] = "other"
GOING = running("g", deletionTimestamp="2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("target", "current", "pods", "usage", "want"),
    [
        pytest.param(CPU, 2, [A, B], {"a": "50m", "b": "50m"}, (2, 50, 50), id="as wanted"),
        pytest.param(CPU, 2, [A, B], {"a": "54m", "b": "55m"}, (2, 54, 54), id="within tolerance"),
        pytest.param(CPU, 2, [A, B], {"a": "90m", "b": "60m"}, (3, 75, 75), id="up"),
        pytest.param(CPU, 2, [A, B], {"a": "10m", "b": "10m"}, (1, 10, 10), id="down"),
        pytest.param(CPU, 3, [A, B, C], {"a": "200m", "b": "200m"}, (8, 200, 200), id="missing up"),
        pytest.param(CPU, 3, [A, B, C], {"a": "10m", "b": "10m"}, (3, 10, 10), id="missing down"),
        pytest.param(
            CPU, 3, [A, B, C], {"a": "50m", "b": "50m"}, (3, 50, 50), id="missing as wanted"
        ),
        pytest.param(CPU, 1, [WHOLE], {"w": "90m"}, (1, 45, 45 * 2), id="asked for by the pod"),
        pytest.param(CPU, 2, [A, PENDING], {"a": "200m"}, (4, 200, 200), id="pending uses nothing"),
        pytest.param(
            CPU, 2, [A, YOUNG], {"a": "50m", "y": "900m"}, (2, 50, 50), id="a start is no load"
        ),
        pytest.param(
            CPU,
            2,
            [A, GOING],
            {"a": "100m", "g": "900m"},
            (2, 100, 100),
            id="what goes is not counted",
        ),
        pytest.param(
            Target("cpu", "", None, 50),
            2,
            [A, B],
            {"a": "90m", "b": "60m"},
            (3, None, 75),
            id="average",
        ),
        pytest.param(
            Target("memory", "", None, 4_000 << 20),
            1,
            [A],
            {"a": "1m"},
            (2, None, 8_000 << 20),
            id="bytes",
        ),
        pytest.param(
            Target("cpu", "c", 50, 0),
            2,
            [A, B],
            {"a": "90m", "b": "60m"},
            (3, 75, 75),
            id="a container",
        ),
    ],
)
def test_proposals(
    target: Target,
    current: int,
    pods: list[Object],
    usage: dict[str, str],
    want: tuple[int, int | None, int],
) -> None:
    items = [used(name, cpu) for name, cpu in usage.items()]
    assert propose(target, current, pods, items, Tolerances(), NOW_MS) == want


@pytest.mark.parametrize(
    ("target", "pods", "items", "message"),
    [
        (CPU, [A], [], "unable to get metrics for resource cpu: no metrics returned from resource"),
        (
            CPU,
            [],
            [used("a", "1m")],
            "no pods returned by selector while calculating replica count",
        ),
        (CPU, [running("a", cpu="")], [used("a", "1m")], "missing request for cpu in container c"),
        (CPU, [YOUNG], [used("y", "1m")], "did not receive metrics for targeted pods"),
        (CPU, [YOUNG, running("a", cpu="")], [used("y", "1m")], "did not receive metrics for"),
        (CPU, [MEMORY_ALONE], [used("m", "1m")], "missing pod-level request for cpu in Pod m"),
        (
            Target("cpu", "c", 50, 0),
            [A, OTHER],
            [used("a", "1m")],
            "container c not found in Pod o",
        ),
        (Target("cpu", "x", 50, 0), [A], [used("a", "1m")], "container x not present in metrics"),
    ],
)
def test_no_proposal(target: Target, pods: list[Object], items: list[Object], message: str) -> None:
    with pytest.raises(NoProposal, match=message):
        propose(target, 1, pods, items, Tolerances(), NOW_MS)


def behavior(**directions: Object) -> Object:
    fast = {"type": "Percent", "value": 100, "periodSeconds": 15}
    pods = {"type": "Pods", "value": 4, "periodSeconds": 15}
    up: Object = {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [pods, fast]}
    down: Object = {"selectPolicy": "Max", "policies": [fast]}
    return {
        "scaleUp": {**up, **directions.get("up", {})},
        "scaleDown": {**down, **directions.get("down", {})},
    }


def one(kind: str, value: int, period_s: int = 60) -> Object:
    return {"policies": [{"type": kind, "value": value, "periodSeconds": period_s}]}


NONE_YET = Memory()
EIGHT_BEFORE = Memory(recommended=[Mark(NOW_MS - 2 * MINUTE_MS, 8)])
LONG_AGO = Memory(recommended=[Mark(NOW_MS - 6 * MINUTE_MS, 8)])
GREW = Memory(grew=[Mark(NOW_MS - 30_000, 2)])


@pytest.mark.parametrize(
    ("rules", "memory", "current", "wanted", "want"),
    [
        (None, NONE_YET, 2, 2, (2, "DesiredWithinRange")),
        (None, NONE_YET, 2, 9, (4, "ScaleUpLimit")),
        (None, NONE_YET, 8, 30, (10, "TooManyReplicas")),
        (None, LONG_AGO, 8, 0, (1, "TooFewReplicas")),
        (None, EIGHT_BEFORE, 8, 2, (8, "DesiredWithinRange")),
        (None, LONG_AGO, 8, 2, (2, "DesiredWithinRange")),
        (behavior(), NONE_YET, 2, 9, (6, "ScaleUpLimit")),
        (behavior(), NONE_YET, 8, 30, (10, "TooManyReplicas")),
        (behavior(), EIGHT_BEFORE, 8, 2, (8, "DesiredWithinRange")),
        (
            behavior(down={"stabilizationWindowSeconds": 0}),
            EIGHT_BEFORE,
            8,
            2,
            (2, "DesiredWithinRange"),
        ),
        (behavior(up={"selectPolicy": "Min"}), NONE_YET, 2, 9, (4, "ScaleUpLimit")),
        (behavior(up={"selectPolicy": "Disabled"}), NONE_YET, 2, 9, (2, "ScaleUpLimit")),
        (behavior(up=one("Pods", 3)), GREW, 4, 9, (5, "ScaleUpLimit")),
        (behavior(down=one("Pods", 2)), LONG_AGO, 8, 2, (6, "ScaleDownLimit")),
        (behavior(down=one("Percent", 10)), LONG_AGO, 8, 2, (7, "ScaleDownLimit")),
        (behavior(up={"stabilizationWindowSeconds": 300}), EIGHT_BEFORE, 2, 9, (6, "ScaleUpLimit")),
    ],
)
def test_pace(
    rules: Object | None, memory: Memory, current: int, wanted: int, want: tuple[int, str]
) -> None:
    copy = Memory(list(memory.recommended), list(memory.grew), list(memory.shrank))
    size = sized(rules, copy, current, wanted, BOUNDS, NOW_MS)
    assert (size.replicas, size.reason) == want


@pytest.mark.parametrize(
    ("rules", "wanted", "found"),
    [(behavior(up=one("Percent", 10)), 200, 111), (behavior(down=one("Percent", 90)), 1, 9)],
)
def test_percents_are_rounded_as_upstream_rounds_them(
    rules: Object, wanted: int, found: int
) -> None:
    memory = Memory(recommended=[Mark(NOW_MS - 6 * MINUTE_MS, 1)])
    assert sized(rules, memory, 100, wanted, Bounds(1, 1_000), NOW_MS).replicas == found


def test_a_drop_waits_until_the_last_high_recommendation_is_old() -> None:
    memory, seen = Memory(), []
    for minute in range(7):
        wanted = 6 if minute == 0 else 1
        size = sized(None, memory, 6, wanted, BOUNDS, NOW_MS + minute * MINUTE_MS)
        seen.append((size.replicas, size.waits and size.waits[0]))
    assert seen == [(6, None), *[(6, "ScaleDownStabilized")] * 4, (1, None), (1, None)]


def autoscaler(**spec: Any) -> Object:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    wanted = {"type": "Utilization", "averageUtilization": 50}
    metrics = [{"type": "Resource", "resource": {"name": "cpu", "target": wanted}}]
    whole = {"scaleTargetRef": target, "maxReplicas": 10, "metrics": metrics, **spec}
    return obj("HorizontalPodAutoscaler", "h", "autoscaling/v2", spec=whole)


def passed(
    hpa: Object, pods: list[Object], usage: Outcome | None, selector: str = "app=web"
) -> tuple[list[str], Plan]:
    """(writes, the plan with the status) of one pass over a target with two replicas."""
    view = Shown(horizontalpodautoscalers__autoscaling=[hpa], pods=pods)
    place = key("horizontalpodautoscalers.autoscaling", "h")
    plan = HorizontalPodAutoscalerReconciler(15_000).reconcile(place, view, NOW_MS)
    scale = {
        "metadata": {"name": "web", "namespace": "ns"},
        "spec": {"replicas": 2},
        "status": {"replicas": 2, "selector": selector},
    }
    seen = []
    while plan.then is not None:
        seen += lines(plan)
        is_usage = plan.writes[0].resource == "pods.metrics.k8s.io"
        assert not is_usage or usage is not None
        outcome = usage if is_usage else Outcome(plan.writes[0], 200, scale)
        assert outcome is not None
        plan = plan.then([outcome])
    return seen + lines(plan), plan


ASKED = List(resource="pods.metrics.k8s.io", namespace="ns")


def usage_of(a: str, b: str) -> Outcome:
    return Outcome(ASKED, 200, {"items": [used("a", a), used("b", b)]})


def status(plan: Plan) -> Object:
    found: Object = writes(plan)[0].obj
    return found


def test_usage_above_the_target_makes_more() -> None:
    usage = usage_of("90m", "60m")
    seen, plan = passed(autoscaler(), [A, B], usage)
    assert [line.split()[:2] for line in seen] == [
        ["get", "deployments.apps/scale"],
        ["list", "pods.metrics.k8s.io"],
        ["update", "deployments.apps/scale"],
        ["update", "horizontalpodautoscalers.autoscaling/status"],
    ]
    told = status(plan)["status"]
    assert (told["currentReplicas"], told["desiredReplicas"]) == (2, 3)
    assert told["currentMetrics"] == [
        {
            "type": "Resource",
            "resource": {
                "name": "cpu",
                "current": {"averageUtilization": 75, "averageValue": "75m"},
            },
        }
    ]
    assert {c["type"]: c["reason"] for c in told["conditions"]} == {
        "AbleToScale": "SucceededRescale",
        "ScalingActive": "ValidMetricFound",
        "ScalingLimited": "DesiredWithinRange",
    }


def test_without_metrics_it_says_why_and_leaves_the_target() -> None:
    refusal = {"message": "the server could not find the requested resource"}
    _, plan = passed(autoscaler(), [A, B], Outcome(ASKED, 404, refusal))
    active = condition(status(plan), "ScalingActive")
    assert active is not None
    assert active["message"] == (
        "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to "
        "get metrics for resource cpu: unable to fetch metrics from resource metrics API: the "
        "server could not find the requested resource (get pods.metrics.k8s.io)"
    )
    assert [event.reason for event in plan.events] == [
        "FailedGetResourceMetric",
        "FailedComputeMetricsReplicas",
    ]


def test_a_metric_of_an_api_that_is_not_here_only_holds_back_what_would_shrink() -> None:
    other = {
        "type": "Pods",
        "pods": {
            "metric": {"name": "rate"},
            "target": {"type": "AverageValue", "averageValue": "1"},
        },
    }
    hpa = autoscaler()
    hpa["spec"]["metrics"].append(other)
    high = usage_of("90m", "60m")
    low = usage_of("5m", "5m")
    assert status(passed(hpa, [A, B], high)[1])["status"]["desiredReplicas"] == 3
    _, plan = passed(hpa, [A, B], low)
    assert status(plan)["status"]["desiredReplicas"] == 0
    assert plan.events[-1].message.startswith("invalid metrics (1 invalid out of 2), first error")


@pytest.mark.parametrize(
    ("selector", "reason"), [("", "SelectorRequired"), ("a in b", "InvalidSelector")]
)
def test_a_selector_that_chooses_no_pods(selector: str, reason: str) -> None:
    _, plan = passed(autoscaler(), [A], None, selector)
    assert [event.reason for event in plan.events] == [reason]
    active = condition(status(plan), "ScalingActive")
    assert active is not None
    assert (active["status"], active["reason"]) == ("False", "InvalidSelector")
