"""`--at WHEN` and `--log DIR`: what they mean, and the words when they mean nothing."""

from __future__ import annotations

import struct
from pathlib import Path
from zlib import crc32

import pytest

from tests.components.store.plant import FaultyDisk, opened
from tuik8s.cli.log_directory import log_in, open_view, told_in_words
from tuik8s.cli.main import main
from tuik8s.cli.moments import moment_in
from tuik8s.components.store import Store
from tuik8s.components.store.segments import SegmentLog
from tuik8s.components.supervisor.directory import Refusal

SECOND_MS = 1_000


@pytest.fixture(name="store")
def _store() -> Store:
    """Revisions 2 to 6, a second apart from 2026-01-01T00:00:00Z on; 2 is gone."""
    store, world = opened(FaultyDisk())
    for number in range(5):
        store.put("pods/a/x", b"%d" % number)
        world.turn()
        world.pass_ms(SECOND_MS)
    store.compact(3)
    world.turn()
    return store


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        ("", 6),
        ("@", 6),
        ("#3", 3),
        ("3", 3),
        ("6", 6),
        ("-1s", 5),
        ("-1500ms", 4),
        ("-0s", 6),
        ("2026-01-01T00:00:01Z", 3),
        ("2026-01-01T00:00:02.999Z", 4),
        ("2026-01-01T02:00:02+02:00", 4),
        ("2027-01-01T00:00:00Z", 6),
    ],
)
def test_moments(store: Store, text: str, revision: int) -> None:
    assert moment_in(store, text).revision == revision


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2", "revision 2 is gone from the log: kept are revision 3 \\(2026-01-01T00:00:01.*to"),
        ("7", "revision 7 has not happened yet: kept are revision 3 .* to revision 6"),
        ("-10m", "2025-12-31T23:50:04.000000Z is gone from the log"),
        ("2025-01-01T00:00:00Z", "is gone from the log"),
        ("#", "'#' is no moment"),
        ("@#", "'#' is no moment"),
        ("-", "'-' is no moment: give a revision, a time"),
        ("noon", "'noon' is no moment"),
        ("1.5", "'1.5' is no moment"),
    ],
)
def test_no_moments(store: Store, text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        moment_in(store, text)


def test_a_data_directory_or_a_log(tmp_path: Path) -> None:
    (tmp_path / "cluster" / "store").mkdir(parents=True)
    assert log_in(str(tmp_path / "cluster")) == tmp_path / "cluster" / "store"
    assert log_in(str(tmp_path / "cluster" / "store")) == tmp_path / "cluster" / "store"
    for where in ("cluster", "none"):
        with pytest.raises(Refusal, match=r"no log can be read at .*give a cluster's data dir"):
            open_view(log_in(str(tmp_path / where)))


def test_log_show_takes_a_data_directory_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = struct.pack("<8sIIQI16s", b"tuik8log", 99, 1, 2, 0, b"x" * 16)
    (tmp_path / "store").mkdir()
    segment = tmp_path / "store" / "segment-00000001.log"
    segment.write_bytes(packed + crc32(packed).to_bytes(4, "little"))
    assert main(["log", "show", "--log", str(tmp_path)]) != 0
    assert "has format 99" in capsys.readouterr().err


def test_a_log_of_another_version(tmp_path: Path) -> None:
    packed = struct.pack("<8sIIQI16s", b"tuik8log", 99, 1, 2, 0, b"x" * 16)
    (tmp_path / "segment-00000001.log").write_bytes(packed + crc32(packed).to_bytes(4, "little"))
    view = open_view(tmp_path)
    with (
        pytest.raises(Refusal, match=r"has format 99; this version reads up to 1; open it with a"),
        told_in_words(tmp_path),
    ):
        SegmentLog(view, 100).scan()
    view.close()
