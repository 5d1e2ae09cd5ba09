"""The conversions, by group, version and plural of the kind that is not stored itself."""

from __future__ import annotations

from typing import Final

from tuik8s.api.kinds.base import Kind
from tuik8s.components.apiserver.conversions import autoscalers, events
from tuik8s.components.apiserver.conversions.base import Conversion

CONVERSIONS: Final[dict[tuple[str, str, str], Conversion]] = {
    ("events.k8s.io", "v1", "events"): events.CONVERSION,
    ("autoscaling", "v1", "horizontalpodautoscalers"): autoscalers.CONVERSION,
}


def conversion_of(kind: Kind) -> Conversion | None:
    """How to read and write objects of a kind; None when it is stored as it is."""
    return CONVERSIONS.get((kind.group, kind.version, kind.plural))
