"""A live cluster for tests, driven from outside as a user does: the command line and kubectl."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BESIDE = Path(os.path.realpath(shutil.which("gcloud") or "/usr/lib/google-cloud-sdk/bin/x")).parent
KUBECTLS = ["kubectl", *sorted(str(path) for path in BESIDE.glob("kubectl.1.*"))]
"""Every kubectl of this machine."""
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here")

WITHIN_S = 60.0


class Live:
    """A cluster in a data directory of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.env = {**os.environ, "KUBECONFIG": str(data / "kubeconfig"), "HOME": str(data)}

    def tuik8s(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tuik8s.cli.main", command, "--data", str(self.data), *words],
            capture_output=True,
            text=True,
            timeout=120,
        )

    def up(self, *flags: str) -> None:
        done = self.tuik8s("up", "--detach", *flags)
        assert done.returncode == 0, done.stderr

    def down(self) -> None:
        self.tuik8s("down")

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.tuik8s("status", "--json").stdout)
        return answer

    def pid(self, name: str) -> int:
        return int(next(p["pid"] for p in self.status()["processes"] if p["name"] == name))

    def kubectl(self, *words: str, stdin: str | None = None, program: str = "kubectl") -> str:
        done = self.try_kubectl(*words, stdin=stdin, program=program)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def try_kubectl(
        self, *words: str, stdin: str | None = None, program: str = "kubectl"
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *words],
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def get(self, *words: str) -> Any:
        return json.loads(self.kubectl("get", *words, "-o", "json"))


def until(holds: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Ask again until it holds; the bound only ends a test that would never end."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"did not come to hold within {within_s:g}s"
        time.sleep(0.05)


def curl(address: str, source: str = "") -> str:
    """The body that an address answers, "" when it refuses."""
    words = ["curl", "-s", "-m", "5", *(["--interface", source] if source else []), address]
    return subprocess.run(words, capture_output=True, text=True).stdout
