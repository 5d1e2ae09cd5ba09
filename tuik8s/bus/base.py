"""The two ends of the bus, as transports see them: the API server's and everyone else's.

    component --request--> DEALER ......... ROUTER --> apiserver
    component <--reply---- DEALER ......... ROUTER <-- apiserver
    component <--event---- SUB   <========= PUB   <-- apiserver

`bus.zeromq` does this between processes, `bus.memory` inside one simulated world; both may lose,
delay or duplicate frames, and both pass the same tests. All calls are made on the owner's thread,
and callbacks run in turns of its world. What is built on top (client, clone, informer) is the
same for both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

Frames = Sequence[bytes]


class ClientTransport(Protocol):
    """One party's end. Set the two callbacks before the first send."""

    identity: str
    on_reply: Callable[[Frames], None]
    on_event: Callable[[Frames], None]

    def send(self, frames: Frames) -> bool:
        """Hand a request over; False when the queue to the server is full (try again later)."""
        ...

    def subscribe(self, topic: bytes) -> None: ...

    def unsubscribe(self, topic: bytes) -> None: ...

    def close(self) -> None: ...


class ServerTransport(Protocol):
    """The API server's end.

    `on_request` gets the peer and the frames; a peer is its identity, `#` and what tells it from
    others of the same identity. `on_subscribe` gets each topic that somebody begins to follow.
    """

    on_request: Callable[[str, Frames], None]
    on_subscribe: Callable[[bytes], None]

    def reply(self, peer: str, frames: Frames) -> None:
        """Answer a peer; dropped when it is gone or too far behind (it will ask again)."""
        ...

    def publish(self, frames: Frames) -> None:
        """Send an event to all subscribers of a prefix of frames[0]; a full one misses it."""
        ...

    def subscribed(self, topic: bytes) -> bool:
        """Whether anybody may want frames of this topic (never False when somebody does)."""
        ...

    def close(self) -> None: ...
