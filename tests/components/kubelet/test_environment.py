"""Variables and volumes: what is taken from where, and the words when something is missing."""

from __future__ import annotations

import base64

import pytest

from tuik8s.api.types import Object
from tuik8s.components.kubelet.environment import (
    Missing,
    environment,
    expand,
    find_volume_problem,
)

POD: Object = {
    "metadata": {
        "name": "a",
        "namespace": "shop",
        "uid": "u1",
        "labels": {"app": "web"},
        "annotations": {"note/x": "hi"},
    },
    "spec": {
        "nodeName": "node-1",
        "serviceAccountName": "default",
        "containers": [{"name": "c", "image": "app"}],
    },
}
THERE: dict[tuple[str, str], Object] = {
    ("configmaps", "conf"): {"data": {"color": "blue", "size": "5"}},
    ("secrets", "key"): {"data": {"token": base64.b64encode(b"s3cret").decode()}},
}


def lookup(resource: str, namespace: str, name: str) -> Object | None:
    assert namespace == "shop"
    return THERE.get((resource, name))


def values(*env: Object, **spec: object) -> dict[str, str]:
    whole = {"name": "c", "env": list(env), **spec}
    return environment(whole, POD, "10.0.0.5", "10.9.9.1", lookup)


def of(name: str, **source: object) -> Object:
    return {"name": name, "valueFrom": source}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "a"),
        ("metadata.namespace", "shop"),
        ("metadata.uid", "u1"),
        ("metadata.labels['app']", "web"),
        ("metadata.annotations['note/x']", "hi"),
        ("spec.nodeName", "node-1"),
        ("spec.serviceAccountName", "default"),
        ("status.podIP", "10.0.0.5"),
        ("status.hostIP", "10.9.9.1"),
    ],
)
def test_fields(path: str, value: str) -> None:
    assert values(of("X", fieldRef={"fieldPath": path})) == {"X": value}


def test_literals_refer_to_earlier_ones() -> None:
    found = values({"name": "A", "value": "1"}, {"name": "B", "value": "$(A)-$(NONE)-$$(A)"})
    assert found["B"] == "1-$(NONE)-$(A)"
    assert expand("x$(B)", {"B": "y"}) == "xy"


def test_keys_of_maps_and_secrets() -> None:
    found = values(
        of("COLOR", configMapKeyRef={"name": "conf", "key": "color"}),
        of("TOKEN", secretKeyRef={"name": "key", "key": "token"}),
        of("MAYBE", secretKeyRef={"name": "key", "key": "other", "optional": True}),
    )
    assert found == {"COLOR": "blue", "TOKEN": "s3cret"}


def test_whole_maps_with_a_prefix() -> None:
    sources = [{"configMapRef": {"name": "conf"}, "prefix": "P_"}, {"secretRef": {"name": "key"}}]
    assert values(envFrom=sources) == {"P_color": "blue", "P_size": "5", "token": "s3cret"}


def test_resources() -> None:
    limits = {"limits": {"cpu": "1500m", "memory": "64Mi"}}
    found = values(
        of("CPU", resourceFieldRef={"resource": "limits.cpu"}),
        of("MEM", resourceFieldRef={"resource": "limits.memory", "divisor": "1Mi"}),
        resources=limits,
    )
    assert found == {"CPU": "2", "MEM": "64"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"configMapKeyRef": {"name": "no", "key": "k"}}, 'configmap "no" not found'),
        ({"secretKeyRef": {"name": "no", "key": "k"}}, 'secret "no" not found'),
        (
            {"configMapKeyRef": {"name": "conf", "key": "k"}},
            "couldn't find key k in ConfigMap shop/conf",
        ),
        ({"secretKeyRef": {"name": "key", "key": "k"}}, "couldn't find key k in Secret shop/key"),
    ],
)
def test_missing(source: Object, words: str) -> None:
    with pytest.raises(Missing) as missing:
        values(of("X", **source))
    assert str(missing.value) == words


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        ({"configMap": {"name": "conf"}}, ""),
        ({"configMap": {"name": "no"}}, 'configmap "no" not found'),
        ({"configMap": {"name": "no", "optional": True}}, ""),
        ({"secret": {"secretName": "no"}}, 'secret "no" not found'),
        (
            {"configMap": {"name": "conf", "items": [{"key": "x", "path": "x"}]}},
            "configmap references non-existent config key: x",
        ),
        (
            {"secret": {"secretName": "key", "items": [{"key": "x", "path": "x"}]}},
            "references non-existent secret key: x",
        ),
        (
            {"projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}},
            'configmap "kube-root-ca.crt" not found',
        ),
        ({"emptyDir": {}}, ""),
    ],
)
def test_volumes(volume: Object, words: str) -> None:
    pod = {**POD, "spec": {**POD["spec"], "volumes": [{"name": "v", **volume}]}}
    assert find_volume_problem(pod, lookup) == (("v", words) if words else ("", ""))
