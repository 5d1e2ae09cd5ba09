"""HorizontalPodAutoscalers: keep the replicas of a target between their bounds.

There is no metrics API here yet, so a target between its bounds stays as it is, and the
conditions say why, in upstream's words for a cluster without one.

Source: k8s.io/kubernetes pkg/controller/podautoscaler/horizontal.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import copy_value, set_condition
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Event,
    Get,
    Outcomes,
    Plan,
    Update,
    View,
    Wake,
    itself,
)
from tuik8s.components.controllers.parts.kinds import served_kind
from tuik8s.components.controllers.parts.workloads import status_of, with_status

RESOURCE = "horizontalpodautoscalers.autoscaling"
_NO_METRICS = (
    "unable to fetch metrics from resource metrics API: the server could not find the requested "
    "resource (get pods.metrics.k8s.io)"
)
_GOT_SCALE = "the HPA controller was able to get the target's current scale"


class HorizontalPodAutoscalerReconciler:
    """Scale targets into their bounds."""

    name = "horizontal-pod-autoscaler"
    account = "horizontal-pod-autoscaler"
    component = "horizontal-pod-autoscaler"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(RESOURCE, itself),)

    def __init__(self, period_ms: int) -> None:
        self._period_ms = period_ms

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        hpa = view.get(RESOURCE, key.namespace, key.name)
        if hpa is None:
            return NOTHING
        period_ms = self._period_ms
        first_ms = parse_time(hpa["metadata"]["creationTimestamp"]) + period_ms - now_ms
        if first_ms > 0:
            return Plan(requeue_after_ms=first_ms, pace_ms=first_ms)
        look = _Look(hpa, now_ms, period_ms)
        target = hpa["spec"]["scaleTargetRef"]
        served = served_kind(view, target.get("apiVersion") or "", target["kind"])
        if served is None:
            text = f'no matches for kind "{target["kind"]}" in group "{_group(target)}"'
            return look.no_scale(text)
        get = Get(
            resource=served.resource,
            namespace=key.namespace,
            name=target["name"],
            subresource="scale",
        )

        def then(outcomes: Outcomes) -> Plan:
            outcome = outcomes[0]
            if not outcome.ok:
                return look.no_scale(outcome.message)
            return look.with_scale(served.resource, outcome.obj)

        return Plan(writes=(get,), then=then)


def _group(target: Object) -> str:
    return str(target.get("apiVersion") or "").rpartition("/")[0]


class _Look:
    """One pass over one autoscaler."""

    def __init__(self, hpa: Object, now_ms: int, period_ms: int) -> None:
        self.hpa = hpa
        self.now_ms = now_ms
        self.period_ms = period_ms
        self.changed = with_status(hpa, copy_value(status_of(hpa)))
        self.status: Object = self.changed["status"]
        self.status.setdefault("desiredReplicas", 0)
        self.status["conditions"] = self.status.get("conditions") or []

    def no_scale(self, why: str) -> Plan:
        text = f"the HPA controller was unable to get the target's current scale: {why}"
        self._set("AbleToScale", "False", "FailedGetScale", text)
        return self._finish((Event(self.hpa, "Warning", "FailedGetScale", why),))

    def with_scale(self, resource: str, scale: Object) -> Plan:
        self._set("AbleToScale", "True", "SucceededGetScale", _GOT_SCALE)
        current = int((scale.get("spec") or {}).get("replicas") or 0)
        self.status["currentReplicas"] = current
        least = self.hpa["spec"].get("minReplicas")
        least, most = 1 if least is None else int(least), int(self.hpa["spec"]["maxReplicas"])
        if current == 0 and least != 0:
            self.status["desiredReplicas"] = 0
            text = "scaling is disabled since the replica count of the target is zero"
            self._set("ScalingActive", "False", "ScalingDisabled", text)
            return self._finish(())
        if current > most:
            return self._rescale(resource, scale, most, "above Spec.MaxReplicas")
        if current < least:
            return self._rescale(resource, scale, least, "below Spec.MinReplicas")
        return self._no_metrics()

    def _rescale(self, resource: str, scale: Object, size: int, why: str) -> Plan:
        changed = {**scale, "spec": {**(scale.get("spec") or {}), "replicas": size}}
        text = f"New size: {size}; reason: Current number of replicas {why}"
        write = Update(
            resource=resource,
            obj=changed,
            subresource="scale",
            said=Event(self.hpa, "Normal", "SuccessfulRescale", text),
            failed=Event(self.hpa, "Warning", "FailedRescale", f"{text}; error: {{error}}"),
        )

        def then(outcomes: Outcomes) -> Plan:
            self.status["desiredReplicas"] = size
            if outcomes[0].ok:
                text = f"the HPA controller was able to update the target scale to {size}"
                self._set("AbleToScale", "True", "SucceededRescale", text)
                self.status["lastScaleTime"] = format_time(self.now_ms)
            else:
                text = "the HPA controller was unable to update the target scale: "
                self._set("AbleToScale", "False", "FailedUpdateScale", text + outcomes[0].message)
            return self._finish(())

        return Plan(writes=(write,), then=then)

    def _no_metrics(self) -> Plan:
        metrics: Sequence[Object] = self.hpa["spec"].get("metrics") or [_cpu()]
        self.status["currentMetrics"] = [{"type": ""} for _ in metrics]
        what, why = _metric_error(metrics[0])
        text = f"the HPA was unable to compute the replica count: {why}"
        self._set("ScalingActive", "False", "FailedGetResourceMetric", text)
        count = len(metrics)
        summary = (
            f"invalid metrics ({count} invalid out of {count}), first error is: "
            f"failed to get {what}: {why}"
        )
        events = (
            Event(self.hpa, "Warning", "FailedGetResourceMetric", why),
            Event(self.hpa, "Warning", "FailedComputeMetricsReplicas", summary),
        )
        return self._finish(events)

    def _finish(self, events: tuple[Event, ...]) -> Plan:
        writes: tuple[Update, ...] = ()
        if self.status != status_of(self.hpa):
            writes = (Update(resource=RESOURCE, obj=self.changed, subresource="status"),)
        period_ms = self.period_ms
        return Plan(writes=writes, events=events, requeue_after_ms=period_ms, pace_ms=period_ms)

    def _set(self, kind: str, status: str, reason: str, message: str) -> None:
        now = format_time(self.now_ms)
        set_condition(self.changed, kind, status, now=now, reason=reason, message=message)


def _cpu() -> Object:
    """The metric of an autoscaler in its first version."""
    target = {"type": "Utilization"}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def _metric_error(metric: Object) -> tuple[str, str]:
    """(what could not be had, why) for the first metric."""
    resource = metric.get("resource") or metric.get("containerResource") or {}
    name = resource.get("name") or "cpu"
    kind = "utilization"
    if (resource.get("target") or {}).get("averageValue") is not None:
        kind = "usage"
    why = f"failed to get {name} {kind}: unable to get metrics for resource {name}: {_NO_METRICS}"
    return f"{name} resource metric value", why
