"""What the command line makes of the settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuik8s.cli.ui_settings import read_settings


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (b"\xff", "invalid start byte"),
        (b'[keys]\n"rows.yaml" = "enterr"\n', "no key 'enterr'; did you mean 'enter'?"),
    ],
)
def test_what_is_wrong_with_the_file_leaves_the_command_line_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, warning: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "tuik8s").mkdir()
    (tmp_path / "tuik8s" / "ui.toml").write_bytes(data)
    settings, warnings = read_settings(is_ascii=True)
    assert settings.ascii
    assert len(warnings) == 1
    assert str(tmp_path) in warnings[0]
    assert warning in warnings[0]
