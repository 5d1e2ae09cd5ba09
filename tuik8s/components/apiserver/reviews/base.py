"""A review answers an object that was posted, by filling in its status.

    def review(core: Core, call: Call, obj: Object, options: WriteOptions) -> Waiting

To add one: one file, one line in `registry.py`, one test. A review is a generator like every
handler that may wait; most never do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuik8s.api.types import Object
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import WriteOptions

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

Review = Callable[["Core", Call, Object, WriteOptions], Waiting]
