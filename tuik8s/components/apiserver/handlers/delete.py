"""DELETE of one object.

Source: k8s.io/apiserver pkg/endpoints/handlers/delete.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.deletion import delete, read_options

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handle(core: Core, call: Call) -> Outcome:
    """Answer 200 with the last state or a Status."""
    request = call.request
    options = read_options(request.body, request.content_type, request.query)
    return delete(core, call, request.name, options)
