"""Health and version are for everyone, as a real server's default roles have it.

Source: system:public-info-viewer of the bootstrap policy (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.authorization.base import NO_OPINION, Attributes, Decision

_PUBLIC: Final = frozenset(
    {"/healthz", "/livez", "/readyz", "/version", "/version/"},
)


class PublicPaths:
    """Allows GET of the public paths."""

    name = "public paths"

    def generation(self) -> int:
        return 0

    def authorize(self, asked: Attributes) -> Decision:
        return Decision(True) if asked.path in _PUBLIC and asked.verb == "get" else NO_OPINION
