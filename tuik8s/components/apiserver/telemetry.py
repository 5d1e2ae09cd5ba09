"""What components tell of themselves without storing it: the last word of each topic.

    POST /telemetry/TOPIC   keep the body and publish it on the bus under the topic
    GET  /telemetry/TOPIC   the last body (msgpack on the bus, JSON over HTTP), 404 if there is none

It is no object, so it has no revision and no history: who wants to see it change follows the bus
(`bus.feeds.Feeds.tap`). An unknown body, one too many topics or one too large is refused.

Source: our own; kube-proxy's routing tables (`telemetry/routes/NODE`) come this way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from tuik8s.api.errors import ApiError, bad_request, method_not_allowed
from tuik8s.api.types import Request, User
from tuik8s.components.apiserver.answers import Answer, json_answer, text_answer

PREFIX: Final = "/telemetry/"
BODY_BYTES_MAX: Final = 4 << 20
TOPICS_MAX: Final = 20_000
_MSGPACK: Final = "application/msgpack"
Tell = Callable[[str, bytes, str], None]


class Telemetry:
    """The last word of each topic. `tell` is set by the door that has a bus to publish on."""

    def __init__(self) -> None:
        self.tell: Tell = lambda topic, body, author: None
        self._last: dict[str, bytes] = {}

    def answer(self, request: Request, user: User) -> Answer:
        topic = request.path.lstrip("/")
        if request.verb == "get":
            return self._get(topic, request)
        if request.verb not in ("post", "create"):
            raise method_not_allowed()
        body = request.body
        if request.content_type != _MSGPACK:
            try:
                body = msgspec.msgpack.encode(msgspec.json.decode(body))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
                raise bad_request(f"telemetry is JSON or msgpack: {problem}") from None
        if len(body) > BODY_BYTES_MAX:
            raise ApiError(413, "RequestEntityTooLarge", f"limit is {BODY_BYTES_MAX}")
        if topic not in self._last and len(self._last) >= TOPICS_MAX:
            raise ApiError(429, "TooManyRequests", f"more than {TOPICS_MAX} telemetry topics")
        self._last[topic] = body
        self.tell(topic, body, user.name)
        return text_answer(202, "")

    def _get(self, topic: str, request: Request) -> Answer:
        found = self._last.get(topic)
        if found is None:
            return text_answer(404, "404 page not found\n")
        if _MSGPACK in request.accept:
            return Answer(200, found, _MSGPACK, objects=(found,))
        answer = json_answer(msgspec.msgpack.decode(found))
        answer.objects = (found,)
        return answer
