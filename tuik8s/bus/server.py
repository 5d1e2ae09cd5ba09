"""The API server's door to the bus: envelopes in, replies out, and the memory of what was done.

A write that carries an idempotency key is answered once: while it is being done a repetition is
dropped (the reply is on its way), and afterwards a repetition gets the remembered reply, whose
objects are those of the store, not copies. The memory forgets what is past its deadline, since a
repetition would be, too, and is bounded in entries and bytes; it is lost with the process, so
across a restart a repeated create meets its own work as AlreadyExists, an update as Conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from tuik8s.api.errors import forbidden_request
from tuik8s.api.types import Reply, Request
from tuik8s.bus.base import Frames, ServerTransport
from tuik8s.bus.frames import ReplyEnvelope, decode_request, encode
from tuik8s.world.base import World

Respond = Callable[[Reply], None]
Handle = Callable[[str, Request, Respond], None]
MemoryKey = tuple[str, str]


class _Done(NamedTuple):
    """What is remembered of a write that was done."""

    deadline_ms: int
    reply: Reply
    size: int


REMEMBERED_MAX: Final = 8_192
REMEMBERED_BYTES_MAX: Final = 8 << 20


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
        self._remembered: dict[MemoryKey, _Done | None] = {}  # None while it is being done
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
        respond = partial(self._respond, peer, envelope.id, envelope.deadline_ms, memory)
        user = envelope.user or identity
        if user != identity and not self._allowed(identity, user):
            respond(_refusal(identity, user))
            return
        self._handle(user, envelope.request, respond)

    def _repeat(self, peer: str, call_id: int, done: _Done | None) -> None:
        self._counts["repeated"] += 1
        if done is not None:
            self._transport.reply(peer, (encode(ReplyEnvelope(call_id, done.reply)),))

    def _respond(
        self, peer: str, call_id: int, deadline_ms: int, memory: MemoryKey | None, reply: Reply
    ) -> None:
        if memory is not None:
            self._remember(memory, _Done(deadline_ms, reply, sum(map(len, reply.objects))))
        self._transport.reply(peer, (encode(ReplyEnvelope(call_id, reply)),))

    def _remember(self, memory: MemoryKey, done: _Done) -> None:
        """Keep a reply; forget the oldest ones (an entry that is still being done counts, too)."""
        remembered = self._remembered
        remembered[memory] = done
        self._remembered_bytes += done.size
        now_ms = self._world.now_ms()
        forgotten: list[MemoryKey] = []
        for oldest, known in remembered.items():
            full = (
                len(remembered) - len(forgotten) > REMEMBERED_MAX
                or self._remembered_bytes > REMEMBERED_BYTES_MAX
            )
            if known is done or not (full or (known is not None and known.deadline_ms < now_ms)):
                break
            forgotten.append(oldest)
            self._remembered_bytes -= 0 if known is None else known.size
        for oldest in forgotten:
            del remembered[oldest]


def _refusal(identity: str, user: str) -> Reply:
    error = forbidden_request("", "users", user, f'User "{identity}" may not act as "{user}"')
    return Reply(code=403, objects=(encode(error.status()),))
