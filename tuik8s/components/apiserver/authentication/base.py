"""An authenticator turns credentials into a user, says that they are not its business, or refuses.

To add one: one file with a class that has `authenticate`, one line in `registry.py`, one test.
Authenticators are asked in order. `None` passes the credentials on; raising `Refused` ends with
401. Credentials that nobody knows are 401 too; no credentials at all are the anonymous user, who
is the last member. Results are remembered by `Authentication` for as long as `cacheable_ms` says.

Source: k8s.io/apiserver pkg/authentication/request/union (1.36).
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from tuik8s.api.types import User


class Certificate(msgspec.Struct, frozen=True):
    """A verified client certificate's subject: common name and organizations."""

    common_name: str
    organizations: tuple[str, ...] = ()
    not_after_ms: int = 0


class Impersonation(msgspec.Struct, frozen=True):
    """Impersonate-User, -Uid, -Group and -Extra-* headers."""

    user: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()


class Credentials(msgspec.Struct, frozen=True):
    """What a door knows of its peer.

    peer: a bus identity, which the transport has proven. audiences: for whom a token may be, none
    for this server itself. warning: what its sender should know of how it was sent.
    """

    token: str = ""
    certificate: Certificate | None = None
    peer: str = ""
    impersonation: Impersonation | None = None
    audiences: tuple[str, ...] = ()
    warning: str = ""

    @property
    def shown(self) -> str:
        """Who asks, as far as the door knows; "" for tokens, which are looked at later."""
        return self.peer or (self.certificate.common_name if self.certificate else "")


class Refused(Exception):
    """The credentials are of this authenticator's sort, and bad."""


class Authenticator(Protocol):
    """One way of knowing a user. cacheable_ms: how long an answer may be reused."""

    name: str
    cacheable_ms: int

    def authenticate(self, credentials: Credentials, now_ms: int) -> User | None: ...
