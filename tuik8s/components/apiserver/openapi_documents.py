"""OpenAPI: the index, one document per group version, and the old one in protobuf.

Source: k8s.io/kube-openapi pkg/handler3 (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.types import Request
from tuik8s.components.apiserver.answers import Answer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def answer(core: Core, request: Request) -> Answer | None:
    """The document at /openapi/..., None when there is none."""
    return None
