"""Identities of the bus, which its transport has proven: a Kubernetes user name each.

The groups follow from the name, as upstream's certificates of components carry them.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import User
from tuik8s.components.apiserver.authentication.base import Credentials

_MASTERS: Final = ("system:admin", "system:apiserver", "system:chaos", "tui")
"""tui: whoever sits at the dashboard; the log tells their deeds from those of commands."""
_GROUPS: Final = dict.fromkeys(_MASTERS, "system:masters")


class Peers:
    """Knows who speaks on the bus."""

    name = "bus peer"
    cacheable_ms = 3_600_000

    def authenticate(self, credentials: Credentials, now_ms: int) -> User | None:
        peer = credentials.peer
        if not peer:
            return None
        parts = peer.split(":")
        if parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:
            accounts = ("system:serviceaccounts", f"system:serviceaccounts:{parts[2]}")
            return User(name=peer, groups=(*accounts, "system:authenticated"))
        group = "system:nodes" if peer.startswith("system:node:") else _GROUPS.get(peer, "")
        groups = (group, "system:authenticated") if group else ("system:authenticated",)
        return User(name=peer, groups=groups)
