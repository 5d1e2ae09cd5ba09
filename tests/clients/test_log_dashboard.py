"""`tuik8s ui --log DIR` in a terminal: what a cluster did is shown, nothing of it is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.terminal import QUIT, dashboard
from tests.components.apiserver.plant import PODS, Api, pod, save_log

pytestmark = [pytest.mark.real, pytest.mark.slow]


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_a_log_is_looked_at_and_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    api = Api()
    assert api.post(PODS, pod("early-bird")).code == 201
    revision = api.server.store.revision
    assert api.post(PODS, pod("late-riser")).code == 201
    log = save_log(api, tmp_path / "log")
    (log / "segment-00000001.log").open("ab").write(b"a torn tail")
    before = content(log)
    with dashboard("--log", str(log)) as newest:
        newest.await_text(b"late-riser")
        newest.type(QUIT)
        assert newest.await_end() == 0
    with dashboard("--log", "log", "--at", str(revision)) as past:
        past.await_text(b"early-bird")
        past.await_text(b"(0s ago")  # before the end of the log, not before today
        past.type(QUIT)
        assert past.await_end() == 0
    assert b"late-riser" not in past.written
    assert content(log) == before


def test_a_log_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    with dashboard("--log", str(tmp_path)) as refused:
        assert refused.await_end() == 2
    with dashboard("--at", "-10m") as misplaced:
        assert misplaced.await_end() == 2
    assert b"no log can be read at" in refused.written
    assert b"--at goes with --log DIR" in misplaced.written
