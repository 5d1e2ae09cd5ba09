"""The cluster's own components, by the identities that the bus has proven.

Each may do what its work needs; roles and the node authorizer narrow this down where they are
members of the registry, and then stand before this one.

Source: cluster roles system:kube-controller-manager, system:kube-scheduler, system:node,
system:node-proxier of the bootstrap policy (1.36); here without their single rules.
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.authorization.base import NO_OPINION, Attributes, Decision

_NAMES: Final = frozenset({"system:kube-controller-manager", "system:kube-scheduler"})
_PREFIXES: Final = (
    "system:node:",
    "system:kube-proxy",
    "system:serviceaccount:kube-system:",
)
_ALLOWED: Final = Decision(True)


class Components:
    """Allows the components of the control plane and of nodes."""

    name = "components"

    def generation(self) -> int:
        return 0

    def authorize(self, asked: Attributes) -> Decision:
        name = asked.user.name
        return _ALLOWED if name in _NAMES or name.startswith(_PREFIXES) else NO_OPINION
