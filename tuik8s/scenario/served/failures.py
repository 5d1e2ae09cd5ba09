"""How a test hears that something did not come about."""

from __future__ import annotations

from tuik8s.api.types import Object


class Failed(AssertionError):
    """What a test waited for did not happen; the message says what there was instead."""


class Refused(Exception):
    """The API refused a request, in its own words; code as in HTTP, 0 when it did not answer."""

    def __init__(self, code: int, status: Object) -> None:
        super().__init__(status.get("message") or f"code {code}")
        self.code = code
        self.reason: str = status.get("reason", "")
        self.status = status
