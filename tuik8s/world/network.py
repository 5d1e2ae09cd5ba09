"""The data plane: who answers on which address, for pods (they answer) and proxies (they forward).

The live network binds real loopback sockets and moves real bytes; the simulated one is a table in
which a connection is a function call. Components only ever see this protocol.

    client --connect--> Listener(Forwarding) --route--> target address --> Listener(Answering)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec


class Address(NamedTuple):
    """An IPv4 address and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class HttpRequest(msgspec.Struct, frozen=True):
    """What reached a pod: method, path with query, headers (lower-case names), body."""

    method: str
    path: str
    headers: dict[str, str] = {}
    body: bytes = b""


class HttpAnswer(msgspec.Struct, frozen=True):
    """What a pod answers; delay_ms is waited for before it is sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}
    delay_ms: int = 0


class Answering(msgspec.Struct, frozen=True):
    """A listener that answers HTTP by a pure function."""

    answer: Callable[[HttpRequest], HttpAnswer]


def _no_wait(client: Address, target: Address) -> int:
    return 0


def _not_silent(client: Address) -> int:
    return 0


class Forwarding(msgspec.Struct, frozen=True):
    """A listener that hands each connection to a target.

    route: client address -> targets to try in this order (empty: refuse the connection).
    on_open and on_close: called with the client and the target that was reached; on_failed with
    one that refused. wait_ms: how long to wait before a TCP target is tried. silent_ms: how long
    a TCP connection without a target gets no answer, as if its packets were lost, before it is cut
    off; 0: at once. outside: targets are the machine's own addresses, such as those of a container
    engine.
    """

    route: Callable[[Address], tuple[Address, ...]]
    on_open: Callable[[Address, Address], None]
    on_close: Callable[[Address, Address, int, int], None]  # bytes to the target, bytes back
    on_failed: Callable[[Address, Address], None]
    udp: bool = False
    wait_ms: Callable[[Address, Address], int] = _no_wait
    silent_ms: Callable[[Address], int] = _not_silent
    outside: bool = False


class Listener(Protocol):
    """An open listener; `address` is where it really listens (a low port may have to move)."""

    address: Address

    def close(self) -> None:
        """Stop listening and end what is open."""
        ...


class Refused(Exception):
    """Nobody listens there, or the listener had nobody to forward to."""


class AddressTaken(Exception):
    """The address cannot be bound: the message says why and what to do."""


class Network(Protocol):
    def listen(self, address: Address, service: Answering | Forwarding) -> Listener:
        """Bind address. Port 0 asks for a free one. Raises AddressTaken."""
        ...
