"""A subresource is a table of verb -> handler (see `handlers.base`).

To add one: one file that exports `HANDLERS`, one line in `registry.py`, one test. `ANY_KIND` lists
those that work the same for every kind (status, scale); the others belong to one resource. Where
the bodies are the whole object, of which one part changes, a strategy says which (`part`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.handlers import get, patch, update
from tuik8s.components.apiserver.handlers.base import Handler
from tuik8s.components.apiserver.strategies import Strategy

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

Handlers = dict[str, Handler]


def part(strategy: type[Strategy]) -> Handlers:
    """Reads and writes of the whole object that change what the strategy lets through."""

    def put_part(core: Core, call: Call) -> Outcome:
        return update.put(core, call, strategy(call.kind))

    def patch_part(core: Core, call: Call) -> Outcome:
        return patch.patch(core, call, strategy(call.kind))

    return {"get": get.handle, "update": put_part, "patch": patch_part}
