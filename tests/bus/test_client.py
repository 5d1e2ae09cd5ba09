"""What a client makes of replies."""

from __future__ import annotations

import msgspec
import pytest

from tuik8s.api.types import Reply
from tuik8s.bus.client import refusal_of

PACK = msgspec.msgpack.encode


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(code=200), ""),
        (Reply(code=0), "the API server does not answer"),
        (Reply(code=404, objects=(PACK({"message": "no pods"}),)), "no pods"),
        (Reply(code=404, objects=(PACK({}),)), "refused with code 404"),
        (Reply(code=503), "refused with code 503"),
        (Reply(code=404, objects=(b"404 page not found\n",)), "404 page not found"),
        (Reply(code=404, objects=(b"",)), "refused with code 404"),
        (Reply(code=404, objects=(b"\xff",)), "\ufffd"),
    ],
)
def test_why_a_request_was_not_done(reply: Reply, said: str) -> None:
    assert refusal_of(reply) == said
