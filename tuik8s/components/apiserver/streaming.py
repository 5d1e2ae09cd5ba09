"""What a door needs of an answer that goes on, and of a connection that leaves HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Stream(Protocol):
    """Pieces of an answer: watches and followed logs. The door sets `send` and `on_end`, then
    calls `start`.

    send: takes the next bytes. on_end: called once, when nothing more will come. close: the peer is
    gone or too slow; closing twice does nothing.
    """

    send: Callable[[bytes], None]
    on_end: Callable[[], None]

    def start(self) -> None: ...

    def close(self) -> None: ...


class Session(Protocol):
    """What a client does over a connection of its own, after a 101: see `upgrades.base`.

    on_end: called once, when nothing more will come. on_hold: asks the door not to read from the
    client for now, or to go on. hold: the client does not read for now, so that nothing more should
    come, or it does again. close: the client has gone; closing twice does nothing.
    """

    on_end: Callable[[], None]
    on_hold: Callable[[bool], None]

    def start(self) -> None: ...

    def hold(self, is_held: bool) -> None: ...

    def close(self) -> None: ...


class Pipe(Protocol):
    """An open connection to somewhere else. Nothing is read before `start`.

    on_data: takes the next bytes; on_end: the other side sends no more; on_lost: it is gone;
    on_hold: it does not read for now, or does again. close: end it when all is written.
    """

    on_data: Callable[[bytes], None]
    on_end: Callable[[], None]
    on_lost: Callable[[], None]
    on_hold: Callable[[bool], None]

    def start(self) -> None: ...

    def write(self, data: bytes) -> None: ...

    def end(self) -> None:
        """Send no more; go on reading."""
        ...

    def hold(self, is_held: bool) -> None:
        """Read no more for now, or again."""
        ...

    def close(self) -> None: ...
