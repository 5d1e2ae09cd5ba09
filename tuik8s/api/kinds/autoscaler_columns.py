"""What kubectl prints of a HorizontalPodAutoscaler.

Source: k8s.io/kubernetes pkg/printers/internalversion/printers.go (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.kinds.printing import AGE, NAME, NONE, UNKNOWN, UNSET, field, text
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_SHOWN_METRICS: Final = 2


def _reference(autoscaler: Object, now_ms: int) -> Any:
    ref = get_path(autoscaler, "spec.scaleTargetRef") or {}
    return f"{ref.get('kind', '')}/{ref.get('name', '')}"


def _targets(autoscaler: Object, now_ms: int) -> Any:
    metrics = get_path(autoscaler, "spec.metrics") or []
    if not metrics:
        return NONE
    found = get_path(autoscaler, "status.currentMetrics") or []
    texts = [
        _metric(metric, found[i] if i < len(found) else {})
        for i, metric in enumerate(metrics[:_SHOWN_METRICS])
    ]
    more = len(metrics) - _SHOWN_METRICS
    shown = ", ".join(texts)
    return f"{shown} + {more} more..." if more > 0 else shown


def _metric(metric: Object, found: Object) -> str:
    kind = metric.get("type", "")
    name = kind[:1].lower() + kind[1:]
    source = metric.get(name)
    if source is None:
        return "<unknown type>"
    target = source.get("target") or {}
    current = (found.get(name) or {}).get("current") or {}
    if kind in ("Resource", "ContainerResource"):
        return f"{source.get('name', '')}: {_resource(target, current)}"
    average = target.get("averageValue")
    if average is None:
        return f"{current.get('value', UNKNOWN)}/{target.get('value', '0')}"
    shown = f"{current.get('averageValue', UNKNOWN)}/{average}"
    return shown if kind == "Pods" else f"{shown} (avg)"


def _resource(target: Object, current: Object) -> str:
    average = target.get("averageValue")
    if average is not None:
        return f"{current.get('averageValue', UNKNOWN)}/{average}"
    wanted, used = target.get("averageUtilization"), current.get("averageUtilization")
    have = UNKNOWN if used is None else f"{used}%"
    return f"{have}/{'<auto>' if wanted is None else f'{wanted}%'}"


def _least(autoscaler: Object, now_ms: int) -> Any:
    least = get_path(autoscaler, "spec.minReplicas")
    return UNSET if least is None else str(least)


COLUMNS: Final = (
    NAME,
    text("Reference", _reference, "@spec.scaleTargetRef"),
    text("Targets", _targets, "@spec.metrics"),
    text("MinPods", _least, "@spec.minReplicas"),
    text("MaxPods", field("spec.maxReplicas", 0), "@spec.maxReplicas"),
    text("Replicas", field("status.currentReplicas", 0), "@status.currentReplicas"),
    AGE,
)
