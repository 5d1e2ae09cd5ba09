"""Clients that are not this project's: where they are on this machine, and how tests run them.

`tools/fetch-clients` builds them; a test whose program is nowhere is skipped by its name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.live import Live

BUILT = Path(__file__).resolve().parents[2] / ".clients"


def found(name: str) -> str:
    """The path of a program: $TUIK8S_HELM, what tools/fetch-clients built, or on the PATH."""
    named = os.environ.get(f"TUIK8S_{name.upper()}", "")
    built = BUILT / name
    return named or (str(built) if built.exists() else "") or shutil.which(name) or ""


def needs(name: str) -> pytest.MarkDecorator:
    why = f"{name} is not here: tools/fetch-clients builds it, TUIK8S_{name.upper()} names it"
    return pytest.mark.skipif(not found(name), reason=why)


class Program:
    """A client with a home of its own, which speaks with one cluster."""

    def __init__(self, name: str, cluster: Live) -> None:
        self.path = found(name)
        self.cluster = cluster
        home = cluster.data / f"{name}-home"
        places = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        self.home = home
        self.env = {**cluster.env, **dict.fromkeys(places, str(home))}
        home.mkdir(exist_ok=True)

    def attempt(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [self.path, *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=120)

    def __call__(self, *words: str) -> str:
        done = self.attempt(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout
