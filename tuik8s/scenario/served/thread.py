"""The one background thread of a process, and the way of a call to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


class Background:
    """An event loop on a thread of its own, which ends with the process."""

    def __init__(self) -> None:
        self.loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="tuik8s", daemon=True)
        self._thread.start()

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run it there and wait for its result; an interrupted wait ends it there too."""
        assert threading.current_thread() is not self._thread, "a call from this thread never ends"
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


@cache
def background() -> Background:
    """The thread of this process."""
    return Background()
