"""Service account tokens: JWTs that this server signed, while what they are bound to exists.

    header.claims.signature   RS256 by our key; iss, aud, exp, nbf; account (and pod, node) with
    their uids

A token of another issuer is none of ours and is passed on; one of ours that does not hold is
refused.

Source: k8s.io/kubernetes pkg/serviceaccount/{jwt,claims}.go (1.36); what was found is believed
for ten seconds, as upstream's token cache does.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tuik8s.api.types import User
from tuik8s.components.apiserver.authentication.base import Credentials, Refused
from tuik8s.components.apiserver.authorization.base import Reader
from tuik8s.components.apiserver.service_tokens import TokenSigner

_CREDENTIAL = "authentication.kubernetes.io/credential-id"
_EXTRA = "authentication.kubernetes.io/"


class ServiceAccountTokens:
    """Knows the accounts whose tokens it can check."""

    name = "service account token"
    cacheable_ms = 10_000

    def __init__(self, signer: TokenSigner, reader: Reader) -> None:
        self._signer = signer
        self._reader = reader

    def authenticate(self, credentials: Credentials, now_ms: int) -> User | None:
        parts = credentials.token.split(".")
        if len(parts) != 3:
            return None
        claims = _claims(parts[1])
        if claims is None or claims.get("iss") != self._signer.issuer:
            return None
        self._verify(parts)
        self._check_times(claims, now_ms)
        accepted = credentials.audiences or (self._signer.issuer,)
        if not any(audience in accepted for audience in claims.get("aud") or ()):
            raise Refused("the token is for another audience")
        return self._user(claims)

    def _verify(self, parts: list[str]) -> None:
        signed = f"{parts[0]}.{parts[1]}".encode()
        try:
            self._signer.key.public_key().verify(
                _decoded(parts[2]), signed, padding.PKCS1v15(), hashes.SHA256()
            )
        except (InvalidSignature, binascii.Error) as wrong:
            raise Refused("the signature is not ours") from wrong

    def _check_times(self, claims: dict[str, Any], now_ms: int) -> None:
        now_s = now_ms // 1000
        if now_s >= claims.get("exp", 0):
            raise Refused("the token has expired")
        if now_s < claims.get("nbf", 0):
            raise Refused("the token is not valid before its time")

    def _user(self, claims: dict[str, Any]) -> User:
        private = claims.get("kubernetes.io") or {}
        namespace = private.get("namespace", "")
        account = private.get("serviceaccount") or {}
        self._require("serviceaccounts", namespace, account)
        extra: dict[str, tuple[str, ...]] = {}
        if claims.get("jti"):
            extra[_CREDENTIAL] = (f"JTI={claims['jti']}",)
        for kind, resource in (("pod", "pods"), ("node", "nodes"), ("secret", "secrets")):
            bound = private.get(kind)
            if not bound:
                continue
            if kind != "node":
                self._require(resource, namespace, bound)
            if kind != "secret":
                told = (("name", bound.get("name")), ("uid", bound.get("uid")))
                extra |= {f"{_EXTRA}{kind}-{what}": (value,) for what, value in told if value}
        return User(
            name=f"system:serviceaccount:{namespace}:{account['name']}",
            uid=account["uid"],
            groups=(
                "system:serviceaccounts",
                f"system:serviceaccounts:{namespace}",
                "system:authenticated",
            ),
            extra=extra,
        )

    def _require(self, resource: str, namespace: str, named: dict[str, Any]) -> None:
        """What a token is bound to must still be there, and be the same one."""
        found = self._reader.get(resource, namespace, named.get("name", ""))
        if found is None or found["metadata"]["uid"] != named.get("uid"):
            raise Refused(f"{resource} {namespace}/{named.get('name', '')} is gone")


def audiences_of(token: str) -> tuple[str, ...]:
    """Whom a service account's token is for; none when the token is of another sort."""
    parts = token.split(".")
    claims = _claims(parts[1]) if len(parts) == 3 else None
    return tuple((claims or {}).get("aud") or ())


def _claims(part: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(_decoded(part))
    except (binascii.Error, msgspec.DecodeError):
        return None
    return value if isinstance(value, dict) else None


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
