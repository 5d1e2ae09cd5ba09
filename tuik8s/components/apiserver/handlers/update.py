"""PUT of an object.

Source: k8s.io/apiserver pkg/endpoints/handlers/update.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.errors import bad_request
from tuik8s.api.types import Object
from tuik8s.components.apiserver import ownership
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.decoding import Expected
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import WriteOptions, write_options
from tuik8s.components.apiserver.strategies import Strategy, dedup_owner_references, match_namespace
from tuik8s.components.apiserver.writing import Update, update

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handle(core: Core, call: Call) -> Outcome:
    """Answer 200, or 201 for kinds that PUT may create."""
    return put(core, call, core.strategy(call.kind))


def put(core: Core, call: Call, strategy: Strategy) -> Waiting:
    """Replace what the strategy lets through by the body."""
    kind = call.kind
    obj, options = read_body(core, call, Expected.of(kind))
    if kind.rules.default is not None:
        kind.rules.default(obj)
    manager = call.manager(options.field_manager)
    dedup_owner_references(obj, call.warnings)

    def transform(old: Object | None) -> Object:
        body = obj if old is None else {**obj, "metadata": dict(obj["metadata"])}
        return ownership.update(kind, old, body, manager, strategy.subresource, call.now_ms)

    plan = Update(
        strategy=strategy,
        transform=transform,
        uid=obj["metadata"].get("uid") or "",
        creates=kind.rules.create_on_update and not strategy.subresource,
        retries=not obj["metadata"].get("resourceVersion"),
        replaces=True,
        options=options,
    )
    return (yield from update(core, call, plan))


def read_body(core: Core, call: Call, expected: Expected) -> tuple[Object, WriteOptions]:
    """The decoded body of a PUT, whose name and namespace are those of the URL."""
    request = call.request
    options = write_options(request.query, "UpdateOptions")
    obj, problems = core.bodies.decode(
        request.body, request.content_type, expected, options.validation
    )
    call.warnings.extend(problems)
    obj.setdefault("metadata", {})
    match_namespace(obj, call.kind, request.namespace)
    require_name(obj, request.name)
    return obj, options


def require_name(obj: Object, name: str) -> None:
    """Raise ApiError (400) unless the object has the name of the URL."""
    own = obj["metadata"].get("name") or ""
    if not own:
        raise bad_request(
            f"the name of the object ({name} based on URL) was undeterminable: "
            "name must be provided"
        )
    if own != name:
        raise bad_request(
            f"the name of the object ({own}) does not match the name on the URL ({name})"
        )
