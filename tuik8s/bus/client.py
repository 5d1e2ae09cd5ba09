"""One party's client of the API: pipelined requests with deadlines, and the clones it follows.

Every call is answered exactly once: by the server, or with code 0 at its deadline, when the outcome
is unknown. Requests that do no harm when repeated (reads, and writes with an idempotency key,
which the short forms give themselves) are sent again after 1, 2, 4, 4 ... seconds while the
deadline allows; the server answers a repeated key from its memory. Late and duplicate replies are
dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.base import ClientTransport, Frames
from tuik8s.bus.entries import DECODED_MAX
from tuik8s.bus.feeds import LAG, Feeds
from tuik8s.bus.frames import RequestEnvelope, decode_reply, encode
from tuik8s.world.base import Timer, World

if TYPE_CHECKING:
    from tuik8s.bus.clone import Clone

OnReply = Callable[[Reply], None]
OnNews = Callable[[bool], None]
"""Called after what was told (True) or answered (False) was taken; who follows changes tells of
them itself."""

RESEND_FIRST_MS: Final = 1_000
RESEND_LAST_MS: Final = 4_000
FULL_RETRY_MS: Final = 50
"""When the queue to the server was full."""

DEADLINE_MS: Final = 10_000
NO_ANSWER: Final = "the API server does not answer"
MSGPACK: Final = "application/msgpack"
PATCH_TYPES: Final = {
    "merge": "application/merge-patch+msgpack",
    "json": "application/json-patch+msgpack",
    "strategic": "application/strategic-merge-patch+msgpack",
    "apply": "application/apply-patch+msgpack",
}
READS: Final = frozenset(("get", "list"))

PatchKind = Literal["merge", "json", "strategic", "apply"]
_decode: Final = msgspec.msgpack.Decoder().decode


def decode(reply: Reply) -> Object:
    """The one object of a reply: what was read or written, or the Status of a refusal."""
    return object_of(reply.objects[0]) if reply.objects else {}


def refusal_of(reply: Reply) -> str:
    """Why a request was not done, in the server's words; "" when it was done."""
    if reply.ok:
        return ""
    if not reply.code:
        return NO_ANSWER
    unsaid = f"refused with code {reply.code}"
    try:
        return str(decode(reply).get("message") or unsaid)
    except (msgspec.DecodeError, AttributeError):  # a server of another version, in plain text
        return reply.objects[0].decode(errors="replace").strip() or unsaid


def object_of(data: bytes) -> Object:
    """An object from its msgpack bytes."""
    value: Object = _decode(data)
    return value


def _ignore(is_change: bool) -> None:
    """Before somebody asks for news."""


class _Call:
    __slots__ = ("deadline_ms", "frames", "on_reply", "repeatable", "sent", "timer", "wait_ms")

    def __init__(
        self, frames: Frames, on_reply: OnReply, deadline_ms: int, repeatable: bool
    ) -> None:
        self.frames = frames
        self.on_reply = on_reply
        self.deadline_ms = deadline_ms
        self.repeatable = repeatable
        self.sent = False
        self.wait_ms = RESEND_FIRST_MS
        self.timer: Timer | None = None


class Client:
    """See the module's text. Owns the callbacks of its transport.

    lean and decoded_max: see `bus.entries.Shelf`.
    """

    def __init__(
        self,
        world: World,
        transport: ClientTransport,
        *,
        lean: bool = False,
        decoded_max: int = DECODED_MAX,
    ) -> None:
        self.lean = lean
        self.decoded_max = decoded_max
        self.world = world
        self.transport = transport
        self.identity = transport.identity
        self.feeds = Feeds(world, self)
        self.on_news: OnNews = _ignore
        """For who looks seldom otherwise."""
        self._nonce = world.rng("bus/client").bytes(8).hex()
        self._next_id = 0
        self._calls: dict[int, _Call] = {}
        self._counts = {"requests": 0, "resent": 0, "expired": 0, "late": 0, "malformed": 0}
        transport.on_reply = self._on_reply
        transport.on_event = self.feeds.receive

    def call(
        self,
        request: Request,
        on_reply: OnReply,
        *,
        deadline_ms: int = DEADLINE_MS,
        idempotency: str = "",
        user: str = "",
    ) -> None:
        """Send a request; on_reply is called once, within deadline_ms.

        idempotency: a key that names this write, so that it may be repeated. user: ask as that
        user instead of the transport's identity, where the server lets us.
        """
        now_ms = self.world.now_ms()
        self._next_id = call_id = self._next_id + 1
        self._counts["requests"] += 1
        end_ms = now_ms + deadline_ms
        until_ms = self.world.true_ms() + deadline_ms  # the server's clock is another one
        frame = encode(RequestEnvelope(call_id, until_ms, idempotency, user, request))
        repeatable = bool(idempotency) or request.verb in READS
        call = self._calls[call_id] = _Call((frame,), on_reply, end_ms, repeatable)
        self._send(call_id, call, now_ms)

    def get(
        self,
        resource: str,
        namespace: str,
        name: str,
        on_reply: OnReply,
        *,
        version: str = "",
        subresource: str = "",
        user: str = "",
        deadline_ms: int = DEADLINE_MS,
    ) -> None:
        request = _request("get", resource, namespace, name, version, subresource)
        self.call(request, on_reply, deadline_ms=deadline_ms, user=user)

    def list_(
        self,
        resource: str,
        on_reply: OnReply,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
        *,
        version: str = "",
        user: str = "",
        deadline_ms: int = DEADLINE_MS,
    ) -> None:
        query = {"labelSelector": label_selector, "fieldSelector": field_selector}
        request = _request("list", resource, namespace, "", version, query=query)
        self.call(request, on_reply, deadline_ms=deadline_ms, user=user)

    def create(
        self,
        resource: str,
        obj: Object,
        on_reply: OnReply,
        *,
        subresource: str = "",
        name: str = "",
        namespace: str = "",
        **options: Any,
    ) -> None:
        """Create obj; with a subresource (binding, token, eviction) that of obj's or the name."""
        meta = obj.get("metadata", {})
        name = name or (meta.get("name", "") if subresource else "")
        namespace = namespace or meta.get("namespace", "")
        self._write("create", resource, namespace, name, on_reply, obj, subresource, **options)

    def update(
        self,
        resource: str,
        obj: Object,
        on_reply: OnReply,
        *,
        subresource: str = "",
        **options: Any,
    ) -> None:
        meta = obj["metadata"]
        namespace, name = meta.get("namespace", ""), meta["name"]
        self._write("update", resource, namespace, name, on_reply, obj, subresource, **options)

    def patch(
        self,
        resource: str,
        namespace: str,
        name: str,
        body: Object | list[Object],
        on_reply: OnReply,
        *,
        kind: PatchKind = "merge",
        subresource: str = "",
        **options: Any,
    ) -> None:
        options["content_type"] = PATCH_TYPES[kind]
        self._write("patch", resource, namespace, name, on_reply, body, subresource, **options)

    def delete(
        self,
        resource: str,
        namespace: str,
        name: str,
        on_reply: OnReply,
        options: Object | None = None,
        **others: Any,
    ) -> None:
        """Delete an object; options is a DeleteOptions object (preconditions, propagation)."""
        self._write("delete", resource, namespace, name, on_reply, options, **others)

    def clone(self, resource: str, partition: str = "") -> Clone:
        """The clone of a stream, shared by all who ask for the same one."""
        return self.feeds.clone(resource, partition)

    def next_key(self) -> str:
        """An idempotency key that nobody else uses."""
        return f"{self._nonce}-{self._next_id + 1}"

    def close(self) -> None:
        """Forget all calls (nobody is answered) and leave the bus."""
        for call in self._calls.values():
            if call.timer is not None:
                call.timer.cancel()
        self._calls.clear()
        self.feeds.close()
        self.transport.close()

    def statistics(self) -> Mapping[str, int]:
        return {**self._counts, "waiting": len(self._calls), **self.feeds.statistics()}

    def _write(
        self,
        verb: str,
        resource: str,
        namespace: str,
        name: str,
        on_reply: OnReply,
        body: object,
        subresource: str = "",
        *,
        version: str = "",
        content_type: str = MSGPACK,
        query: Mapping[str, str] | None = None,
        cause: int = 0,
        user: str = "",
        idempotency: str = "",
        deadline_ms: int = DEADLINE_MS,
    ) -> None:
        request = _request(
            verb, resource, namespace, name, version, subresource, body, content_type, query, cause
        )
        key = idempotency or self.next_key()
        self.call(request, on_reply, deadline_ms=deadline_ms, idempotency=key, user=user)

    def _send(self, call_id: int, call: _Call, now_ms: int) -> None:
        wait_ms = FULL_RETRY_MS
        if self.transport.send(call.frames):
            call.sent = True
            wait_ms = call.wait_ms
            call.wait_ms = min(2 * wait_ms, RESEND_LAST_MS)
        at_ms = call.deadline_ms
        if (call.repeatable or not call.sent) and now_ms + wait_ms < at_ms:
            at_ms = now_ms + wait_ms
        call.timer = self.world.call_at(at_ms, lambda: self._on_timer(call_id))

    def _on_timer(self, call_id: int) -> None:
        call = self._calls[call_id]
        now_ms = self.world.now_ms()
        if now_ms < call.deadline_ms:
            self._counts["resent"] += call.sent
            self._send(call_id, call, now_ms)
            return
        del self._calls[call_id]
        self._counts["expired"] += 1
        call.on_reply(Reply(code=0))
        self.on_news(False)

    def _on_reply(self, frames: Frames) -> None:
        envelope = decode_reply(frames)
        if envelope is None:
            self._counts["malformed"] += 1
            return
        call = self._calls.pop(envelope.id, None)
        if call is None:
            self._counts["late"] += 1
            return
        if call.timer is not None:
            call.timer.cancel()
        call.on_reply(envelope.reply)
        self.on_news(False)


def _request(
    verb: str,
    resource: str,
    namespace: str,
    name: str,
    version: str,
    subresource: str = "",
    body: object = None,
    content_type: str = "",
    query: Mapping[str, str] | None = None,
    cause: int = 0,
) -> Request:
    plural, _, group = resource.partition(".")
    return Request(
        verb=verb,
        group=group,
        version=version,
        resource=plural,
        subresource=subresource,
        namespace=namespace,
        name=name,
        query={key: [value] for key, value in query.items() if value} if query else {},
        body=b"" if body is None else encode(body),
        content_type="" if body is None else content_type,
        cause=cause,
    )


def told(clients: Iterable[Client]) -> dict[str, int]:
    """The statistics of a component's clients in one, named so that they stand apart from its own;
    the lag is the worst of them."""
    totals: dict[str, int] = {}
    for client in clients:
        for name, count in client.statistics().items():
            before = totals.get(f"bus.{name}", 0)
            totals[f"bus.{name}"] = max(before, count) if name == LAG else before + count
    return totals
