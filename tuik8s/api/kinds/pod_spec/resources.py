"""Requests and limits added up over a pod, and the QoS class that follows.

Source: k8s.io/component-helpers resource/helpers.go and pkg/apis/core/helper/qos (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import quantity
from tuik8s.api.kinds.validation.resources import is_huge_pages
from tuik8s.api.types import Object

_QOS_RESOURCES: Final = ("cpu", "memory")


def is_pod_level(name: str) -> bool:
    """Whether a pod may ask for the resource as a whole."""
    return name in ("cpu", "memory") or is_huge_pages(name)


def aggregate_requests(spec: Object) -> dict[str, str]:
    """What the containers of a pod ask for together: the larger of running and initialising."""
    total: dict[str, quantity.Quantity] = {}
    for container in spec.get("containers") or ():
        _add(total, _requests(container))
    sidecars: dict[str, quantity.Quantity] = {}
    peak: dict[str, quantity.Quantity] = {}
    for container in spec.get("initContainers") or ():
        own = _requests(container)
        if container.get("restartPolicy") == "Always":
            _add(total, own)
            _add(sidecars, own)
            own = {}
        needed = dict(sidecars)
        _add(needed, own)
        _raise(peak, needed)
    _raise(total, peak)
    return {name: str(amount) for name, amount in total.items()}


def _requests(container: Object) -> dict[str, quantity.Quantity]:
    requests = (container.get("resources") or {}).get("requests") or {}
    return {name: quantity.parse(amount) for name, amount in requests.items()}


def _add(total: dict[str, quantity.Quantity], more: dict[str, quantity.Quantity]) -> None:
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def _raise(total: dict[str, quantity.Quantity], other: dict[str, quantity.Quantity]) -> None:
    for name, amount in other.items():
        if name not in total or total[name] < amount:
            total[name] = amount


def qos_class(spec: Object) -> str:
    """Guaranteed, Burstable or BestEffort."""
    if (spec.get("resources") or {}).get("limits") or (spec.get("resources") or {}).get("requests"):
        return _qos_of([spec["resources"]])
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return _qos_of([container.get("resources") or {} for container in containers])


def _qos_of(resources: list[Object]) -> str:
    requests: dict[str, quantity.Quantity] = {}
    limits: dict[str, quantity.Quantity] = {}
    is_guaranteed = True
    for each in resources:
        own = _positive(each.get("requests"))
        _add(requests, own)
        own_limits = _positive(each.get("limits"))
        _add(limits, own_limits)
        if not all(name in own_limits for name in _QOS_RESOURCES):
            is_guaranteed = False
    if not requests and not limits:
        return "BestEffort"
    if is_guaranteed and len(requests) == len(limits) and requests == limits:
        return "Guaranteed"
    return "Burstable"


def _positive(amounts: dict[str, str] | None) -> dict[str, quantity.Quantity]:
    zero = quantity.parse("0")
    parsed = {
        name: quantity.parse(text)
        for name, text in (amounts or {}).items()
        if name in _QOS_RESOURCES
    }
    return {name: amount for name, amount in parsed.items() if amount > zero}
