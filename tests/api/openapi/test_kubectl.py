"""A real kubectl believes our documents: it explains, and leaves validation to the server."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tuik8s.api import discovery, protobuf
from tuik8s.api.kinds.registry import builtin
from tuik8s.api.openapi import V2_CONTENT_TYPE, Documents
from tuik8s.api.schema.decode import decode_json

KUBECTL = shutil.which("kubectl")
KINDS = builtin()
DOCUMENTS = Documents(KINDS)
JSON = "application/json"
AGGREGATED = f"{JSON};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(KUBECTL is None, reason="no kubectl on this machine"),
]


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the documents, and answers a create with what it got."""

    created: list[tuple[str, Any]] = []

    def do_GET(self) -> None:
        path, _, _ = self.path.partition("?")
        media, body = _document(path, self.headers.get("Accept", ""))
        self._answer(200 if body else 404, media, body or b"404 page not found\n")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_protobuf = "protobuf" in self.headers.get("Content-Type", "")
        value = protobuf.decode(body) if is_protobuf else decode_json(body)[0]
        Handler.created.append((self.path, value))
        self._answer(201, JSON, json.dumps(value).encode())

    def _answer(self, code: int, media: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def _document(path: str, accept: str) -> tuple[str, bytes | None]:
    if path in ("/api", "/apis") and "as=APIGroupDiscoveryList" in accept:
        return AGGREGATED, json.dumps(discovery.aggregated(KINDS, core=path == "/api")).encode()
    if path == "/openapi/v3":
        return JSON, DOCUMENTS.index()
    if path.startswith("/openapi/v3/"):
        return JSON, DOCUMENTS.get(path.removeprefix("/openapi/v3/"))
    if path == "/openapi/v2":
        return V2_CONTENT_TYPE, DOCUMENTS.v2()
    return "text/plain", None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.server_address[1]}"
    listener.shutdown()
    listener.server_close()
    thread.join()


def kubectl(server: str, home: Path, *arguments: str, stdin: str = "") -> str:
    assert KUBECTL is not None
    done = subprocess.run(
        [KUBECTL, "--server", server, "--cache-dir", str(home / "cache"), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_explains(server: str, tmp_path: Path) -> None:
    text = kubectl(server, tmp_path, "explain", "pod.spec.containers.env")
    assert "KIND:       Pod" in text
    assert "List of environment variables to set in the container." in text
    assert "valueFrom\t<EnvVarSource>" in text
    recursive = kubectl(server, tmp_path, "explain", "deployment", "--recursive")
    assert "maxSurge\t<IntOrString>" in recursive


def test_lists_resources(server: str, tmp_path: Path) -> None:
    lines = kubectl(server, tmp_path, "api-resources", "--no-headers").splitlines()
    assert len(lines) == len({kind.resource for kind in KINDS.all()})
    assert any(line.split()[:3] == ["deployments", "deploy", "apps/v1"] for line in lines)


def test_leaves_strict_validation_to_the_server(server: str, tmp_path: Path) -> None:
    manifest = json.dumps(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "nope": 1}
    )
    kubectl(server, tmp_path, "create", "--validate=strict", "-f", "-", stdin=manifest)
    path, value = Handler.created[-1]
    assert "fieldValidation=Strict" in path
    assert value["nope"] == 1


def test_generators_send_protobuf_that_we_read(server: str, tmp_path: Path) -> None:
    kubectl(server, tmp_path, "create", "configmap", "c2", "--from-literal=a=b")
    assert Handler.created[-1][1]["data"] == {"a": "b"}
    kubectl(server, tmp_path, "create", "deployment", "d", "--image=nginx", "--port=80")
    spec = Handler.created[-1][1]["spec"]
    assert spec["template"]["spec"]["containers"][0]["image"] == "nginx"


def test_version_2_is_read_where_version_3_is_not_asked(server: str, tmp_path: Path) -> None:
    text = kubectl(server, tmp_path, "explain", "service.spec", "--output=plaintext-openapiv2")
    assert "clusterIP\t<string>" in text
    assert "FIELDS:" in text
