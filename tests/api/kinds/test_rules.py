"""What single rules make of objects: cells, defaults and refusals that no golden case shows."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.kinds.pod import resize
from tuik8s.api.kinds.registry import builtin
from tuik8s.api.times import format_time

NOW_MS = 1_800_000_000_000
KINDS = builtin()


def ago(seconds: int) -> str:
    return format_time(NOW_MS - seconds * 1000)


def cells(resource: str, obj: dict[str, Any]) -> dict[str, Any]:
    kind = KINDS.by_resource(resource)
    assert kind is not None, resource
    obj.setdefault("metadata", {"name": "x", "creationTimestamp": ago(90)})
    return {column.name: column.value(obj, NOW_MS) for column in kind.rules.columns}


def messages(resource: str, obj: dict[str, Any]) -> list[str]:
    kind = KINDS.by_resource(resource)
    assert kind is not None, resource
    obj.setdefault("metadata", {"name": "x"})
    if kind.rules.default:
        kind.rules.default(obj)
    assert kind.rules.validate is not None, resource
    return [error.message for error in kind.rules.validate(obj)]


def container_status(name: str, state: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "restartCount": 0, "ready": False, **more}


RUNNING = {"running": {"startedAt": ago(60)}}
STATUS_CASES = [
    ({"phase": "Pending"}, {}, "Pending"),
    ({"phase": "Failed", "reason": "Evicted"}, {}, "Evicted"),
    (
        {
            "phase": "Pending",
            "initContainerStatuses": [container_status("i", RUNNING)],
        },
        {"initContainers": [{"name": "i"}, {"name": "j"}]},
        "Init:0/2",
    ),
    (
        {
            "phase": "Pending",
            "initContainerStatuses": [
                container_status("i", {"terminated": {"exitCode": 3}}),
            ],
        },
        {"initContainers": [{"name": "i"}]},
        "Init:ExitCode:3",
    ),
    (
        {
            "phase": "Running",
            "containerStatuses": [
                container_status("c", {"waiting": {"reason": "CrashLoopBackOff"}}),
            ],
        },
        {},
        "CrashLoopBackOff",
    ),
    (
        {
            "phase": "Succeeded",
            "containerStatuses": [
                container_status("c", {"terminated": {"exitCode": 0, "reason": "Completed"}}),
            ],
        },
        {},
        "Completed",
    ),
]


@pytest.mark.parametrize(("status", "spec", "expected"), STATUS_CASES)
def test_status_of_pod(status: dict[str, Any], spec: dict[str, Any], expected: str) -> None:
    pod = {"spec": {"containers": [{"name": "c"}], **spec}, "status": status}
    assert cells("pods", pod)["Status"] == expected


def test_restarts_of_pod_say_when() -> None:
    ended = {"terminated": {"exitCode": 1, "finishedAt": ago(300)}}
    status = {
        "phase": "Running",
        "containerStatuses": [
            container_status("c", RUNNING, restartCount=2, lastState=ended),
        ],
    }
    pod = {"spec": {"containers": [{"name": "c"}]}, "status": status}
    assert cells("pods", pod)["Restarts"] == "2 (5m ago)"


def test_deleted_pod_terminates() -> None:
    pod = {
        "metadata": {"name": "x", "deletionTimestamp": ago(1), "creationTimestamp": ago(9)},
        "spec": {"containers": [{"name": "c"}]},
        "status": {"phase": "Running"},
    }
    assert cells("pods", pod)["Status"] == "Terminating"


def test_targets_of_autoscaler() -> None:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    memory = {"name": "memory", "target": {"type": "AverageValue", "averageValue": "100Mi"}}
    metrics = [{"type": "Resource", "resource": cpu}, {"type": "Resource", "resource": memory}]
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "metrics": metrics}
    shown = cells("horizontalpodautoscalers.autoscaling", {"spec": spec})
    assert shown["Targets"] == "cpu: <unknown>/70%, memory: <unknown>/100Mi"
    assert shown["Reference"] == "Deployment/d"
    assert shown["MinPods"] == "<unset>"


def test_quota_is_shown_in_two_columns() -> None:
    status = {"hard": {"pods": "4", "limits.cpu": "2"}, "used": {"pods": "1"}}
    shown = cells("resourcequotas", {"spec": {}, "status": status})
    assert (shown["Request"], shown["Limit"]) == ("pods: 1/4", "limits.cpu: 0/2")


def test_hosts_of_ingress_are_cut() -> None:
    rules = [{"host": f"{name}.io"} for name in "abcde"]
    assert cells("ingresses.networking.k8s.io", {"spec": {"rules": rules}})["Hosts"] == (
        "a.io,b.io,c.io + 2 more..."
    )


def test_limit_range_in_the_wrong_order() -> None:
    limit = {"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}}
    found = messages("limitranges", {"spec": {"limits": [limit]}})
    assert found[0] == (
        'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'
    )


def test_new_event_needs_its_fields() -> None:
    found = messages("events.events.k8s.io", {"metadata": {"name": "e", "namespace": "default"}})
    assert "eventTime: Required value" in found


def test_priority_level_needs_what_its_type_says() -> None:
    found = messages(
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", {"spec": {"type": "Limited"}}
    )
    assert found == ["spec.limited: Required value: must not be empty when type is Limited"]


def definition(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True}
    version |= {"schema": {"openAPIV3Schema": schema}, **more}
    return {
        "metadata": {"name": "foos.x.io"},
        "spec": {
            "group": "x.io",
            "scope": "Namespaced",
            "names": {"plural": "foos", "kind": "Foo"},
            "versions": [version],
        },
        "status": {"storedVersions": ["v1"]},
    }


def test_nested_schema_needs_a_type() -> None:
    schema = {"type": "object", "properties": {"a": {}}}
    assert messages("customresourcedefinitions.apiextensions.k8s.io", definition(schema)) == [
        "spec.validation.openAPIV3Schema.properties[a].type: Required value: "
        "must not be empty for specified object fields"
    ]


def test_column_needs_a_path_from_the_root() -> None:
    column = {"name": "A", "type": "string", "jsonPath": "a"}
    crd = definition({"type": "object"}, additionalPrinterColumns=[column])
    assert messages("customresourcedefinitions.apiextensions.k8s.io", crd) == [
        'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": '
        "must be a simple json path starting with ."
    ]


def sized(**requests: str) -> dict[str, Any]:
    container = {"name": "c", "resources": {"requests": requests}}
    return {"metadata": {}, "spec": {"containers": [container]}, "status": {}}


def test_resize_changes_amounts_only() -> None:
    assert not resize.validate(sized(cpu="2"), sized(cpu="1"))
    found = resize.validate(sized(memory="1Gi"), sized(cpu="1", memory="1Gi"))
    assert [error.message for error in found] == [
        "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed"
    ]


LONG = "9" * 5000


def pod_costing(cost: str) -> dict[str, Any]:
    annotations = {"controller.kubernetes.io/pod-deletion-cost": cost}
    spec = {"containers": [{"name": "c", "image": "i", "terminationMessagePolicy": "File"}]}
    return {"metadata": {"name": "x", "annotations": annotations}, "spec": spec}


@pytest.mark.parametrize("cost", ["+1", "01", "²", "1.5", str(2**31), LONG])
def test_a_deletion_cost_is_a_number_of_32_bits(cost: str) -> None:
    assert any("must be a 32bit integer" in text for text in messages("pods", pod_costing(cost)))


def test_a_deletion_cost_may_be_negative() -> None:
    assert not any("32bit" in text for text in messages("pods", pod_costing("-100")))


def test_a_percentage_of_thousands_of_digits_is_more_than_a_hundred() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod_costing("0")["spec"]}
    spec = {
        "selector": {"matchLabels": {"a": "b"}},
        "template": template,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": f"{LONG}%"}},
    }
    found = messages("deployments.apps", {"spec": spec})
    assert any("must not be greater than 100%" in text for text in found)


@pytest.mark.parametrize("minute", [LONG, "٣", "1-x"])
def test_a_cron_field_that_is_no_number(minute: str) -> None:
    template = {"spec": {"template": {"spec": pod_costing("0")["spec"]}}}
    spec = {"schedule": f"{minute} * * * *", "jobTemplate": template}
    found = messages("cronjobs.batch", {"spec": spec})
    assert any("failed to parse int from" in text for text in found)
