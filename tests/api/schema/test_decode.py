"""Decoding against what a 1.36 API server said (golden/objects and golden/machinery)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tuik8s.api.kinds.registry import builtin
from tuik8s.api.schema import load_kind
from tuik8s.api.schema.decode import DecodeError, decode_json, decode_object, strict_error
from tuik8s.api.schema.nulls import fill_nulls

KINDS = builtin()
CONTAINER = {"name": "c", "image": "nginx:1"}


def decode(resource: str, value: Any) -> Any:
    kind = KINDS.by_resource(resource)
    assert kind is not None
    return decode_object(value, kind.schema, kind.kind)[0]


def pod(**spec: Any) -> Any:
    return {"metadata": {"name": "p"}, "spec": {"containers": [CONTAINER], **spec}}


@pytest.mark.parametrize(
    ("resource", "value", "words"),
    [
        ("pods", {"spec": {"containers": {}}}, "object PodSpec.spec.containers []v1.Container"),
        (
            "pods",
            {"spec": {"containers": [{"command": "x"}]}},
            "string Container.spec.containers.command []string",
        ),
        ("pods", {"spec": []}, "array Pod.spec v1.PodSpec"),
        ("pods", pod(hostNetwork="yes"), "string PodSpec.spec.hostNetwork bool"),
        ("pods", pod(restartPolicy=1), "number PodSpec.spec.restartPolicy v1.RestartPolicy"),
        ("pods", {"metadata": {"uid": True}}, "bool ObjectMeta.metadata.uid types.UID"),
        (
            "persistentvolumeclaims",
            {"spec": {"accessModes": "x"}},
            "string PersistentVolumeClaimSpec.spec.accessModes []v1.PersistentVolumeAccessMode",
        ),
        ("pods", pod(priority="1"), "string PodSpec.spec.priority int32"),
        (
            "pods",
            pod(activeDeadlineSeconds=1.5),
            "number 1.5 PodSpec.spec.activeDeadlineSeconds int64",
        ),
        ("pods", {"metadata": "x"}, "string Pod.metadata v1.ObjectMeta"),
        ("pods", {"metadata": {"labels": {"a": 1}}}, "number ObjectMeta.metadata.labels string"),
        ("pods", pod(nodeSelector={"a": 1}), "number PodSpec.spec.nodeSelector string"),
        (
            "services",
            {"spec": {"ports": [{"port": 80.0}]}},
            "number 80.0 ServicePort.spec.ports.port int32",
        ),
        ("configmaps", {"data": {"k": 1}}, "number ConfigMap.data string"),
        ("configmaps", {"data": []}, "array ConfigMap.data map[string]string"),
        (
            "deployments.apps",
            {"spec": {"replicas": 3000000000}},
            "number 3000000000 DeploymentSpec.spec.replicas int32",
        ),
        (
            "deployments.apps",
            {"spec": {"strategy": {"rollingUpdate": {"maxSurge": 1.5}}}},
            "number 1.5 RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge int32",
        ),
        (
            "cronjobs.batch",
            {"status": {"lastScheduleTime": 5}},
            "number CronJobStatus.status.lastScheduleTime string",
        ),
    ],
)
def test_wrong_types(resource: str, value: Any, words: str) -> None:
    found, field, wanted = words.rsplit(" ", 2)
    with pytest.raises(DecodeError) as refusal:
        decode(resource, value)
    where = f"Go struct field {field} of type {wanted}"
    assert str(refusal.value) == f"json: cannot unmarshal {found} into {where}"


@pytest.mark.parametrize(
    ("text", "at"),
    [("dg", 0), ("d g==", 1), ("_-8=", 0), ("ZGF0YQ", 4), ("not base64!", 3), ("v", 0)],
)
def test_bad_base64(text: str, at: int) -> None:
    with pytest.raises(DecodeError, match=f"illegal base64 data at input byte {at}$"):
        decode("secrets", {"data": {"k": text}})


@pytest.mark.parametrize(
    ("given", "stored"), [("dg==\n", "dg=="), ("", ""), ("ZGF0YQ==", "ZGF0YQ==")]
)
def test_good_base64(given: str, stored: str) -> None:
    assert decode("secrets", {"data": {"k": given}})["data"] == {"k": stored}


@pytest.mark.parametrize("amount", ["1x", "", "1 m", True, [], {}])
def test_bad_quantity(amount: Any) -> None:
    resources = {"requests": {"cpu": amount}}
    with pytest.raises(DecodeError, match="quantities must match the regular expression"):
        decode("pods", {"spec": {"containers": [{"resources": resources}]}})


def test_resource_lists_are_normalised() -> None:
    given = {"cpu": "0.0001", "memory": "1024Mi", "a.io/b": None, "pods": 2}
    stored = {"cpu": "1m", "memory": "1Gi", "a.io/b": "0", "pods": "2"}
    value = {"spec": {"containers": [{"resources": {"limits": given}}]}}
    assert decode("pods", value)["spec"]["containers"][0]["resources"]["limits"] == stored


def test_what_a_go_struct_does_to_a_pod() -> None:
    """Nulls and empty values go, values that are structs appear, meant zeros stay."""
    value = pod(
        hostNetwork=False,
        nodeSelector={},
        tolerations=[],
        priority=0,
        terminationGracePeriodSeconds=0,
        restartPolicy="",
        securityContext={},
        volumes=[{"name": "v", "emptyDir": {}}],
    )
    value["metadata"]["creationTimestamp"] = None
    assert decode("pods", value) == {
        "metadata": {"name": "p"},
        "spec": {
            "containers": [{**CONTAINER, "resources": {}}],
            "priority": 0,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {},
            "volumes": [{"name": "v", "emptyDir": {}}],
        },
        "status": {},
    }


def test_defaults_of_the_schema() -> None:
    service = decode("services", {"spec": {"ports": [{"port": 80}]}})
    assert service["spec"]["ports"] == [{"port": 80, "protocol": "TCP"}]
    assert service["status"] == {"loadBalancer": {}}
    field = {"resource": "limits.cpu"}
    env = [{"name": "a", "valueFrom": {"resourceFieldRef": field}}]
    container = decode("pods", {"spec": {"containers": [{"env": env}]}})["spec"]["containers"][0]
    assert container["env"][0]["valueFrom"]["resourceFieldRef"]["divisor"] == "0"


def test_unknown_fields_in_the_order_of_the_document() -> None:
    ports = [{"contPort": 1, "containerPort": 80}]
    container = {**CONTAINER, "imagePullPolice": "Always", "ports": ports}
    template = {"spec": {"bar": 1, "containers": [container]}}
    deployment = {"spec": {"template": template, "foo": 1}}
    obj, problems = decode_object(deployment, load_kind("apps", "v1", "Deployment"))
    assert problems == [
        'unknown field "spec.template.spec.bar"',
        'unknown field "spec.template.spec.containers[0].imagePullPolice"',
        'unknown field "spec.template.spec.containers[0].ports[0].contPort"',
        'unknown field "spec.foo"',
    ]
    assert "foo" not in obj["spec"]
    assert "bar" not in obj["spec"]["template"]["spec"]


def test_strict_error_joins_and_lenient_is_silent() -> None:
    node = load_kind("", "v1", "ConfigMap")
    value = {"metadata": {"nope": 1}, "unknown": {"x": 1}}
    problems = decode_object(value, node)[1]
    assert strict_error(problems) == (
        'strict decoding error: unknown field "metadata.nope", unknown field "unknown"'
    )
    assert decode_object({"unknown": 1}, node, strict=False) == ({"metadata": {}}, [])
    from_yaml = ['line 5: key "a" already set in map', 'line 8: key "k" already set in map']
    assert strict_error([*from_yaml, 'unknown field "foo"']) == (
        'strict decoding error: yaml: unmarshal errors:\n  line 5: key "a" already set in map\n'
        '  line 8: key "k" already set in map, unknown field "foo"'
    )


def test_repeated_keys_are_named_and_objects_joined() -> None:
    body = b'{"metadata":{"name":"a","name":"b"},"data":{"k":"1","k":"2"},"data":{"z":"1"}}'
    value, duplicates = decode_json(body)
    assert value == {"metadata": {"name": "b"}, "data": {"k": "2", "z": "1"}}
    paths = ("metadata.name", "data.k", "data")
    assert duplicates == [f'duplicate field "{path}"' for path in paths]


@pytest.mark.parametrize(
    "value",
    [{"a": '{"b":{"c":1}}'}, {"a\\": 1}, {'a"': {'"': ':"'}}, {"a": [{"b": ":"}, 'x":']}],
)
def test_no_false_repeated_keys(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1), json.dumps(value, indent="\t")):
        assert decode_json(text.encode()) == (value, [])


def test_bad_json_in_the_words_of_go() -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_json(b'{"a":1,}')
    words = "invalid character '}' looking for beginning of object key string"
    assert str(refusal.value) == words


@pytest.mark.parametrize("number", ["9" * 5000, "-1e999"])
def test_number_that_no_float_can_be(number: str) -> None:
    with pytest.raises(DecodeError, match=f"cannot unmarshal number {number} into Go value"):
        decode_json(f'{{"a":{number}}}'.encode())


def test_nulls_of_answers() -> None:
    status: Any = {"conditions": [{"type": "Ready"}], "containerStatuses": [{"name": "c"}]}
    value: Any = {"spec": {"volumes": [{"name": "v", "projected": {}}]}, "status": status}
    fill_nulls(value, load_kind("", "v1", "Pod"))
    nothing = {"lastProbeTime": None, "lastTransitionTime": None}
    assert value["status"]["conditions"] == [{"type": "Ready", **nothing}]
    assert value["spec"]["containers"] is None
    assert value["spec"]["volumes"] == [{"name": "v", "projected": {"sources": None}}]
    assert value["status"]["containerStatuses"] == [{"name": "c"}]


def test_depth_is_bounded() -> None:
    with pytest.raises(DecodeError, match="exceeded max depth"):
        decode_json(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
    with pytest.raises(DecodeError, match="exceeded max depth"):
        decode_json(b'{"a":"\xff","b":' + b"[" * 50_000 + b"]" * 50_000 + b"}")
    schema: Any = {"type": "object"}
    for _ in range(900):
        schema = {"properties": {"a": schema}}
    node = load_kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
    version = {"name": "v1", "schema": {"openAPIV3Schema": schema}}
    with pytest.raises(DecodeError, match="exceeded max depth"):
        decode_object({"spec": {"versions": [version]}}, node)
