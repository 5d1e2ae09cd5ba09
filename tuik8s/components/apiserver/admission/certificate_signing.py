"""CertificateSigning: who issues a certificate must be allowed to for its signer.

Source: plugin/pkg/admission/certificates/signing (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.admission.signers import may_act_for
from tuik8s.components.apiserver.authorization.registry import Authorization

_REQUESTS: Final = "certificatesigningrequests.certificates.k8s.io"


class CertificateSigning(Member):
    """Asks for the verb `sign` on the signer, when certificate or conditions change."""

    name = "CertificateSigning"
    resources = (_REQUESTS,)

    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization

    def validate(self, attributes: Attributes) -> None:
        new, old = attributes.obj, attributes.old
        if attributes.subresource != "status" or new is None or old is None:
            return
        after, before = new.get("status") or {}, old.get("status") or {}
        if all(after.get(part) == before.get(part) for part in ("certificate", "conditions")):
            return
        signer = (old.get("spec") or {}).get("signerName", "")
        if not may_act_for(self._authorization, attributes.user, "sign", signer):
            raise attributes.forbidden(
                f'user not permitted to sign requests with signerName "{signer}"'
            )
