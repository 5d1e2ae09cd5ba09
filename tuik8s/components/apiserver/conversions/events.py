"""Events of events.k8s.io/v1: the core group's Events under other field names.

Source: k8s.io/kubernetes pkg/apis/events/v1/conversion.go (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.conversions.base import Conversion

_NAMES: Final = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
_BACK: Final = {theirs: ours for ours, theirs in _NAMES.items()}
_EMPTY_HERE: Final = ("reportingController", "reportingInstance")
_ALWAYS_STORED: Final = ("reportingComponent", "reportingInstance")


def _from_stored(event: Object) -> Object:
    out = {_NAMES.get(name, name): value for name, value in event.items()}
    for name in _EMPTY_HERE:
        if out.get(name) == "":
            del out[name]
    return out


def _to_stored(event: Object) -> Object:
    out = {_BACK.get(name, name): value for name, value in event.items()}
    out["kind"], out["apiVersion"] = "Event", "v1"
    out.setdefault("involvedObject", {})
    out.setdefault("source", {})
    for name in _ALWAYS_STORED:
        out.setdefault(name, "")
    return out


CONVERSION: Final = Conversion(_from_stored, _to_stored)
