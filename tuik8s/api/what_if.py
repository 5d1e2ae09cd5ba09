"""A question to the scheduler: where would this pod go, as things stand? Nothing is changed.

    telemetry/what-if/ask      {"id": ID, "pod": a whole Pod}     whoever wants to know
    telemetry/what-if/answer   {"id": ID, "decision": ...}        the scheduler
                               {"id": ID, "refused": "why not"}

Both are telemetry (`POST /telemetry/...`, told on the bus), since nothing of it is state. The
decision has the shape of a stored one. A scheduler that is not there does not answer: who asks
gives up after WITHIN_MS.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tuik8s.api.types import Object, Request

ASK: Final = "telemetry/what-if/ask"
ANSWER: Final = "telemetry/what-if/answer"
WITHIN_MS: Final = 3_000


class Question(msgspec.Struct, frozen=True):
    """pod: with everything that decisions depend on, as admission would leave it."""

    id: str
    pod: Object


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of decision and refused."""

    id: str
    decision: Object | None = None
    refused: str = ""


def telling(topic: str, body: msgspec.Struct) -> Request:
    """The request that tells a question or a verdict to everybody who listens."""
    return Request(
        verb="post",
        path=f"/{topic}",
        body=msgspec.msgpack.encode(body),
        content_type="application/msgpack",
    )


def heard(body: bytes, kind: type[Any]) -> Any:
    """A question or a verdict; None if it is none."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
