"""What a pod takes from ConfigMaps and Secrets: whether its volumes can be mounted, its variables.

Values come through a `Lookup`, which raises NotYet while the answer of the API is on its way. What
is missing and not optional is told in upstream's words.

Source: k8s.io/kubernetes pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/
{configmap,secret,projected}, third_party/forked/golang/expansion (1.36).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from tuik8s.api.quantity import cpu_millis, value_of
from tuik8s.api.types import Object

Lookup = Callable[[str, str, str], Object | None]
"""(resource, namespace, name) -> the object, None when there is none. Raises NotYet."""

_SHOWN = {"configmaps": "configmap", "secrets": "secret"}
_REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")
_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]")


class NotYet(Exception):
    """The API was asked; try again when it has answered."""


class Missing(Exception):
    """Something that the pod needs is not there; the message is upstream's."""


def find_volume_problem(pod: Object, lookup: Lookup) -> tuple[str, str]:
    """The first volume that cannot be mounted and why; ("", "") when all can. Raises NotYet."""
    namespace = pod["metadata"]["namespace"]
    for volume in pod["spec"].get("volumes") or ():
        for resource, name, source in _volume_sources(volume):
            try:
                _require_keys(resource, namespace, name, source, lookup)
            except Missing as missing:
                return str(volume["name"]), str(missing)
    return "", ""


def environment(spec: Object, pod: Object, ip: str, host_ip: str, lookup: Lookup) -> dict[str, str]:
    """The variables of a container. Raises NotYet, or Missing."""
    found: dict[str, str] = {}
    namespace = pod["metadata"]["namespace"]
    for source in spec.get("envFrom") or ():
        for field, resource in (("configMapRef", "configmaps"), ("secretRef", "secrets")):
            if source.get(field):
                data = _data(resource, namespace, source[field], lookup)
                prefix = source.get("prefix", "")
                found.update({prefix + key: value for key, value in data.items()})
    for variable in spec.get("env") or ():
        value = _value(variable, spec, pod, (ip, host_ip), lookup, found)
        if value is not None:
            found[variable["name"]] = value
    return found


def expand(text: str, variables: dict[str, str]) -> str:
    """`$(NAME)` is its value where it has one; `$$` is a dollar."""

    def replace(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return _REFERENCE.sub(replace, text)


def _volume_sources(volume: Object) -> Iterator[tuple[str, str, Object]]:
    if volume.get("configMap"):
        yield "configmaps", volume["configMap"].get("name", ""), volume["configMap"]
    if volume.get("secret"):
        yield "secrets", volume["secret"].get("secretName", ""), volume["secret"]
    for source in (volume.get("projected") or {}).get("sources") or ():
        if source.get("configMap"):
            yield "configmaps", source["configMap"].get("name", ""), source["configMap"]
        if source.get("secret"):
            yield "secrets", source["secret"].get("name", ""), source["secret"]


def _require_keys(resource: str, namespace: str, name: str, source: Object, lookup: Lookup) -> None:
    optional = bool(source.get("optional"))
    obj = lookup(resource, namespace, name)
    if obj is None:
        if optional:
            return
        raise Missing(f'{_SHOWN[resource]} "{name}" not found')
    there = {**(obj.get("data") or {}), **(obj.get("binaryData") or {})}
    for item in source.get("items") or ():
        if item["key"] not in there and not optional:
            if resource == "secrets":
                raise Missing(f"references non-existent secret key: {item['key']}")
            raise Missing(f"configmap references non-existent config key: {item['key']}")


def _data(resource: str, namespace: str, reference: Object, lookup: Lookup) -> dict[str, str]:
    name = reference.get("name", "")
    obj = lookup(resource, namespace, name)
    if obj is None:
        if reference.get("optional"):
            return {}
        raise Missing(f'{_SHOWN[resource]} "{name}" not found')
    data = obj.get("data") or {}
    if resource == "secrets":
        return {key: _decoded(value) for key, value in data.items()}
    return dict(data)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _value(
    variable: Object,
    spec: Object,
    pod: Object,
    addresses: tuple[str, str],
    lookup: Lookup,
    known: dict[str, str],
) -> str | None:
    source = variable.get("valueFrom") or {}
    if not source:
        return expand(variable.get("value", ""), known)
    if source.get("fieldRef"):
        return field_value(source["fieldRef"].get("fieldPath", ""), pod, *addresses)
    if source.get("resourceFieldRef"):
        return _resource(source["resourceFieldRef"], spec, pod)
    for field, resource, shown in (
        ("configMapKeyRef", "configmaps", "ConfigMap"),
        ("secretKeyRef", "secrets", "Secret"),
    ):
        if source.get(field):
            return _key(source[field], resource, shown, pod, lookup)
    return ""


def _key(reference: Object, resource: str, shown: str, pod: Object, lookup: Lookup) -> str | None:
    namespace = pod["metadata"]["namespace"]
    data = _data(resource, namespace, reference, lookup)
    if reference["key"] in data:
        return data[reference["key"]]
    if reference.get("optional"):
        return None
    place = f"{namespace}/{reference.get('name', '')}"
    raise Missing(f"couldn't find key {reference['key']} in {shown} {place}")


def field_value(path: str, pod: Object, ip: str, host_ip: str) -> str:
    meta, spec = pod["metadata"], pod["spec"]
    keyed = _KEYED.fullmatch(path)
    if keyed:
        return str((meta.get(keyed[1]) or {}).get(keyed[2], ""))
    fields = {
        "metadata.name": meta["name"],
        "metadata.namespace": meta["namespace"],
        "metadata.uid": meta["uid"],
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "status.hostIP": host_ip,
        "status.hostIPs": host_ip,
        "status.podIP": ip,
        "status.podIPs": ip,
    }
    return str(fields.get(path, ""))


def _resource(reference: Object, spec: Object, pod: Object) -> str:
    name = reference.get("containerName", "")
    if name:
        spec = next((c for c in pod["spec"]["containers"] if c["name"] == name), spec)
    group, _, resource = reference.get("resource", "").partition(".")
    text = ((spec.get("resources") or {}).get(group) or {}).get(resource, "0")
    divisor = reference.get("divisor") or "1"
    if resource == "cpu":
        return str(-(-cpu_millis(text) // max(1, cpu_millis(divisor))))
    return str(-(-value_of(text) // max(1, value_of(divisor))))
