"""GET of a collection.

Source: k8s.io/apiserver pkg/endpoints/handlers/get.go (ListResource, 1.36).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Effect, Waiting
from tuik8s.components.apiserver.listing import Found, find
from tuik8s.components.apiserver.options import list_options
from tuik8s.components.apiserver.rendering import list_answer
from tuik8s.components.apiserver.selection import Selection

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handle(core: Core, call: Call) -> Outcome:
    """Answer with one page of the list."""
    options = list_options(call.request.query, watch=False)
    selection = Selection(call.kind, options.labels, options.fields)
    found = find(core, call.kind, call.request.namespace, selection, options)
    if isinstance(found, Found):
        return list_answer(core, call, found.entries, found.meta)
    return _later(core, call, found)


def _later(core: Core, call: Call, pending: Generator[Effect, Any, Found]) -> Waiting:
    found = yield from pending
    answer: Answer = list_answer(core, call, found.entries, found.meta)
    return answer
