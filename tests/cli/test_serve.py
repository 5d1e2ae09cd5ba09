"""Who may look through a browser, and who may not."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tuik8s.cli import serve
from tuik8s.cli.main import main


@pytest.mark.parametrize(
    ("origin", "own"),
    [("", True), ("http://127.0.0.1:8000", True), ("http://127.0.0.1:8001", False),
     ("http://evil.example", False), ("null", False)],
)  # fmt: skip
def test_only_its_own_page_opens_a_socket(origin: str, own: bool) -> None:
    assert serve.is_from_page(origin, "127.0.0.1:8000") == own


def test_a_viewer_looks_unless_it_was_asked_for() -> None:
    words = shlex.split(serve.viewer_command("a b", "/data dir", read_write=False))
    assert words[0] == "exec"
    assert words[-5:] == ["--name", "a b", "--data", "/data dir", "--read-only"]
    assert "--read-only" not in serve.viewer_command("a", "/d", read_write=True)


def test_a_missing_extra_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    directory = type("Directory", (), {"path": tmp_path})()
    monkeypatch.setattr(serve, "require_running", lambda args: (directory, None))
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    assert main(["serve", "--port", "0"]) == 2
    assert "pip install 'tuik8s[serve]'" in capsys.readouterr().err
    assert main(["serve", "--host", "0.0.0.0", "--read-write"]) == 2
    assert "without a password" in capsys.readouterr().err
    assert main(["serve", "--port", "99999"]) == 2
    assert "cannot listen on 127.0.0.1:99999" in capsys.readouterr().err
