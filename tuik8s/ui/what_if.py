"""A pod as a few fields that a form can change, and the other pod that comes of it. Pure.

cpu, memory      requests of the first container, as quantities; empty asks for none
node selector    zone=a, disk=ssd
tolerations      key=value:Effect, key:Effect, key, *    (no effect: any)
labels           app=web, tier=front
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuik8s.api.quantity import QuantityError, parse
from tuik8s.api.types import Object

FIELDS = ("cpu", "memory", "node selector", "tolerations", "labels")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
RESOURCES = ("cpu", "memory")


class BadField(ValueError):
    """What is wrong with a field, in words."""


def fields_of(pod: Object) -> dict[str, str]:
    """The fields as they stand in the pod."""
    spec = pod["spec"]
    requests = (spec["containers"][0].get("resources") or {}).get("requests") or {}
    tolerations = [each for each in spec.get("tolerations") or () if not _is_timed(each)]
    return {
        "cpu": str(requests.get("cpu", "")),
        "memory": str(requests.get("memory", "")),
        "node selector": _pairs(spec.get("nodeSelector") or {}),
        "tolerations": ", ".join(_toleration_text(each) for each in tolerations),
        "labels": _pairs(pod["metadata"].get("labels") or {}),
    }


def changed(pod: Object, fields: Mapping[str, str]) -> Object:
    """The pod with these fields; BadField says which cannot be read."""
    before = fields_of(pod)
    spec, meta = dict(pod["spec"]), dict(pod["metadata"])
    spec["containers"] = [_container(spec["containers"][0], fields), *spec["containers"][1:]]
    if fields["node selector"] != before["node selector"]:
        spec["nodeSelector"] = _mapping("node selector", fields["node selector"])
    if fields["tolerations"] != before["tolerations"]:
        kept = [each for each in spec.get("tolerations") or () if _is_timed(each)]
        spec["tolerations"] = [*_tolerations(fields["tolerations"]), *kept]
    if fields["labels"] != before["labels"]:
        meta["labels"] = _mapping("labels", fields["labels"])
    return {**pod, "metadata": meta, "spec": spec}


def told(pod: Object, fields: Mapping[str, str]) -> str:
    """What is different about the other pod, for the list of tries."""
    before = fields_of(pod)
    parts = [f"{name} {text or 'none'}" for name, text in fields.items() if text != before[name]]
    return ", ".join(parts) or "as it is"


def _container(container: Object, fields: Mapping[str, str]) -> Object:
    resources = dict(container.get("resources") or {})
    requests = {k: v for k, v in (resources.get("requests") or {}).items() if k not in RESOURCES}
    for name in RESOURCES:
        text = fields[name].strip()
        if text:
            try:
                parse(text)
            except QuantityError:
                raise BadField(f"{name}: {text!r} is no quantity, such as 500m or 2Gi") from None
            requests[name] = text
    return {**container, "resources": {**resources, "requests": requests}}


def _is_timed(toleration: Object) -> bool:
    """Those that admission adds for nodes that fail; they come and go with no wish of anybody."""
    return toleration.get("tolerationSeconds") is not None


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in values.items())


def _mapping(field: str, text: str) -> dict[str, str]:
    found = {}
    for part in _parts(text):
        key, sign, value = part.partition("=")
        if not sign or not key:
            raise BadField(f"{field}: {part!r} is not key=value")
        found[key.strip()] = value.strip()
    return found


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _toleration_text(found: Object) -> str:
    key = found.get("key") or "*"
    value = f"={found.get('value', '')}" if found.get("operator", "Equal") == "Equal" else ""
    effect = f":{found['effect']}" if found.get("effect") else ""
    return f"{key}{value}{effect}"


def _tolerations(text: str) -> list[Object]:
    found: list[Object] = []
    for part in _parts(text):
        rest, _, effect = part.partition(":")
        key, sign, value = rest.partition("=")
        if effect and effect not in EFFECTS:
            raise BadField(f"tolerations: {effect!r} is none of {', '.join(EFFECTS)}")
        each: Object = {"operator": "Equal" if sign else "Exists"}
        if key.strip() != "*":
            each["key"] = key.strip()
        if sign:
            each["value"] = value.strip()
        if effect:
            each["effect"] = effect
        found.append(each)
    return found
