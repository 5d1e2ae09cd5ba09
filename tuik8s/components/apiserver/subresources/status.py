"""/status: the whole object, of which only status changes.

Source: k8s.io/kubernetes pkg/registry/*/storage (StatusREST, 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.handlers import get
from tuik8s.components.apiserver.handlers.patch import patch
from tuik8s.components.apiserver.handlers.update import put
from tuik8s.components.apiserver.strategies import StatusStrategy
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def update_status(core: Core, call: Call) -> Outcome:
    return put(core, call, StatusStrategy(call.kind))


def patch_status(core: Core, call: Call) -> Outcome:
    return patch(core, call, StatusStrategy(call.kind))


HANDLERS: Final[Handlers] = {"get": get.handle, "update": update_status, "patch": patch_status}
