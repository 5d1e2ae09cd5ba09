"""Whether a user may act for a signer of certificates.

Source: pkg/certificates/authorization (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import User
from tuik8s.components.apiserver.authorization.base import Attributes
from tuik8s.components.apiserver.authorization.registry import Authorization

_GROUP: Final = "certificates.k8s.io"


def may_act_for(authorization: Authorization, user: User, verb: str, signer: str) -> bool:
    """Allowed by the signer's name, or by its domain as in `example.com/*`."""
    domain = signer.partition("/")[0]
    for name in (signer, f"{domain}/*"):
        asked = Attributes(
            user=user, verb=verb, group=_GROUP, version="*", resource="signers", name=name
        )
        if authorization.decide(asked).allowed:
            return True
    return False
