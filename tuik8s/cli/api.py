"""A small client of a running cluster's API over HTTPS, as the kubeconfig's user.

    api = ApiClient(running)
    api.get("/api/v1/namespaces/default/pods/web")

Answers are JSON; a refusal or a server that does not answer becomes a Refusal in the server's own
words. One connection serves all requests of a command.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import yaml

from tuik8s.components.supervisor.directory import Refusal, Running

_TIMEOUT_S = 30
JSON = "application/json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
MERGE_PATCH = "application/merge-patch+json"


class ApiRefusal(Refusal):
    """The server said no; code as in HTTP."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class ApiClient:
    """Requests to the cluster that `running` describes."""

    def __init__(self, running: Running) -> None:
        self._server = running.server
        self._runtime = running.runtime
        parts = urlsplit(running.server)
        self._connection = http.client.HTTPSConnection(
            parts.hostname or "",
            parts.port or 443,
            timeout=_TIMEOUT_S,
            context=tls_context(Path(running.kubeconfig)),
        )

    @property
    def now_ms(self) -> int:
        """The cluster's time, to which ages are counted. Raises Refusal."""
        from tuik8s.components.supervisor.clock import clock_of

        return clock_of(self._runtime).at(time.monotonic_ns())

    def get(self, path: str, accept: str = JSON) -> Any:
        return self.request("GET", path, accept=accept)

    def text(self, path: str) -> str:
        """An answer that is text whatever it looks like: a log. Errors: as for `request`."""
        with self._answering():
            content = self._ask("GET", path, None, JSON, JSON).read()
        return content.decode("utf-8", "replace")

    def post(self, path: str, body: Any) -> Any:
        return self.request("POST", path, body)

    def patch(self, path: str, body: Any, media: str = MERGE_PATCH) -> Any:
        return self.request("PATCH", path, body, media)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.request("DELETE", path, body)

    def close(self) -> None:
        self._connection.close()

    def request(
        self, method: str, path: str, body: Any = None, media: str = JSON, accept: str = JSON
    ) -> Any:
        """The decoded answer. Errors: ApiRefusal, Refusal when nobody answers.

        path: as one reads it; what no URL may hold, such as a blank, is escaped.
        """
        with self._answering():
            return _decoded(self._ask(method, path, body, media, accept).read())

    def lines(self, path: str, accept: str = JSON) -> Iterator[bytes]:
        """The lines of an answer that goes on, as they come: a watch, a log that is followed.

        No other request can be made meanwhile. Errors: as for `request`; a server that goes away
        ends the lines.
        """
        with self._answering():
            answer = self._ask("GET", path, None, JSON, accept)
        if self._connection.sock is not None:
            self._connection.sock.settimeout(None)
        with contextlib.suppress(OSError, http.client.HTTPException):
            yield from answer
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: Any, media: str, accept: str
    ) -> http.client.HTTPResponse:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": accept, "User-Agent": "tuik8s"}
        if data is not None:
            headers["Content-Type"] = media
        self._connection.request(method, quote(path, safe="/?&=%"), data, headers)
        answer = self._connection.getresponse()
        if answer.status >= 400:
            raise ApiRefusal(answer.status, refusal_message(answer.status, answer.read()))
        return answer

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (OSError, http.client.HTTPException) as problem:
            self._connection.close()
            raise Refusal(f"the API at {self._server} does not answer: {problem}") from problem


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode("utf-8", "replace")


def refusal_message(code: int, content: bytes) -> str:
    """What a Status says."""
    found = _decoded(content)
    message = found.get("message") if isinstance(found, dict) else found
    return str(message or f"HTTP status {code}").strip()


def tls_context(kubeconfig: Path) -> ssl.SSLContext:
    """TLS as the kubeconfig says: its authority, its client certificate."""
    try:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        authority = _pem(cluster, "certificate-authority")
        pair = _pem(user, "client-certificate") + "\n" + _pem(user, "client-key")
        context = ssl.create_default_context(cadata=authority)
        # The ssl module reads a client certificate from a file only; it is gone right after.
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(pair)
            file.flush()
            context.load_cert_chain(file.name)
    except OSError as problem:
        raise Refusal(f"{kubeconfig} cannot be used: {problem}") from problem
    except (yaml.YAMLError, KeyError, IndexError, TypeError, ValueError) as problem:
        raise Refusal(f"{kubeconfig} is no kubeconfig of tuik8s: {problem!r}") from problem
    return context


def _pem(where: dict[str, str], field: str) -> str:
    inline = where.get(f"{field}-data")
    if inline:
        return base64.b64decode(inline).decode()
    return Path(where[field]).read_text()
