"""HorizontalPodAutoscaler autoscaling/v1: stored as v2; what v1 has no field for is in annotations.

Source: k8s.io/kubernetes pkg/apis/autoscaling/v1/conversion.go (1.36).
"""

from __future__ import annotations

import json
from typing import Any, Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.conversions.base import Conversion

_PREFIX: Final = "autoscaling.alpha.kubernetes.io/"
_METRICS, _BEHAVIOR = _PREFIX + "metrics", _PREFIX + "behavior"
_CONDITIONS, _CURRENT = _PREFIX + "conditions", _PREFIX + "current-metrics"
_SPEC: Final = ("scaleTargetRef", "minReplicas", "maxReplicas")
_STATUS: Final = ("observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas")
_DIRECTIONS: Final = {"scaleUp": "ScaleUp", "scaleDown": "ScaleDown"}
_RULES: Final = ("stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance")
_POLICY: Final = ("type", "value", "periodSeconds")


def _from_stored(obj: Object) -> Object:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    annotations = dict(obj["metadata"].get("annotations") or {})
    new_spec = {name: spec[name] for name in _SPEC if name in spec}
    others = []
    for metric in spec.get("metrics") or ():
        percent = _cpu_percent(metric, "target")
        if percent is not None and "targetCPUUtilizationPercentage" not in new_spec:
            new_spec["targetCPUUtilizationPercentage"] = percent
        else:
            others.append(_metric_to_v1(metric))
    _annotate(annotations, _METRICS, others)
    if spec.get("behavior"):
        annotations[_BEHAVIOR] = _dump(_capital(spec["behavior"]))
    new_status: Object = {"currentReplicas": 0, "desiredReplicas": 0}
    new_status |= {name: status[name] for name in _STATUS if name in status}
    for metric in status.get("currentMetrics") or ():
        percent = _cpu_percent(metric, "current")
        if percent is not None:
            new_status["currentCPUUtilizationPercentage"] = percent
    _annotate(
        annotations, _CURRENT, [_current_to_v1(m) for m in status.get("currentMetrics") or ()]
    )
    conditions = [
        {**c, "lastTransitionTime": c.get("lastTransitionTime")}
        for c in status.get("conditions") or ()
    ]
    _annotate(annotations, _CONDITIONS, conditions)
    meta = {**obj["metadata"]}
    if annotations:
        meta["annotations"] = annotations
    return {**obj, "metadata": meta, "spec": new_spec, "status": new_status}


def _to_stored(obj: Object) -> Object:
    spec, status = dict(obj.get("spec") or {}), dict(obj.get("status") or {})
    meta = {**obj["metadata"]}
    annotations = dict(meta.pop("annotations", None) or {})
    metrics = [_metric_to_v2(m) for m in _load(annotations.pop(_METRICS, ""), [])]
    percent = spec.pop("targetCPUUtilizationPercentage", None)
    if percent is not None:
        target = {"type": "Utilization", "averageUtilization": percent}
        metrics.insert(0, {"type": "Resource", "resource": {"name": "cpu", "target": target}})
    if metrics:
        spec["metrics"] = metrics
    behavior = _load(annotations.pop(_BEHAVIOR, ""), {})
    if behavior:
        spec["behavior"] = _small(behavior)
    status.pop("currentCPUUtilizationPercentage", None)
    current = _load(annotations.pop(_CURRENT, ""), [])
    if current:
        status["currentMetrics"] = [_current_to_v2(m) for m in current]
    conditions = _load(annotations.pop(_CONDITIONS, ""), [])
    if conditions:
        status["conditions"] = [
            {k: v for k, v in condition.items() if v is not None} for condition in conditions
        ]
    if annotations:
        meta["annotations"] = annotations
    stored = {**obj, "metadata": meta, "spec": spec, "status": status}
    stored["apiVersion"] = "autoscaling/v2"
    return stored


def _cpu_percent(metric: Object, side: str) -> int | None:
    resource = metric.get("resource") or {}
    if metric.get("type") != "Resource" or resource.get("name") != "cpu":
        return None
    percent = (resource.get(side) or {}).get("averageUtilization")
    return None if percent is None else int(percent)


def _annotate(annotations: dict[str, str], name: str, values: list[Any]) -> None:
    if values:
        annotations[name] = _dump(values)


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _load(text: str, default: Any) -> Any:
    try:
        return json.loads(text) if text else default
    except ValueError:
        return default


def _field_of(metric: Object) -> str:
    kind = str(metric.get("type", ""))
    return kind[:1].lower() + kind[1:]


_SIDES: Final = {
    "averageUtilization": "AverageUtilization",
    "averageValue": "AverageValue",
    "value": "Value",
}


def _flat(metric: Object, side: str) -> Object:
    """v2 `target: {averageValue}` to v1 `targetAverageValue`."""
    field = _field_of(metric)
    source = metric.get(field) or {}
    out: Object = {k: v for k, v in source.items() if k not in ("metric", side, "describedObject")}
    if "describedObject" in source:
        out["target"] = source["describedObject"]
    named = source.get("metric") or {}
    if named.get("name"):
        out["metricName"] = named["name"]
    if named.get("selector"):
        out["metricSelector" if field == "external" else "selector"] = named["selector"]
    values = source.get(side) or {}
    for name in ("averageUtilization", "averageValue", "value"):
        if name in values:
            out[side + _SIDES[name]] = values[name]
    return {"type": metric.get("type", ""), field: out}


def _deep(metric: Object, side: str) -> Object:
    field = _field_of(metric)
    source = dict(metric.get(field) or {})
    out: Object = {}
    if field == "object" and isinstance(source.get("target"), dict):
        out["describedObject"] = source.pop("target")
    if "metricName" in source:
        out["metric"] = {"name": source.pop("metricName")}
        for name in ("selector", "metricSelector"):
            if name in source:
                out["metric"]["selector"] = source.pop(name)
    values: Object = {}
    for name, suffix in _SIDES.items():
        if side + suffix in source:
            values[name] = source.pop(side + suffix)
    if side == "target":
        kinds = {"averageUtilization": "Utilization", "averageValue": "AverageValue"}
        values = {"type": next((kinds[n] for n in kinds if n in values), "Value"), **values}
    return {"type": metric.get("type", ""), field: {**out, **source, side: values}}


def _metric_to_v1(metric: Object) -> Object:
    return _flat(metric, "target")


def _metric_to_v2(metric: Object) -> Object:
    return _deep(metric, "target")


def _current_to_v1(metric: Object) -> Object:
    return _flat(metric, "current")


def _current_to_v2(metric: Object) -> Object:
    return _deep(metric, "current")


def _capital(behavior: Object) -> Object:
    """Behavior as Go writes a struct without JSON names."""
    out: Object = {}
    for ours, theirs in _DIRECTIONS.items():
        rules = behavior.get(ours)
        if rules is None:
            out[theirs] = None
            continue
        shown = {name[:1].upper() + name[1:]: rules.get(name) for name in _RULES}
        shown["Policies"] = [
            {name[:1].upper() + name[1:]: policy.get(name) for name in _POLICY}
            for policy in rules.get("policies") or ()
        ]
        out[theirs] = shown
    return out


def _small(value: Any) -> Any:
    """The way back: capitals off, nulls dropped."""
    if isinstance(value, dict):
        return {k[:1].lower() + k[1:]: _small(v) for k, v in value.items() if v is not None}
    return [_small(item) for item in value] if isinstance(value, list) else value


CONVERSION: Final = Conversion(_from_stored, _to_stored)
