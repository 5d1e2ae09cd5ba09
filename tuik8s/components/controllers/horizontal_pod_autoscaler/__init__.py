"""HorizontalPodAutoscalers: give a target as many replicas as its metrics ask for, within bounds.

    scale of the target --> PodMetrics of its pods --> `metrics` --> `pace` --> new scale, status

Every sync period anew; what was recommended and done of late is remembered for stabilization.

Source: k8s.io/kubernetes pkg/controller/podautoscaler/horizontal.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import copy_value, set_condition
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Event,
    Get,
    List,
    Outcomes,
    Plan,
    Update,
    View,
    Wake,
    itself,
)
from tuik8s.components.controllers.horizontal_pod_autoscaler.metrics import (
    Said,
    judged,
    needs_usage,
    pods_of,
)
from tuik8s.components.controllers.horizontal_pod_autoscaler.pace import (
    Bounds,
    Mark,
    Memory,
    sized,
)
from tuik8s.components.controllers.parts.kinds import served_kind
from tuik8s.components.controllers.parts.workloads import status_of, with_status

RESOURCE = "horizontalpodautoscalers.autoscaling"
METRICS = "pods.metrics.k8s.io"
_GOT_SCALE = "the HPA controller was able to get the target's current scale"


class HorizontalPodAutoscalerReconciler:
    """Scale targets to what their metrics ask for."""

    name = "horizontal-pod-autoscaler"
    account = "horizontal-pod-autoscaler"
    component = "horizontal-pod-autoscaler"
    reads: tuple[str, ...] = ("pods",)
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(RESOURCE, itself),)

    def __init__(self, period_ms: int) -> None:
        self._period_ms = period_ms
        self._memories: dict[str, Memory] = {}

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        hpa = view.get(RESOURCE, key.namespace, key.name)
        if hpa is None:
            self._forget(view)
            return NOTHING
        period_ms = self._period_ms
        first_ms = parse_time(hpa["metadata"]["creationTimestamp"]) + period_ms - now_ms
        if first_ms > 0:
            return Plan(requeue_after_ms=first_ms, pace_ms=first_ms)
        memory = self._memories.setdefault(hpa["metadata"]["uid"], Memory())
        look = _Look(hpa, view, memory, now_ms, period_ms)
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

    def _forget(self, view: View) -> None:
        """Drop the memories of autoscalers that are gone."""
        known = {hpa["metadata"]["uid"] for hpa in view.list_(RESOURCE)}
        for uid in self._memories.keys() - known:
            del self._memories[uid]


def _group(target: Object) -> str:
    return str(target.get("apiVersion") or "").rpartition("/")[0]


class _Look:
    """One pass over one autoscaler."""

    def __init__(
        self, hpa: Object, view: View, memory: Memory, now_ms: int, period_ms: int
    ) -> None:
        self.hpa = hpa
        self.view = view
        self.memory = memory
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
        bounds = Bounds(1 if least is None else int(least), int(self.hpa["spec"]["maxReplicas"]))
        if current == 0 and bounds.least != 0:
            self.status["desiredReplicas"] = 0
            text = "scaling is disabled since the replica count of the target is zero"
            self._set("ScalingActive", "False", "ScalingDisabled", text)
            return self._finish(())
        if current > bounds.most:
            why = "Current number of replicas above Spec.MaxReplicas"
            return self._rescale(resource, scale, bounds.most, why)
        if current < bounds.least:
            why = "Current number of replicas below Spec.MinReplicas"
            return self._rescale(resource, scale, bounds.least, why)
        selector = (scale.get("status") or {}).get("selector") or ""
        if not selector:
            text = "the HPA target's scale is missing a selector"
            self._set("ScalingActive", "False", "InvalidSelector", text)
            return self._finish((self._warning("SelectorRequired", "selector is required"),))
        return self._measure(resource, scale, selector, bounds)

    def _measure(self, resource: str, scale: Object, selector: str, bounds: Bounds) -> Plan:
        """Ask for the usage of the target's pods, if it is wanted, and go on with it."""
        namespace = self.hpa["metadata"]["namespace"]
        try:
            pods = pods_of(self.view, namespace, selector)
        except ValueError as problem:
            text = (
                "couldn't convert selector into a corresponding internal selector object: "
                f"{problem}"
            )
            self._set("ScalingActive", "False", "InvalidSelector", text)
            return self._finish((self._warning("InvalidSelector", text),))

        def then(outcomes: Outcomes) -> Plan:
            found, error = {}, ""
            if outcomes:
                found, error = outcomes[0].obj, outcomes[0].message
            if error:
                asked = f" (get {METRICS})" if outcomes[0].code == 404 else ""
                error = f"unable to fetch metrics from resource metrics API: {error}{asked}"
            return self._weigh(resource, scale, bounds, pods, found, error)

        if not needs_usage(self.hpa):
            return then(())
        usage = List(resource=METRICS, namespace=namespace, label_selector=selector)
        return Plan(writes=(usage,), then=then)

    def _weigh(
        self,
        resource: str,
        scale: Object,
        bounds: Bounds,
        pods: list[Object],
        found: Object,
        error: str,
    ) -> Plan:
        current = int(scale["spec"]["replicas"])
        verdict = judged(self.hpa, current, pods, found, error, self.now_ms)
        self.status["currentMetrics"] = verdict.statuses
        warnings = self._failed(verdict.failed)
        if verdict.best is None:
            reason = "FailedComputeMetricsReplicas"
            return self._finish((*warnings, self._warning(reason, verdict.failure)))
        best = verdict.best
        text = f"the HPA was able to successfully calculate a replica count from {best.name}"
        self._set("ScalingActive", "True", "ValidMetricFound", text)
        behavior = self.hpa["spec"].get("behavior")
        size = sized(behavior, self.memory, current, best.replicas, bounds, self.now_ms)
        ready = ("ReadyForNewScale", "recommended size matches current size")
        self._set("AbleToScale", "True", *(size.waits or ready))
        self._set("ScalingLimited", str(size.limited), size.reason, size.message)
        if size.replicas == current:
            self.status["desiredReplicas"] = current
            return self._finish(warnings)
        why = f"{best.name} above target" if best.replicas > current else "All metrics below target"
        return self._rescale(resource, scale, size.replicas, why, warnings)

    def _failed(self, failed: Said | None) -> tuple[Event, ...]:
        if failed is None:
            return ()
        text = f"the HPA was unable to compute the replica count: {failed.error}"
        self._set("ScalingActive", "False", failed.reason, text)
        return (self._warning(failed.reason, failed.error),)

    def _warning(self, reason: str, message: str) -> Event:
        return Event(self.hpa, "Warning", reason, message)

    def _rescale(
        self,
        resource: str,
        scale: Object,
        size: int,
        why: str,
        events: tuple[Event, ...] = (),
    ) -> Plan:
        current = int((scale.get("spec") or {}).get("replicas") or 0)
        changed = {**scale, "spec": {**(scale.get("spec") or {}), "replicas": size}}
        text = f"New size: {size}; reason: {why}"
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
                changed = self.memory.grew if size > current else self.memory.shrank
                changed.append(Mark(self.now_ms, abs(size - current)))
            else:
                text = "the HPA controller was unable to update the target scale: "
                self._set("AbleToScale", "False", "FailedUpdateScale", text + outcomes[0].message)
            return self._finish(())

        return Plan(writes=(write,), events=events, then=then)

    def _finish(self, events: tuple[Event, ...]) -> Plan:
        writes: tuple[Update, ...] = ()
        if self.status != status_of(self.hpa):
            writes = (Update(resource=RESOURCE, obj=self.changed, subresource="status"),)
        period_ms = self.period_ms
        return Plan(writes=writes, events=events, requeue_after_ms=period_ms, pace_ms=period_ms)

    def _set(self, kind: str, status: str, reason: str, message: str) -> None:
        now = format_time(self.now_ms)
        set_condition(self.changed, kind, status, now=now, reason=reason, message=message)
