"""What a door needs of an answer that goes on: watches and followed logs are both this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Stream(Protocol):
    """Pieces of an answer. The door sets `send` and `on_end`, then calls `start`.

    send: takes the next bytes. on_end: called once, when nothing more will come. close: the peer is
    gone or too slow; closing twice does nothing.
    """

    send: Callable[[bytes], None]
    on_end: Callable[[], None]

    def start(self) -> None: ...

    def close(self) -> None: ...
