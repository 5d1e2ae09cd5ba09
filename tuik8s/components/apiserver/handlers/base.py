"""A handler answers one verb for every kind; it knows no kind.

    def handle(core: Core, call: Call) -> Outcome

To add one: one file with `handle`, one line in `registry.py`, one test. A refusal is an `ApiError`.
Reads return their `Answer` at once; writes are generators, since admission may have to wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuik8s.components.apiserver.call import Call, Outcome

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

Handler = Callable[["Core", Call], Outcome]
