"""The API server's door to the bus: envelopes in, replies out, and the memory of what was done.

A write that carries an idempotency key is answered once: while it is being done a repetition is
dropped (the reply is on its way), and afterwards a repetition gets the remembered reply. The
memory is bounded in entries and bytes and forgets the oldest; it is lost with the process, so
across a restart a repeated create meets its own work as AlreadyExists, an update as Conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from tuik8s.api.errors import forbidden_request
from tuik8s.api.types import Reply, Request
from tuik8s.bus.base import Frames, ServerTransport
from tuik8s.bus.frames import ReplyEnvelope, decode_request, encode
from tuik8s.world.base import World

Respond = Callable[[Reply], None]
Handle = Callable[[str, Request, Respond], None]
MemoryKey = tuple[str, str]

REMEMBERED_MAX: Final = 8_192
REMEMBERED_BYTES_MAX: Final = 8 << 20

_REPLY: Final = msgspec.msgpack.Decoder(Reply).decode


def may_act_as(identity: str, user: str) -> bool:
    """Who may ask in whose name on the bus.

    The administrator in anybody's; the controller manager as one of its controllers' service
    accounts (upstream: --use-service-account-credentials).
    """
    if identity == user or identity == "system:admin":
        return True
    controllers = "system:serviceaccount:kube-system:"
    return identity == "system:kube-controller-manager" and user.startswith(controllers)


class BusServer:
    """See the module's text. `handle(user, request, respond)` answers by calling respond once."""

    def __init__(
        self,
        world: World,
        transport: ServerTransport,
        handle: Handle,
        *,
        allowed: Callable[[str, str], bool] = may_act_as,
    ) -> None:
        self._world = world
        self._transport = transport
        self._handle = handle
        self._allowed = allowed
        self._remembered: dict[MemoryKey, bytes | None] = {}  # None while it is being done
        self._remembered_bytes = 0
        self._counts = {"requests": 0, "malformed": 0, "expired": 0, "repeated": 0}
        transport.on_request = self._on_request

    def statistics(self) -> Mapping[str, int]:
        return {**self._counts, "remembered": len(self._remembered)}

    def _on_request(self, peer: str, frames: Frames) -> None:
        envelope = decode_request(frames)
        if envelope is None:
            self._counts["malformed"] += 1
            return
        if envelope.deadline_ms < self._world.now_ms():
            self._counts["expired"] += 1
            return
        identity = peer.partition("#")[0]
        memory: MemoryKey | None = None
        if envelope.key:
            memory = (identity, envelope.key)
            if memory in self._remembered:
                self._repeat(peer, envelope.id, self._remembered[memory])
                return
            self._remembered[memory] = None
        self._counts["requests"] += 1
        respond = partial(self._respond, peer, envelope.id, memory)
        user = envelope.user or identity
        if user != identity and not self._allowed(identity, user):
            respond(_refusal(identity, user))
            return
        self._handle(user, envelope.request, respond)

    def _repeat(self, peer: str, call_id: int, done: bytes | None) -> None:
        self._counts["repeated"] += 1
        if done is not None:
            reply = _REPLY(done)
            self._transport.reply(peer, (encode(ReplyEnvelope(call_id, reply)),))

    def _respond(self, peer: str, call_id: int, memory: MemoryKey | None, reply: Reply) -> None:
        if memory is not None:
            self._remember(memory, encode(reply))
        self._transport.reply(peer, (encode(ReplyEnvelope(call_id, reply)),))

    def _remember(self, memory: MemoryKey, done: bytes) -> None:
        """Keep a reply; forget the oldest ones (an entry that is still being done counts, too)."""
        remembered = self._remembered
        remembered[memory] = done
        self._remembered_bytes += len(done)
        while len(remembered) > REMEMBERED_MAX or self._remembered_bytes > REMEMBERED_BYTES_MAX:
            oldest = next(iter(remembered))
            if oldest == memory:
                break
            self._remembered_bytes -= len(remembered.pop(oldest) or b"")


def _refusal(identity: str, user: str) -> Reply:
    error = forbidden_request("", "users", user, f'User "{identity}" may not act as "{user}"')
    return Reply(code=403, objects=(encode(error.status()),))
