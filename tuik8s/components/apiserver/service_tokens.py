"""Service account tokens: JWTs signed with RS256, as a real server signs them.

Source: k8s.io/kubernetes pkg/serviceaccount/{jwt,claims,openidmetadata}.go (1.36).
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tuik8s.api.types import Object
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.world.base import Disk

_FILE: Final = "service-accounts.key"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class TokenSigner:
    """Signs tokens. A key that the configuration does not give is made once and kept on disk."""

    def __init__(self, config: ApiServerConfig, disk: Disk) -> None:
        self.issuer = config.issuer
        self._pem = config.signing_key_pem
        self._disk = disk
        self._key: rsa.RSAPrivateKey | None = None

    @property
    def key(self) -> rsa.RSAPrivateKey:
        if self._key is None:
            pem = self._pem.encode() or self._kept() or self._made()
            loaded = serialization.load_pem_private_key(pem, None)
            assert isinstance(loaded, rsa.RSAPrivateKey), "the signing key is an RSA key"
            self._key = loaded
        return self._key

    def _kept(self) -> bytes:
        return self._disk.read(_FILE) if _FILE in self._disk.names() else b""

    def _made(self) -> bytes:
        pem = rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._disk.replace(_FILE, pem)
        return pem

    def key_id(self) -> str:
        """Upstream's name of a key: the hash of its public part."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return _text(hashlib.sha256(public).digest())

    def sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self.key_id()}
        body = ".".join(
            _text(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)
        )
        signature = self.key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{body}.{_text(signature)}"

    def key_set(self) -> Object:
        """The JSON web key set of /openid/v1/jwks."""
        numbers = self.key.public_key().public_numbers()
        key = {
            "use": "sig",
            "kty": "RSA",
            "kid": self.key_id(),
            "alg": "RS256",
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        return {"keys": [key]}
