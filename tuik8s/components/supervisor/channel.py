"""JSON lines over a stream socket: how the supervisor talks with children and commands.

A message is one JSON object on one line. Both ends are non-blocking; what does not fit into the
socket waits in the channel, and a peer that leaves more than LIMIT_BYTES unread is cut off.
"""

from __future__ import annotations

import socket
from typing import Any

import msgspec

Message = dict[str, Any]

LIMIT_BYTES = 4 << 20


class Channel:
    """One end of a connection. Feed it when its socket is readable or writable."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.closed = False
        self._incoming = bytearray()
        self._outgoing = bytearray()

    def fileno(self) -> int:
        return self.sock.fileno()

    @property
    def wants_write(self) -> bool:
        return bool(self._outgoing)

    def send(self, message: Message) -> None:
        if self.closed:
            return
        self._outgoing += msgspec.json.encode(message) + b"\n"
        if len(self._outgoing) > LIMIT_BYTES:
            self.close()
            return
        self.flush()

    def flush(self) -> None:
        """Write what the socket takes."""
        while self._outgoing and not self.closed:
            try:
                sent = self.sock.send(self._outgoing)
            except BlockingIOError:
                return
            except OSError:
                self.close()
                return
            del self._outgoing[:sent]

    def receive(self) -> list[Message]:
        """The whole messages that have arrived; `closed` is set when the peer is gone."""
        try:
            while data := self.sock.recv(65536):
                self._incoming += data
            self.close()
        except BlockingIOError:
            pass
        except OSError:
            self.close()
        *lines, rest = self._incoming.split(b"\n")
        self._incoming = bytearray(rest)
        if len(rest) > LIMIT_BYTES:
            self.close()
        return [message for line in lines if (message := _decoded(bytes(line))) is not None]

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.sock.close()


def _decoded(line: bytes) -> Message | None:
    try:
        value = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    return value if isinstance(value, dict) else None
