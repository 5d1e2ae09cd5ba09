"""tar in simulated containers: archives that real tools read, and what is made of theirs."""

from __future__ import annotations

import io
import tarfile

import pytest

from tests.components.kubelet.test_shell import START_MS, begin, run
from tuik8s.components.kubelet.shell.archive import UNPACKED_BYTES_MAX, USAGE
from tuik8s.components.kubelet.shell.process import Process


def archive_of(files: dict[str, bytes], *, mode: str = "w", link: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        if link:
            entry = tarfile.TarInfo(link)
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(entry)
    return made.getvalue()


def fed(script: str, data: bytes) -> tuple[int, bytes, bytes]:
    """(exit code, stdout, stderr) of a script with data as its input."""
    process: Process = begin(["sh", "-c", script], stdin=True)
    process.write(data, START_MS)
    process.end_input()
    found = process.read(START_MS)
    return found.exit_code, found.stdout, found.stderr


def test_what_is_packed_is_what_is_there() -> None:
    process = begin(["sh", "-c", "mkdir -p /data/a/b; echo -n x > /data/a/b/f; tar cf - /data/a"])
    found = process.read(START_MS)
    assert found.exit_code == 0
    assert found.stderr == b"tar: removing leading '/' from member names\n"
    with tarfile.open(fileobj=io.BytesIO(found.stdout)) as tar:
        assert tar.getnames() == ["data/a", "data/a/b", "data/a/b/f"]
        packed = tar.extractfile("data/a/b/f")
        assert packed is not None
        assert (packed.read(), tar.getmember("data/a/b/f").mtime) == (b"x", START_MS // 1000)


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_what_is_unpacked_can_be_read(mode: str) -> None:
    data = archive_of({"d/a": b"one\n", "b": bytes(range(256))}, mode=mode)
    script = "tar -xmf - -C /tmp && cat /tmp/d/a && cat /tmp/b"
    assert fed(script, data) == (0, b"one\n" + bytes(range(256)), b"")


def test_names_that_lead_outside_stay_inside() -> None:
    data = archive_of({"../../etc/evil": b"x", "/abs": b"y"})
    assert fed("tar xf - -C /tmp; cat /tmp/etc/evil /tmp/abs", data) == (0, b"xy", b"")


def test_only_what_is_asked_for_and_lists() -> None:
    data = archive_of({"a/1": b"", "ab": b"", "c": b""})
    assert fed("cat > /tmp/t; tar tf /tmp/t; cd /tmp; tar xf t a; ls", data)[1] == (
        b"a/1\nab\nc\na\nt\n"
    )


@pytest.mark.parametrize(
    ("script", "data", "err"),
    [
        ("tar xf - -C /none", b"", b"tar: can't change directory to '/none'\n"),
        ("tar xf - -C /etc/conf", archive_of({"a": b""}), b"Read-only file system"),
        ("tar xf -", b"x" * 2_000, b"invalid tar magic"),
        ("tar xf -", archive_of({"a": b"x" * 5_000})[:2_000], b"short read"),
        ("tar xzf -", b"\x1f\x8b" + b"no", b"corrupted data"),
        ("tar xf -", archive_of({}, link="l"), b"'l': links and devices are not simulated"),
        ("tar cf - /none", b"", b"/none: No such file or directory"),
        ("tar cxf -", b"", USAGE.encode()),
        ("tar cf", b"", USAGE.encode()),
        ("tar", b"", USAGE.encode()),
    ],
)
def test_what_it_complains_of(script: str, data: bytes, err: bytes) -> None:
    code, _, said = fed(script, data)
    assert (code, err in said) == (1, True), said


def test_a_bomb_is_no_more_than_a_full_disk() -> None:
    import gzip

    bomb = gzip.compress(bytes(UNPACKED_BYTES_MAX + 1))
    assert fed("tar xf -", bomb) == (1, b"", b"tar: No space left on device\n")
    assert run(["tar", "cf", "-", "."]).code == 0
