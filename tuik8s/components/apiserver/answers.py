"""What a request is answered with, before a door puts it on its wire.

An `Answer` is already in the form that was asked for: `body` holds JSON, YAML or text for the HTTP
door, `objects` the msgpack of each object for the bus. A watch answers with a `stream` that the
door subscribes to.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tuik8s.api.errors import ApiError
from tuik8s.api.types import Object
from tuik8s.components.apiserver.streaming import Session, Stream

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"

encode_json = msgspec.json.Encoder(decimal_format="number").encode
encode_msgpack = msgspec.msgpack.Encoder().encode


class Answer(msgspec.Struct):
    """The answer to one request.

    objects: for the bus; without them it carries the body. revision: of the object written, or of
    the snapshot listed; the answer is delivered once that revision is durable. stream: set for
    watches and followed logs, whose pieces follow. session: set with code 101.
    """

    code: int
    body: bytes = b""
    media: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    objects: tuple[bytes, ...] | None = None
    revision: int = 0
    stream: Stream | None = None
    session: Session | None = None

    @property
    def parts(self) -> tuple[bytes, ...]:
        """What the bus carries."""
        if self.objects is not None:
            return self.objects
        return (self.body,) if self.body else ()


def refusal(error: ApiError, *, packed: bool = False, warnings: Iterable[str] = ()) -> Answer:
    """The Status of a refused request; errors are JSON whatever was asked for."""
    status = error.status()
    answered = Answer(error.code, headers=error.headers, warnings=tuple(warnings))
    if packed:
        answered.objects = (encode_msgpack(status),)
    else:
        answered.body = encode_json(status)
    return answered


def text_answer(code: int, text: str, media: str = TEXT) -> Answer:
    """A plain text answer, such as `ok` or `404 page not found`."""
    return Answer(code, text.encode(), media)


def json_answer(value: Object, code: int = 200, media: str = JSON) -> Answer:
    """A JSON document that is no stored object, such as discovery."""
    return Answer(code, encode_json(value), media)


def success_status(group: str, plural: str, name: str, uid: str, code: int = 0) -> Object:
    """`Status: Success`, as upstream answers deletions (no code) and bindings (code 201)."""
    parts = {"name": name, "group": group, "kind": plural, "uid": uid}
    details = {key: value for key, value in parts.items() if value}
    status: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    if details:
        status["details"] = details
    if code:
        status["code"] = code
    return status
