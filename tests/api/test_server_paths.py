"""/ and /version are those of a 1.36.3 server (golden/documents)."""

from __future__ import annotations

import json
from pathlib import Path

from tuik8s.api.kinds.registry import builtin
from tuik8s.api.server_paths import health_checks, root_paths, version

GOLDEN = Path(__file__).parent.parent / "golden" / "documents" / "server.json"
DOCUMENTS = json.loads(GOLDEN.read_text())


def test_root_paths() -> None:
    unserved = {"/flagz", "/statusz"}
    assert root_paths(builtin()) == [p for p in DOCUMENTS["root"]["paths"] if p not in unserved]


def test_version() -> None:
    theirs = DOCUMENTS["version"]
    assert version() == {**theirs, "gitVersion": f"{theirs['gitVersion']}+tuik8s"}


def test_health_checks_are_named() -> None:
    assert "ping" in health_checks("/livez")
    assert "shutdown" in health_checks("/readyz")
