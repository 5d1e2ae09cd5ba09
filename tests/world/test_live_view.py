"""The view of a directory: what was there, whatever happens to it or through the view."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuik8s.world.live_disk import RealDisk
from tuik8s.world.live_view import DirectoryView


@pytest.fixture(name="directory")
def _directory(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode() * 10)
    (tmp_path / "below").mkdir()
    return tmp_path


def content(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def test_it_shows_what_was_there(directory: Path) -> None:
    view = DirectoryView(directory)
    disk = RealDisk(directory)
    disk.append("a", b"more")
    disk.append("c", b"new")
    disk.remove("b")
    assert view.names() == ["a", "b"]
    assert (view.size("a"), view.read("a")) == (10, b"a" * 10)
    assert view.read("b", 8, 100) == b"bb"
    assert (view.size("c"), view.read("c")) == (0, b"")
    view.close()


def test_what_is_written_to_it_stays_in_memory(directory: Path) -> None:
    before = content(directory)
    view = DirectoryView(directory)
    view.truncate("a", 4)
    view.append("a", b"xyz")
    view.append("new", b"1")
    view.sync("new")
    view.replace("other", b"22")
    view.remove("b")
    view.truncate("other", 1)
    assert view.names() == ["a", "new", "other"]
    assert [view.read(name) for name in view.names()] == [b"aaaaxyz", b"1", b"2"]
    assert (view.size("b"), view.read("a", 2, 3)) == (0, b"aax")
    view.close()
    assert content(directory) == before


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        DirectoryView(tmp_path / "none")
