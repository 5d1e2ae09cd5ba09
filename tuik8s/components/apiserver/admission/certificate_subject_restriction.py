"""CertificateSubjectRestriction: no client certificates for the group system:masters.

Source: plugin/pkg/admission/certificates/subjectrestriction (1.36).
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from tuik8s.components.apiserver.admission.base import Attributes, Member

_REQUESTS: Final = "certificatesigningrequests.certificates.k8s.io"
_SIGNER: Final = "kubernetes.io/kube-apiserver-client"
_MASTERS: Final = "system:masters"


class CertificateSubjectRestriction(Member):
    """Looks at the organizations of the subject."""

    name = "CertificateSubjectRestriction"
    resources = (_REQUESTS,)

    def validate(self, attributes: Attributes) -> None:
        request = attributes.obj
        if attributes.operation != "CREATE" or attributes.subresource or request is None:
            return
        spec = request.get("spec") or {}
        if spec.get("signerName") != _SIGNER:
            return
        if _MASTERS in _organizations(spec.get("request") or ""):
            raise attributes.forbidden(
                f"use of {_SIGNER} signer with {_MASTERS} group is not allowed"
            )


def _organizations(text: str) -> list[str | bytes]:
    """Organizations of the subject; none of a request that validation has refused already."""
    try:
        parsed = x509.load_pem_x509_csr(base64.b64decode(text))
    except (ValueError, binascii.Error):
        return []
    return [a.value for a in parsed.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
