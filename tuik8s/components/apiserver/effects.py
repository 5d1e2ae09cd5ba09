"""What a request may wait for: typed records that a handler yields and the shell performs.

A handler that must wait is a generator. It yields an effect, the shell (`pipeline.Pipeline`, with
the performers of the process it lives in) carries it out, and sends the result back in. The
handler itself stays synchronous: in a simulated world the same generator is driven by the heap.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import msgspec

from tuik8s.components.apiserver.streaming import Pipe

if TYPE_CHECKING:
    from tuik8s.components.apiserver.answers import Answer


class Pause(msgspec.Struct, frozen=True):
    """Go on after delay_ms; the result is None."""

    delay_ms: int


class Settle(msgspec.Struct, frozen=True):
    """Go on when everything that was written is durable; the result is None."""


class CallWebhook(msgspec.Struct, frozen=True):
    """POST a JSON document to an admission webhook; the result is `Fetched`."""

    url: str
    body: bytes
    timeout_ms: int
    ca_bundle: str = ""
    service: str = ""
    """`namespace/name:port` when the webhook is named by a Service; url then has the path."""


class Fetched(msgspec.Struct, frozen=True):
    """What came back over HTTP: status 0 and `error` when nothing did. Header names are lower."""

    status: int
    body: bytes = b""
    error: str = ""
    headers: dict[str, str] = {}


class KubeletCall(msgspec.Struct, frozen=True):
    """Ask a node's kubelet for a path; the result is `Fetched`-shaped answer."""

    node: str
    method: str
    path: str
    body: bytes = b""
    timeout_ms: int = 30_000


class Dial(msgspec.Struct, frozen=True):
    """Connect to an address; the result is a `Pipe`, or in words why there is none.

    is_outside: an address of the machine and not of the cluster's network.
    """

    host: str
    port: int
    is_outside: bool = False


class Together(msgspec.Struct, frozen=True):
    """Perform all of them at the same time; the result is the list of their results."""

    effects: tuple[CallWebhook | KubeletCall, ...]


Dialled = Pipe | str
Effect = Pause | Settle | CallWebhook | KubeletCall | Dial | Together
Waiting = Generator[Effect, Any, "Answer"]
"""A request on its way that may stop for effects and ends in an answer."""
