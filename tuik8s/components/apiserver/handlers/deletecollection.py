"""DELETE of a collection: one page of it, each object by the rules of its own deletion.

Source: k8s.io/apiserver pkg/registry/generic/registry/store.go (DeleteCollection, 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tuik8s.api.errors import ApiError
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.deletion import delete, read_options
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.listing import Found, find
from tuik8s.components.apiserver.options import DeleteOptions, list_options
from tuik8s.components.apiserver.rendering import list_answer
from tuik8s.components.apiserver.selection import Selection

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handle(core: Core, call: Call) -> Outcome:
    """Answer 200 with the list of what was there before."""
    request = call.request
    options = read_options(request.body, request.content_type, request.query)
    return _delete(core, call, options)


def _delete(core: Core, call: Call, options: DeleteOptions) -> Waiting:
    wanted = list_options(call.request.query, watch=False)
    selection = Selection(call.kind, wanted.labels, wanted.fields)
    found = find(core, call.kind, call.request.namespace, selection, wanted)
    if not isinstance(found, Found):
        found = yield from found
    answer = list_answer(core, call, found.entries, found.meta)
    for entry in found.entries:
        try:
            yield from delete(
                core, call, entry.key.rpartition("/")[2], msgspec.structs.replace(options)
            )
        except ApiError as error:
            if error.code != 404:
                raise
    answer.revision = core.store.revision
    return answer
