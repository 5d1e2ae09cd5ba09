"""An API server in a simulated world, asked through its pipeline as a user with a token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tuik8s.api.types import Object
from tuik8s.components.apiserver import ApiServer, ApiServerConfig, build
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.authentication.base import Credentials, Impersonation
from tuik8s.components.apiserver.http_head import parse_query
from tuik8s.components.apiserver.watching import Subscription
from tuik8s.world.live_disk import RealDisk
from tuik8s.world.simulated import Simulation

TOKENS = ('admin-token,admin,1,"system:masters"', "alice-token,alice,2,dev")
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"


class Response:
    """An answer as a client sees it."""

    def __init__(self, answer: Answer) -> None:
        self.code = answer.code
        self.answer = answer
        self.warnings = list(answer.warnings)

    @property
    def body(self) -> Any:
        return json.loads(self.answer.body)

    @property
    def text(self) -> str:
        return self.answer.body.decode()

    @property
    def stream(self) -> Subscription:
        assert isinstance(self.answer.stream, Subscription), self.text
        return self.answer.stream


class Api:
    """One server; every call runs the world until it is answered."""

    def __init__(self, seed: int = 1, **config: Any) -> None:
        self.simulation = Simulation(seed)
        settings = ApiServerConfig(tokens=TOKENS, faults_propagate=True, **config)
        self.server: ApiServer = build(self.simulation.host("apiserver"), settings)
        self.server.start()
        self.simulation.run_ms(20)
        self.post(ACCOUNTS, {"metadata": {"name": "default"}})

    @property
    def core(self) -> Any:
        return self.server.core

    def call(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        user: str = "admin",
        content_type: str = "application/json",
        accept: str = "application/json",
        agent: str = "test/1",
        impersonation: Impersonation | None = None,
        within_ms: int = 10_000,
    ) -> Response:
        path, _, text = url.partition("?")
        query = parse_query(text)
        route = self.server.core.routes.parse(method, path)
        if body is None:
            data = b""
        else:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = route.request(
            method,
            query,
            body=data,
            content_type=content_type,
            accept=accept,
            user_agent=agent,
        )
        token = f"{user}-token" if user else ""
        credentials = Credentials(token=token, impersonation=impersonation)
        answers: list[Answer] = []
        self.server.pipeline.handle(request, route, credentials, answers.append)
        self.simulation.run_while(lambda: not answers, within_ms)
        assert answers, f"{method} {url} was not answered"
        return Response(answers[0])

    def get(self, url: str, **more: Any) -> Response:
        return self.call("GET", url, **more)

    def post(self, url: str, body: object, **more: Any) -> Response:
        return self.call("POST", url, body, **more)

    def put(self, url: str, body: object, **more: Any) -> Response:
        return self.call("PUT", url, body, **more)

    def patch(self, url: str, body: object, content_type: str = MERGE, **more: Any) -> Response:
        return self.call("PATCH", url, body, content_type=content_type, **more)

    def delete(self, url: str, body: object = None, **more: Any) -> Response:
        return self.call("DELETE", url, body, **more)

    def watch(self, url: str, **more: Any) -> Events:
        separator = "&" if "?" in url else "?"
        return Events(self, self.get(f"{url}{separator}watch=true", **more))

    def config_map(self, name: str, **data: str) -> Object:
        """A stored ConfigMap in the namespace default."""
        created = self.post(MAPS, {"metadata": {"name": name}, "data": data})
        assert created.code == 201, created.text
        found: Object = created.body
        return found


def save_log(api: Api, directory: Path) -> Path:
    """The server's log as files of a directory."""
    written = api.simulation.disk("apiserver", "store")
    disk = RealDisk(directory)
    for name in written.names():
        disk.append(name, written.read(name))
    disk.close()
    return directory


ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"


class Events:
    """What a watch has sent so far."""

    def __init__(self, api: Api, response: Response) -> None:
        self.api = api
        self.ended = False
        self.sent: list[bytes] = []
        self.stream = response.stream
        self.stream.send = self.sent.append
        self.stream.on_end = self._end
        self.stream.start()

    def _end(self) -> None:
        self.ended = True

    def read(self, run_ms: int = 5) -> list[tuple[str, Object]]:
        """(type, object) of everything that came until run_ms from now."""
        self.api.simulation.run_ms(run_ms)
        lines = b"".join(self.sent).splitlines()
        self.sent.clear()
        return [(event["type"], event["object"]) for event in map(json.loads, lines)]

    def names(self, run_ms: int = 5) -> list[tuple[str, str]]:
        """(type, name) of everything that came."""
        return [(kind, obj["metadata"].get("name", "")) for kind, obj in self.read(run_ms)]


def pod(name: str, **spec: Any) -> Object:
    """A small pod."""
    containers = [{"name": "c", "image": "nginx:1"}]
    return {"metadata": {"name": name}, "spec": {"containers": containers, **spec}}
