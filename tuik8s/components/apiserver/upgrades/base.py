"""What the door needs of a protocol on an upgraded connection."""

from __future__ import annotations

from typing import Protocol


class Carrier(Protocol):
    """receive: bytes of the client; raises ValueError when they make no sense. ping: write
    something that asks for no more than an answer: a client that is gone shows by it."""

    def receive(self, data: bytes) -> None: ...

    def ping(self) -> None: ...
