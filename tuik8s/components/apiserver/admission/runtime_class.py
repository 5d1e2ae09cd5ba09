"""RuntimeClass: pods get the overhead, node selector and tolerations of their runtime class.

Source: plugin/pkg/admission/runtimeclass (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuik8s.api import quantity
from tuik8s.api.quantity import Quantity
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Reader

_CLASSES: Final = "runtimeclasses.node.k8s.io"
_MISMATCH: Final = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
_STRAY: Final = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"


class RuntimeClass(Member):
    """Applies runtime classes to new pods."""

    name = "RuntimeClass"
    resources = ("pods",)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def admit(self, attributes: Attributes) -> None:
        pod = attributes.obj
        if attributes.operation != "CREATE" or attributes.subresource or pod is None:
            return
        spec = pod.setdefault("spec", {})
        name = spec.get("runtimeClassName")
        found = self._class(attributes, name) if name else {}
        overhead = (found.get("overhead") or {}).get("podFixed")
        given = spec.get("overhead")
        if found.get("overhead") is None:
            if given is not None:
                raise attributes.forbidden(_STRAY)
        elif given is not None and _amounts(given) != _amounts(overhead):
            raise attributes.forbidden(_MISMATCH)
        elif overhead:
            spec["overhead"] = overhead
        _schedule(attributes, spec, found.get("scheduling") or {})

    def _class(self, attributes: Attributes, name: str) -> Object:
        found = self._reader.get(_CLASSES, "", name)
        if found is None:
            raise attributes.forbidden(f'pod rejected: RuntimeClass "{name}" not found')
        return found


def _schedule(attributes: Attributes, spec: Object, scheduling: Object) -> None:
    wanted = scheduling.get("nodeSelector") or {}
    given = spec.get("nodeSelector") or {}
    for key in sorted(wanted):
        if key in given and given[key] != wanted[key]:
            raise attributes.forbidden(
                f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {wanted[key]}; "
                f"pod.spec.nodeSelector[{key}] = {given[key]}"
            )
    if wanted:
        spec["nodeSelector"] = {**given, **wanted}
    tolerations = spec.get("tolerations") or []
    added = [t for t in scheduling.get("tolerations") or () if t not in tolerations]
    if added:
        spec["tolerations"] = [*tolerations, *added]


def _amounts(amounts: Mapping[str, str] | None) -> dict[str, Quantity]:
    return {name: quantity.parse(amount) for name, amount in (amounts or {}).items()}
