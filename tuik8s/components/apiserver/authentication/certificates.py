"""Client certificates: the common name is the user, the organizations are its groups.

The TLS layer has verified the certificate against the cluster's authority before it comes here.

Source: k8s.io/apiserver pkg/authentication/request/x509 (1.36).
"""

from __future__ import annotations

from tuik8s.api.types import User
from tuik8s.components.apiserver.authentication.base import Credentials, Refused


class ClientCertificates:
    """Knows who holds a certificate of the cluster."""

    name = "client certificate"
    cacheable_ms = 60_000

    def authenticate(self, credentials: Credentials, now_ms: int) -> User | None:
        certificate = credentials.certificate
        if certificate is None:
            return None
        if certificate.not_after_ms and now_ms > certificate.not_after_ms:
            raise Refused
        groups = (*certificate.organizations, "system:authenticated")
        return User(name=certificate.common_name, groups=groups)
