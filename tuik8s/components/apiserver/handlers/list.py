"""GET of a collection.

Source: k8s.io/apiserver pkg/endpoints/handlers/get.go (ListResource, 1.36).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.computed import COMPUTED
from tuik8s.components.apiserver.effects import Effect, Pause, Waiting
from tuik8s.components.apiserver.listing import Found, find
from tuik8s.components.apiserver.negotiation import PLAIN
from tuik8s.components.apiserver.options import list_options
from tuik8s.components.apiserver.rendering import list_answer
from tuik8s.components.apiserver.selection import Selection

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_AT_ONCE: Final = 1_000
_STEP: Final = 250


def handle(core: Core, call: Call) -> Outcome:
    """Answer with one page of the list."""
    compute = COMPUTED.get(call.kind.resource)
    if compute is not None:
        return compute(core, call)
    options = list_options(call.request.query, watch=False)
    selection = Selection(call.kind, options.labels, options.fields)
    found = find(core, call.kind, call.request.namespace, selection, options)
    if isinstance(found, Found):
        if len(found.entries) > _AT_ONCE and call.form is PLAIN:
            return _in_steps(core, call, found)
        return list_answer(core, call, found.entries, found.meta)
    return _later(core, call, found)


def _later(core: Core, call: Call, pending: Generator[Effect, Any, Found]) -> Waiting:
    found = yield from pending
    answer: Answer = list_answer(core, call, found.entries, found.meta)
    return answer


def _in_steps(core: Core, call: Call, found: Found) -> Waiting:
    """Make the JSON of a long list some objects at a time, so that others are answered between."""
    known, json, kind = core.objects.encodings.get, core.objects.json, call.kind
    made = 0
    for entry in found.entries:
        if known(entry.revision) is None:
            json(kind, entry.value, entry.revision)
            made += 1
            if made % _STEP == 0:
                yield Pause(0)
    return list_answer(core, call, found.entries, found.meta)
