"""The admission plugins of a server, in the order they run."""

from __future__ import annotations

from tuik8s.components.apiserver.admission.base import Attributes, Pausing, Plugin
from tuik8s.components.apiserver.admission.namespace_lifecycle import NamespaceLifecycle
from tuik8s.components.apiserver.authorization.base import Reader


def plugins(reader: Reader) -> tuple[Plugin, ...]:
    """All of them, in order."""
    return (NamespaceLifecycle(reader),)


class Admission:
    """Runs the chain."""

    def __init__(self, members: tuple[Plugin, ...]) -> None:
        self._members = members

    def admit(self, attributes: Attributes) -> Pausing:
        """Let every plugin change the object. Raises ApiError."""
        for member in self._members:
            waiting = member.admit(attributes)
            if waiting is not None:
                yield from waiting

    def validate(self, attributes: Attributes) -> Pausing:
        """Let every plugin judge the finished object. Raises ApiError."""
        for member in self._members:
            waiting = member.validate(attributes)
            if waiting is not None:
                yield from waiting
