"""Resources that are not stored: what a read of them is answered with, by resource id."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tuik8s.api.kinds.base import Kind
from tuik8s.components.apiserver import explain, metrics

if TYPE_CHECKING:
    from tuik8s.components.apiserver.call import Call, Outcome
    from tuik8s.components.apiserver.config import ApiServerConfig
    from tuik8s.components.apiserver.core import Core

COMPUTED: Final[dict[str, Callable[[Core, Call], Outcome]]] = {
    explain.RESOURCE: explain.answer,
    metrics.NODES.resource: metrics.answer,
    metrics.PODS.resource: metrics.answer,
}


def kinds_of(config: ApiServerConfig) -> tuple[Kind, ...]:
    """The kinds that are served beside those of `api.kinds`."""
    explanations = (explain.EXPLANATIONS,) if config.explanations else ()
    return (*explanations, *((metrics.NODES, metrics.PODS) if config.metrics else ()))
