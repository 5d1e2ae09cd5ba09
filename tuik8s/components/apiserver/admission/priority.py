"""Priority: pods get the number and the preemption policy of their class; one class is default.

Source: plugin/pkg/admission/priority (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Reader

_CLASSES: Final = "priorityclasses.scheduling.k8s.io"
_COMPUTED: Final = "priority admission controller computed"
_NO_CLASS: Final[Object] = {"metadata": {"name": ""}, "value": 0}


class Priority(Member):
    """Computes priorities; remembers the default class until any class changes."""

    name = "Priority"
    resources = ("pods", _CLASSES)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._default = _NO_CLASS
        self._default_of = -1

    def admit(self, attributes: Attributes) -> None:
        pod = attributes.obj
        if attributes.subresource or attributes.resource != "pods" or pod is None:
            return
        spec = pod.setdefault("spec", {})
        if attributes.operation == "CREATE":
            self._compute(attributes, spec)
        elif attributes.operation == "UPDATE":
            self._keep(spec, (attributes.old or {}).get("spec") or {})

    def validate(self, attributes: Attributes) -> None:
        new = attributes.obj
        if attributes.resource != _CLASSES or new is None or not new.get("globalDefault"):
            return
        for other in self._reader.list_(_CLASSES):
            name = other["metadata"]["name"]
            if other.get("globalDefault") and name != new["metadata"].get("name"):
                raise attributes.forbidden(
                    f"PriorityClass {name} is already marked as default. Only one default can exist"
                )

    def _compute(self, attributes: Attributes, spec: Object) -> None:
        chosen = self._class_of(attributes, spec)
        value, policy = chosen.get("value", 0), chosen.get("preemptionPolicy")
        policy = policy or "PreemptLowerPriority"
        given = spec.get("priority")
        if given is not None and given != value:
            raise attributes.forbidden(
                f"the integer value of priority ({given}) must not be provided in pod spec; "
                f"{_COMPUTED} {value} from the given PriorityClass name"
            )
        given = spec.get("preemptionPolicy")
        if given is not None and given != policy:
            raise attributes.forbidden(
                f"the string value of PreemptionPolicy ({given}) must not be provided in pod "
                f"spec; {_COMPUTED} {policy} from the given PriorityClass name"
            )
        spec["priority"] = value
        spec["preemptionPolicy"] = policy

    def _class_of(self, attributes: Attributes, spec: Object) -> Object:
        name = spec.get("priorityClassName")
        if not name:
            chosen = self._default_class()
            if chosen is not _NO_CLASS:
                spec["priorityClassName"] = chosen["metadata"]["name"]
            return chosen
        found = self._reader.get(_CLASSES, "", name)
        if found is None:
            raise attributes.forbidden(f"no PriorityClass with name {name} was found")
        return found

    def _default_class(self) -> Object:
        generation = self._reader.generation(_CLASSES)
        if generation != self._default_of:
            defaults = [c for c in self._reader.list_(_CLASSES) if c.get("globalDefault")]
            self._default = min(defaults, key=lambda c: c.get("value", 0), default=_NO_CLASS)
            self._default_of = generation
        return self._default

    @staticmethod
    def _keep(spec: Object, old: Object) -> None:
        for field in ("priority", "preemptionPolicy"):
            if spec.get(field) is None and old.get(field) is not None:
                spec[field] = old[field]
