"""The HTTPS door of a simulated API server: requests become events of the heap.

    connection -> HttpDoor -> Entrance.handle -> heap, behind the server's gate -> Pipeline.handle

So a paused server answers when it is resumed. A dead one has its connections cut; new ones are cut
at once until it is back, on the same port.
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.errors import ApiError
from tuik8s.api.types import Request
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.apiserver.answers import Answer, refusal
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.http import HttpDoor, HttpServer, Receive, Send
from tuik8s.components.apiserver.pipeline import Pipeline, Reply
from tuik8s.components.apiserver.routes import Route
from tuik8s.scenario.served.authority import HOST, authority

GONE = ApiError(503, "ServiceUnavailable", "the API server died before it answered")


class Entrance(Pipeline):
    """The way of requests from outside into one living API server."""

    def __init__(self, server: ApiServer) -> None:
        super().__init__(server.core)
        self.server = server
        self.door = HttpDoor(self)
        self._waiting: dict[int, Reply] = {}
        self._next = 0

    def handle(
        self, request: Request, route: Route, credentials: Credentials, reply: Reply
    ) -> None:
        """See Pipeline.handle; this one returns before anything has happened."""
        self._next = number = self._next + 1
        self._waiting[number] = reply

        def answered(answer: Answer) -> None:
            waiting = self._waiting.pop(number, None)
            if waiting is not None:
                waiting(answer)

        pipeline = self.server.pipeline
        self.core.world.call_soon(lambda: pipeline.handle(request, route, credentials, answered))

    def close(self) -> None:
        """The server is dead: whoever waits hears so."""
        while self._waiting:
            _, reply = self._waiting.popitem()
            reply(refusal(GONE))


class Front:
    """What listens: for whichever API server of the cluster lives."""

    def __init__(self) -> None:
        self.entrance: Entrance | None = None
        self._http = HttpServer(self._serve, authority().tls)

    async def listen(self) -> int:
        return await self._http.listen(HOST, 0)

    def live(self, server: ApiServer | None) -> None:
        """This server lives now, or none does."""
        if self.entrance is not None:
            self._http.hang_up()
            self.entrance.close()
        self.entrance = None if server is None else Entrance(server)

    def close(self) -> None:
        self._http.close()
        self._http.hang_up()
        if self.entrance is not None:
            self.entrance.close()
        self.entrance = None

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if self.entrance is None:
            scope["tuik8s"].transport.abort()
        else:
            await self.entrance.door(scope, receive, send)
