"""Static tokens of a file: `token,user,uid,"group,group"` on each line.

Source: k8s.io/apiserver pkg/authentication/token/tokenfile (1.36).
"""

from __future__ import annotations

import csv
import hmac

from tuik8s.api.types import User
from tuik8s.components.apiserver.authentication.base import Credentials


class TokenFile:
    """Knows the users of a token file."""

    name = "token file"
    cacheable_ms = 3_600_000

    def __init__(self, lines: tuple[str, ...], audience: str) -> None:
        """audience: whom these tokens are for, which is the server itself."""
        self._audience = audience
        self._users: list[tuple[bytes, User]] = []
        for row in csv.reader(line for line in lines if line.strip()):
            token, name, uid = (field.strip() for field in row[:3])
            groups = tuple(g.strip() for g in row[3].split(",")) if len(row) > 3 else ()
            user = User(name=name, uid=uid, groups=(*filter(None, groups), "system:authenticated"))
            self._users.append((token.encode(), user))

    def authenticate(self, credentials: Credentials, now_ms: int) -> User | None:
        if credentials.audiences and self._audience not in credentials.audiences:
            return None
        offered, found = credentials.token.encode(), None
        for token, user in self._users:
            if hmac.compare_digest(token, offered):
                found = user
        return found
