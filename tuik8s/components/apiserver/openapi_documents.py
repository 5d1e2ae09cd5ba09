"""OpenAPI: the index, one document per group version, and the old one in protobuf.

Source: k8s.io/kube-openapi pkg/handler3 (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.types import Request
from tuik8s.components.apiserver.answers import Answer, text_answer
from tuik8s.components.apiserver.options import first

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_V2_TYPE: Final = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
_PREFIX: Final = "/openapi/v3/"
_IMMUTABLE: Final = "public, immutable"


def answer(core: Core, request: Request) -> Answer | None:
    """The document at /openapi/..., None when there is none."""
    path = request.path.rstrip("/")
    if path == "/openapi/v2":
        return Answer(200, core.openapi.v2(), _V2_TYPE)
    if path == "/openapi/v3":
        return Answer(200, core.openapi.index())
    name = path.removeprefix(_PREFIX)
    document = core.openapi.get(name) if name != path else None
    if document is None:
        return None
    if not _takes_json(request.accept):
        return text_answer(406, "")
    etag = core.openapi.etag(name)
    headers = [("ETag", f'"{etag}"'), ("Vary", "Accept")]
    if first(request.query, "hash") == etag:
        headers.append(("Cache-Control", _IMMUTABLE))
    return Answer(200, document, headers=tuple(headers))


def _takes_json(accept: str) -> bool:
    if not accept:
        return True
    media = [element.partition(";")[0].strip() for element in accept.split(",")]
    return any(one in ("application/json", "application/*", "*/*") for one in media)
