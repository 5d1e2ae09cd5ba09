"""A review answers an object that was posted, by filling in its status.

    def review(core: Core, call: Call, obj: Object, options: WriteOptions) -> Outcome

To add one: one file, one line in `registry.py`, one test. A review that must wait is a generator;
most answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuik8s.api.types import Object
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.options import WriteOptions

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

Review = Callable[["Core", Call, Object, WriteOptions], Outcome]
