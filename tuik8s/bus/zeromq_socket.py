"""A ZeroMQ socket on the event loop of a live driver.

Its descriptor signals edges, not levels: after it fired, and after every send, the socket is
drained until it says `Again`, in portions, so that other callbacks get their turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import zmq

from tuik8s.world.live import LiveDriver

PORTION: Final = 500
"""Messages that are taken before other callbacks get their turn."""
RECONNECT_MS: Final = 50
RECONNECT_LAST_MS: Final = 1_000
CLOSE_MS: Final = 200
"""How long a closed socket may still hand over what was sent."""

Context = zmq.Context[zmq.Socket[bytes]]


class SocketReader:
    """One socket on the loop: drained when its descriptor fires and after each send."""

    def __init__(
        self,
        driver: LiveDriver,
        socket: zmq.Socket[bytes],
        take: Callable[[Any], None],
        receive: Callable[[int], Any] | None = None,
    ) -> None:
        self.socket = socket
        self._driver = driver
        self._take = take
        self._asked = False
        self._receive: Callable[[int], Any] = receive or socket.recv_multipart
        self._drain_guarded = driver.guarded(self._drain)
        driver.loop.add_reader(socket.FD, self._drain_guarded)
        self.check()

    def check(self) -> None:
        """Have the socket drained after this callback: a send may have used up its edge."""
        if not self._asked:
            self._asked = True
            self._driver.loop.call_soon(self._drain_guarded)

    def close(self) -> None:
        if not self.socket.closed:
            self._driver.loop.remove_reader(self.socket.FD)
            self.socket.close(linger=CLOSE_MS)

    def _drain(self) -> None:
        self._asked = False
        receive, take, socket = self._receive, self._take, self.socket
        for _ in range(PORTION):
            if socket.closed:
                return
            try:
                frames = receive(zmq.NOBLOCK)
            except zmq.Again:
                return
            take(frames)
        self.check()


def new_socket(context: Context, kind: int, high: int) -> zmq.Socket[bytes]:
    socket = context.socket(kind)
    socket.set(zmq.LINGER, CLOSE_MS)
    socket.set(zmq.SNDHWM, high)
    socket.set(zmq.RCVHWM, high)
    socket.set(zmq.RECONNECT_IVL, RECONNECT_MS)
    socket.set(zmq.RECONNECT_IVL_MAX, RECONNECT_LAST_MS)
    return socket
