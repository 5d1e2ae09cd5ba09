"""What carriers over SPDY have in common: which frame goes where, and the pings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from tuik8s.components.apiserver.upgrades import spdy


class Session(Protocol):
    """What is carried."""

    def close(self) -> None: ...


class SpdyCarrier(ABC):
    """See `base.Carrier`. Members say what opens a stream, and take what comes on it."""

    def __init__(
        self, session: Session, write: Callable[[bytes], None], hang_up: Callable[[], None]
    ) -> None:
        self._frames = spdy.Frames()
        self._carried = session
        self._write = write
        self._hang_up = hang_up

    def receive(self, data: bytes) -> None:
        for frame in self._frames.feed(data):
            if frame.kind == spdy.SYN_STREAM:
                self._open(frame)
            elif frame.kind == spdy.PING and frame.data != spdy.OWN_PING:
                self._write(spdy.ping(frame.data))
            elif frame.kind == spdy.GOAWAY:
                self._carried.close()
                self._hang_up()
            elif frame.kind == spdy.RST_STREAM:
                self._reset(frame.stream)
            elif frame.kind == spdy.DATA:
                self._take(frame)

    def ping(self) -> None:
        self._write(spdy.ping(spdy.OWN_PING))

    @abstractmethod
    def _open(self, frame: spdy.Frame) -> None:
        """The client opens a stream."""

    @abstractmethod
    def _take(self, frame: spdy.Frame) -> None:
        """Data of a stream, which may be its last."""

    @abstractmethod
    def _reset(self, stream: int) -> None:
        """The client gives a stream up."""
