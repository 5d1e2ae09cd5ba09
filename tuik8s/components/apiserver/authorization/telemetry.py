"""Who may post telemetry: the components of nodes; masters read it, as they may do everything.

Source: our own; upstream has no such path.
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.authorization.base import NO_OPINION, Attributes, Decision

_PREFIX: Final = "/telemetry/"
_VERBS: Final = ("get", "post", "create")
_ALLOWED: Final = Decision(True)


class TelemetryPaths:
    """Allows kubelets and kube-proxies what they tell of themselves."""

    name = "telemetry"

    def generation(self) -> int:
        return 0

    def authorize(self, asked: Attributes) -> Decision:
        if not asked.path.startswith(_PREFIX) or asked.verb not in _VERBS:
            return NO_OPINION
        user = asked.user
        ours = user.name == "system:kube-proxy" or "system:nodes" in user.groups
        return _ALLOWED if ours else NO_OPINION
