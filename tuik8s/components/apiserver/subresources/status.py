"""/status: the whole object, of which only status changes.

Source: k8s.io/kubernetes pkg/registry/*/storage (StatusREST, 1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.strategies import StatusStrategy
from tuik8s.components.apiserver.subresources.base import Handlers, part

HANDLERS: Final[Handlers] = part(StatusStrategy)
