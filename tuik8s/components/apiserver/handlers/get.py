"""GET of one object; list options are not looked at, except resourceVersion.

With resourceVersionMatch=Exact, as for lists, the object is shown as it was at that revision.

Source: k8s.io/apiserver pkg/endpoints/handlers/get.go, pkg/storage/cacher (1.36); upstream shows
single objects as they are now, whatever resourceVersionMatch says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.errors import bare_internal_error
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.changes import gone
from tuik8s.components.apiserver.computed import COMPUTED
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.listing import parse_revision, wait_for_revision
from tuik8s.components.apiserver.options import first
from tuik8s.components.apiserver.rendering import entry_answer
from tuik8s.components.store.errors import Compacted

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handle(core: Core, call: Call) -> Outcome:
    """Answer with the object, after waiting for a revision of the near future."""
    compute = COMPUTED.get(call.kind.resource)
    if compute is not None:
        return compute(core, call)
    if call.request.query:
        text = first(call.request.query, "resourceVersion")
        try:
            wanted = parse_revision(text)
        except ValueError as error:
            shown = f'resourceVersion: Invalid value: "{text}": {error}'
            raise bare_internal_error(shown) from None
        if wanted > core.store.revision:
            return _wait(core, call, wanted)
        if wanted and first(call.request.query, "resourceVersionMatch") == "Exact":
            return _found(core, call, wanted)
    return _found(core, call)


def _wait(core: Core, call: Call, revision: int) -> Waiting:
    yield from wait_for_revision(core, revision)
    return _found(core, call)


def _found(core: Core, call: Call, revision: int = 0) -> Answer:
    request, kind = call.request, call.kind
    key = f"{kind.storage or kind.resource}/{request.namespace}/{request.name}"
    try:
        entry = core.store.get(key, revision)
    except Compacted as compacted:
        raise gone(core, f"revision {compacted.asked}") from None
    if entry is None:
        raise call.not_found()
    return entry_answer(core, call, entry)
