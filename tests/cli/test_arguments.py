"""Arguments that cannot be meant are refused with place and remedy, and nothing is touched."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tuik8s.cli.api import ApiClient
from tuik8s.cli.arguments import add_cluster, flag_in
from tuik8s.cli.main import main


def test_a_negative_tail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["logs", "--data", str(tmp_path), "scheduler", "--tail", "-2"]
    assert main(words) == 2
    assert "--tail must be greater than or equal to -1" in capsys.readouterr().err


def test_salvage_touches_nothing_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, file, full = tmp_path / "log", tmp_path / "file", tmp_path / "full"
    log.mkdir()
    file.write_text("mine")
    full.mkdir()
    (full / "draft.new").write_text("mine")
    for into in (file, full, file / "below"):
        assert main(["log", "salvage", "--log", str(log), "--into", str(into)]) == 2
        assert f"--into {into}: " in capsys.readouterr().err
    assert (full / "draft.new").read_text() == "mine"
    assert file.read_text() == "mine"


def test_names_that_no_url_may_hold_are_escaped() -> None:
    asked: list[str] = []
    answer = SimpleNamespace(status=200, read=lambda: b"{}")

    def request(method: str, path: str, *rest: Any) -> None:
        asked.append(path)

    api = ApiClient.__new__(ApiClient)
    connection: Any = SimpleNamespace(request=request, getresponse=lambda: answer)
    api._connection = connection
    api.get("/api/v1/pods/ü b?fieldSelector=a%3Db&limit=1")
    assert asked == ["/api/v1/pods/%C3%BC%20b?fieldSelector=a%3Db&limit=1"]


@pytest.mark.parametrize(
    ("given", "repeated"),
    [
        ([], ""),
        (["--name", "blue"], " --name blue"),
        (["--data", "/tmp/a b"], " --data '/tmp/a b'"),
    ],
)
def test_remedies_name_the_cluster_as_the_user_did(given: list[str], repeated: str) -> None:
    parser = argparse.ArgumentParser()
    add_cluster(parser)
    assert flag_in(parser.parse_args(given)) == repeated
