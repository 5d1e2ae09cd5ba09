"""POST to a collection: a new object, or a question that is answered and not kept (reviews).

Source: k8s.io/apiserver pkg/endpoints/handlers/create.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.components.apiserver import ownership
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.decoding import Expected
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import write_options
from tuik8s.components.apiserver.reviews.registry import REVIEWS
from tuik8s.components.apiserver.strategies import dedup_owner_references, match_namespace
from tuik8s.components.apiserver.writing import create

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handle(core: Core, call: Call) -> Outcome:
    """Answer 201 with what was created."""
    return _create(core, call)


def _create(core: Core, call: Call) -> Waiting:
    kind, request = call.kind, call.request
    options = write_options(request.query, "CreateOptions")
    obj, problems = core.bodies.decode(
        request.body, request.content_type, Expected.of(kind), options.validation
    )
    call.warnings.extend(problems)
    obj.setdefault("metadata", {})
    if kind.rules.default is not None:
        kind.rules.default(obj)
    match_namespace(obj, kind, request.namespace)
    dedup_owner_references(obj, call.warnings)
    manager = call.manager(options.field_manager)
    obj = ownership.update(kind, None, obj, manager, "", call.now_ms)
    review = REVIEWS.get(kind.resource)
    if review is not None:
        outcome = review(core, call, obj, options)
        return outcome if isinstance(outcome, Answer) else (yield from outcome)
    return (yield from create(core, call, obj, options))
