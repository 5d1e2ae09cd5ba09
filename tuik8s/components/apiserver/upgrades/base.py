"""What the door needs of a protocol on an upgraded connection."""

from __future__ import annotations

from typing import Protocol


class Carrier(Protocol):
    """receive: bytes of the client; raises ValueError when they make no sense."""

    def receive(self, data: bytes) -> None: ...
