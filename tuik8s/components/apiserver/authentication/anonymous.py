"""No credentials at all: `system:anonymous`.

Source: k8s.io/apiserver pkg/authentication/request/anonymous (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import User
from tuik8s.components.apiserver.authentication.base import Credentials

ANONYMOUS: Final = User(name="system:anonymous", groups=("system:unauthenticated",))


class Anonymous:
    """Takes everyone who shows nothing."""

    name = "anonymous"
    cacheable_ms = 3_600_000

    def authenticate(self, credentials: Credentials, now_ms: int) -> User | None:
        shown = credentials.token or credentials.certificate or credentials.peer
        return None if shown else ANONYMOUS
