"""CertificateApproval: who approves or denies a request must be allowed to for its signer.

Source: plugin/pkg/admission/certificates/approval (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.admission.signers import may_act_for
from tuik8s.components.apiserver.authorization.registry import Authorization

_REQUESTS: Final = "certificatesigningrequests.certificates.k8s.io"


class CertificateApproval(Member):
    """Asks for the verb `approve` on the signer."""

    name = "CertificateApproval"
    resources = (_REQUESTS,)

    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization

    def validate(self, attributes: Attributes) -> None:
        old = attributes.old
        if attributes.operation != "UPDATE" or attributes.subresource != "approval" or old is None:
            return
        signer = (old.get("spec") or {}).get("signerName", "")
        if not may_act_for(self._authorization, attributes.user, "approve", signer):
            raise attributes.forbidden(
                f'user not permitted to approve requests with signerName "{signer}"'
            )
