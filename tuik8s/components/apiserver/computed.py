"""Resources that are not stored: what a GET of one object is answered with, by resource id."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tuik8s.api.kinds.base import Kind
from tuik8s.components.apiserver import explain

if TYPE_CHECKING:
    from tuik8s.components.apiserver.call import Call, Outcome
    from tuik8s.components.apiserver.core import Core

KINDS: Final[tuple[Kind, ...]] = (explain.EXPLANATIONS,)
"""Served beside those of `api.kinds`."""

COMPUTED: Final[dict[str, Callable[[Core, Call], Outcome]]] = {explain.RESOURCE: explain.answer}
