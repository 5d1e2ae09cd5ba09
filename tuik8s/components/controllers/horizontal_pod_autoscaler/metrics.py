"""The metrics of an autoscaler: what each asks of the API, what it proposes, how it is told.

There is a resource metrics API (metrics.k8s.io) and no other: Object, Pods and External metrics
fail in upstream's words for a cluster without their APIs.

Source: k8s.io/kubernetes pkg/controller/podautoscaler/horizontal.go (computeStatusFor..., 1.36).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tuik8s.api import quantity
from tuik8s.api.meta import get_path, labels_of, name_of
from tuik8s.api.quantity import Quantity
from tuik8s.api.selectors import parse_label_selector, selector_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import View
from tuik8s.components.controllers.horizontal_pod_autoscaler.usage import (
    NoProposal,
    Proposal,
    Target,
    Tolerances,
    propose,
)

_RESOURCES: Final = {"Resource": "resource", "ContainerResource": "containerResource"}
_SPACED: Final = {"Resource": "resource", "ContainerResource": "container resource"}
_MICRO: Final = 1_000_000


class Said(NamedTuple):
    """What one metric came to: replicas and a name, or the reason and words of a failure."""

    status: Object
    replicas: int = 0
    name: str = ""
    reason: str = ""
    error: str = ""
    summary: str = ""


class Verdict(NamedTuple):
    """What all metrics together came to; failure is what is told when they do not count."""

    statuses: list[Object]
    best: Said | None
    failed: Said | None
    failure: str


def judged(
    hpa: Object, current: int, pods: Sequence[Object], found: Object, error: str, now_ms: int
) -> Verdict:
    """Weigh all metrics. found: the list of PodMetrics, when error is ""."""
    metrics: Sequence[Object] = hpa["spec"].get("metrics") or [cpu_metric()]
    said = [_said(hpa, metric, current, pods, found, error, now_ms) for metric in metrics]
    valid = [each for each in said if not each.error]
    failed = next((each for each in said if each.error), None)
    best = max(valid, key=lambda each: each.replicas, default=None)
    statuses = [each.status for each in said]
    if failed is None or (best is not None and best.replicas >= current):
        return Verdict(statuses, best, failed, "")
    bad = len(said) - len(valid)
    failure = (
        f"invalid metrics ({bad} invalid out of {len(said)}), first error is: {failed.summary}"
    )
    return Verdict(statuses, None, failed, failure)


def cpu_metric() -> Object:
    """The metric of an autoscaler that names none."""
    target = {"type": "Utilization", "averageUtilization": 80}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def needs_usage(hpa: Object) -> bool:
    """Whether a metric is one that metrics.k8s.io has."""
    metrics = hpa["spec"].get("metrics") or [cpu_metric()]
    return any(metric["type"] in _RESOURCES for metric in metrics)


def _said(
    hpa: Object,
    metric: Object,
    current: int,
    pods: Sequence[Object],
    found: Object,
    error: str,
    now_ms: int,
) -> Said:
    kind = metric["type"]
    if kind not in _RESOURCES:
        return _without_api(hpa, metric)
    source = metric[_RESOURCES[kind]]
    target = _target(source)
    words = _SPACED[kind]
    try:
        if error:
            raise NoProposal(f"unable to get metrics for resource {target.resource}: {error}")
        items = found.get("items") or []
        proposal = propose(target, current, pods, items, _tolerances(hpa), now_ms)
    except NoProposal as problem:
        what = "utilization" if target.utilization is not None else "usage"
        why = f"failed to get {target.resource} {what}: {problem}"
        summary = f"failed to get {target.resource} {words} metric value: {why}"
        return Said({"type": ""}, reason=f"FailedGet{kind}Metric", error=why, summary=summary)
    share = " utilization (percentage of request)" if target.utilization is not None else ""
    told = {"name": source["name"], "current": _current(proposal)}
    if target.container:
        told["container"] = target.container
    status = {"type": kind, _RESOURCES[kind]: told}
    return Said(status, proposal.replicas, f"{target.resource} {words}{share}")


def _target(source: Object) -> Target:
    wanted = source.get("target") or {}
    resource, container = source["name"], source.get("container", "")
    average = wanted.get("averageValue")
    if average is not None:
        return Target(resource, container, None, quantity.parse(average).milli_value() or 1)
    return Target(resource, container, int(wanted.get("averageUtilization") or 80), 0)


def _current(proposal: Proposal) -> Object:
    value: Object = {"averageValue": str(Quantity(proposal.average_millis * _MICRO))}
    if proposal.utilization is not None:
        value["averageUtilization"] = proposal.utilization
    return value


def _tolerances(hpa: Object) -> Tolerances:
    """Those of the autoscaler's behavior, where it has any."""
    known = Tolerances()

    def of(direction: str, otherwise: float) -> float:
        text = get_path(hpa, f"spec.behavior.{direction}.tolerance")
        return otherwise if text is None else quantity.parse(text).milli_value() / 1000

    return Tolerances(of("scaleDown", known.down), of("scaleUp", known.up))


def _without_api(hpa: Object, metric: Object) -> Said:
    kind = metric["type"]
    source = metric[kind[:1].lower() + kind[1:]]
    name = source["metric"]["name"]
    custom = (
        "unable to fetch metrics from custom metrics API: no custom metrics API "
        "(custom.metrics.k8s.io) registered"
    )
    if kind == "Pods":
        why = f"unable to get metric {name}: {custom}"
    elif kind == "Object":
        about = source["describedObject"]
        place = f"{hpa['metadata']['namespace']}/{about['name']}"
        why = f"unable to get metric {name}: {about['kind']} on {place}: {custom}"
    else:
        chosen = str(selector_of(source["metric"].get("selector") or {}))
        why = (
            f"unable to get external metric {hpa['metadata']['namespace']}/{name}/{chosen}: unable "
            "to fetch metrics from external metrics API: no external metrics API "
            "(external.metrics.k8s.io) registered"
        )
    summary = f"failed to get {kind.lower()} metric value: {why}"
    return Said({"type": ""}, reason=f"FailedGet{kind}Metric", error=why, summary=summary)


def pods_of(view: View, namespace: str, selector: str) -> list[Object]:
    """The pods that a scale's selector takes. Raises ValueError for one that does not read."""
    chosen = parse_label_selector(selector)
    seen = view.glance("pods", "namespace", namespace)
    names = [name_of(pod) for pod in seen if chosen.matches(labels_of(pod))]
    pods = (view.get("pods", namespace, name) for name in names)
    return [pod for pod in pods if pod is not None]
