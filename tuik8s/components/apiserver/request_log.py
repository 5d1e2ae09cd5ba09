"""What the API server logs of requests: slow ones, refused ones, and at -v=3 every one.

Source: k8s.io/apiserver pkg/server/httplog, pkg/endpoints/filters; k8s.io/utils/trace (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from tuik8s.api.types import Request
from tuik8s.components.apiserver.answers import Answer
from tuik8s.world.base import World

SLOW_MS: Final = 500
"""Upstream traces what takes longer."""
USUAL: Final = frozenset((404, 409, 410))
"""Refusals that are part of everybody's work; told at -v=3, as all answers are."""

Reply = Callable[[Answer], None]


class RequestLog:
    """Looks at each answer as it leaves."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._log = world.log
        self.is_on = self._log.verbosity >= 0
        """Whether anything is ever said: the cheap question before the others."""

    def watched(self, request: Request, user: str, reply: Reply) -> Reply:
        """The reply to use in place of reply. user: who asks, as far as is known."""
        return partial(self._answered, request, user, self._world.now_ms(), reply)

    def _answered(
        self, request: Request, user: str, began_ms: int, reply: Reply, answer: Answer
    ) -> None:
        code, took_ms = answer.code, self._world.now_ms() - began_ms
        log = self._log
        if code >= 400 and code not in USUAL and log.verbosity >= 2:
            shown = _shown(request, user, took_ms)
            log.warning("Request refused", **shown, resp=code, err=_message(answer))
        elif took_ms >= SLOW_MS:
            log.info("Slow request", **_shown(request, user, took_ms), resp=code)
        elif log.verbosity >= 3:
            shown = _shown(request, user, took_ms)
            log.info("HTTP", **shown, resp=code, resourceVersion=str(answer.revision or ""))
        reply(answer)


def _shown(request: Request, user: str, took_ms: int) -> dict[str, object]:
    what = request.path
    if request.resource:
        parts = (request.resource, request.subresource, request.namespace, request.name)
        what = "/".join([part for part in parts if part])
    return {"verb": request.verb, "what": what, "user": user, "latency": f"{took_ms}ms"}


def _message(answer: Answer) -> str:
    """What a refusal says."""
    try:
        if answer.objects:
            status = msgspec.msgpack.decode(answer.objects[0])
        else:
            status = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return answer.body.decode(errors="replace").strip()
    return str(status.get("message", "")) if isinstance(status, dict) else ""
