"""The group system:masters may do everything; nothing that is stored can take it away.

Source: k8s.io/apiserver pkg/authorization/authorizerfactory (privileged group, 1.36).
"""

from __future__ import annotations

from tuik8s.components.apiserver.authorization.base import NO_OPINION, Attributes, Decision

_ALLOWED = Decision(True)


class Masters:
    """Allows system:masters."""

    name = "system:masters"

    def generation(self) -> int:
        return 0

    def authorize(self, asked: Attributes) -> Decision:
        return _ALLOWED if "system:masters" in asked.user.groups else NO_OPINION
