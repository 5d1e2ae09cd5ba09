"""The authenticators of a server, in the order they are asked."""

from __future__ import annotations

from tuik8s.api.errors import unauthorized
from tuik8s.api.types import User
from tuik8s.components.apiserver.authentication.anonymous import Anonymous
from tuik8s.components.apiserver.authentication.base import Authenticator, Credentials, Refused
from tuik8s.components.apiserver.authentication.certificates import ClientCertificates
from tuik8s.components.apiserver.authentication.peers import Peers
from tuik8s.components.apiserver.authentication.service_accounts import ServiceAccountTokens
from tuik8s.components.apiserver.authentication.tokens import TokenFile
from tuik8s.components.apiserver.authorization.base import Reader
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.apiserver.service_tokens import TokenSigner

_REMEMBERED = 10_000


def authenticators(
    config: ApiServerConfig, signer: TokenSigner, reader: Reader
) -> tuple[Authenticator, ...]:
    """All of them, in order."""
    return (
        Peers(),
        ClientCertificates(),
        TokenFile(config.tokens, config.issuer),
        ServiceAccountTokens(signer, reader),
        Anonymous(),
    )


class Authentication:
    """Asks the authenticators and remembers what they said."""

    def __init__(self, members: tuple[Authenticator, ...]) -> None:
        self._members = members
        self._known: dict[Credentials, tuple[User, int]] = {}

    def forget(self) -> None:
        self._known.clear()

    def user(self, credentials: Credentials, now_ms: int) -> User:
        """Who asks. Raises ApiError (401)."""
        known = self._known.get(credentials)
        if known is not None and now_ms < known[1]:
            return known[0]
        for member in self._members:
            try:
                user = member.authenticate(credentials, now_ms)
            except Refused:
                break
            if user is not None:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[credentials] = (user, now_ms + member.cacheable_ms)
                return user
        raise unauthorized()
