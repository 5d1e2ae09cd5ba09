"""A log, asked as the API of a running cluster is: same paths, same answers, nothing is written.

    api = LogApi(path)
    api.get("/api/v1/namespaces/default/pods/web")
    LogApi(path, "-10m")       everything as it was ten minutes before the newest change

The clock of its server stands at the moment that is shown, so ages are those of then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tuik8s.cli.api import JSON, ApiClient, ApiRefusal
from tuik8s.cli.log_directory import open_view, opened_log, told_in_words
from tuik8s.cli.moments import moment_in
from tuik8s.components.supervisor.directory import Refusal


class LogApi(ApiClient):
    """An API server of this process over the log in a directory. Raises Refusal."""

    def __init__(self, path: Path, at: str = "") -> None:
        from tuik8s.components.apiserver import ApiServer, ApiServerConfig
        from tuik8s.components.apiserver.live_log import logs_of
        from tuik8s.world.simulated import Simulation

        with opened_log(path) as store:
            moment = moment_in(store, at)
        simulation = Simulation(0, moment.at_ms)
        config = ApiServerConfig(read_only=True, explanations=True, faults_propagate=True)
        self._now_ms = moment.at_ms
        self._revision = moment.revision if at else 0
        self._view = open_view(path)
        self._logs = logs_of(path)
        if self._logs is not None:
            simulation.logs = self._logs
        self._apiserver = ApiServer(simulation.host("apiserver"), config, self._view)
        with told_in_words(path):
            self._apiserver.start()

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def close(self) -> None:
        self._view.close()
        if self._logs is not None:
            self._logs.close()

    def text(self, path: str) -> str:
        answer = self._answer("GET", path, JSON)
        if answer.code >= 400:
            raise ApiRefusal(answer.code, json.loads(answer.body)["message"])
        return str(answer.body.decode())

    def request(
        self, method: str, path: str, body: Any = None, media: str = JSON, accept: str = JSON
    ) -> Any:
        answer = self._answer(method, path, accept)
        found = json.loads(answer.body)
        if answer.code >= 400:
            raise ApiRefusal(answer.code, found["message"])
        return found

    def lines(self, path: str, accept: str = JSON) -> Iterator[bytes]:
        raise Refusal("in a log nothing changes any more: leave out -w")

    def _answer(self, method: str, url: str, accept: str) -> Any:
        from tuik8s.components.apiserver.authentication.base import Certificate, Credentials
        from tuik8s.components.apiserver.http_head import parse_query

        path, _, query = quote(url, safe="/?&=%").partition("?")
        route = self._apiserver.core.routes.parse(method, path)
        asked = parse_query(query)
        if self._revision and route.resource:
            asked["resourceVersion"] = [str(self._revision)]
            asked["resourceVersionMatch"] = ["Exact"]
        request = route.request(method, asked, accept=accept)
        reader = Credentials(certificate=Certificate("tuik8s", ("system:masters",), 0))
        answers: list[Any] = []
        self._apiserver.pipeline.handle(request, route, reader, answers.append)
        assert answers, f"{url}: what a log answers waits for nobody"
        return answers[0]
