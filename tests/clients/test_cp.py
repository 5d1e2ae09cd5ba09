"""kubectl cp: files into simulated containers and out of them, byte by byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.clients.live import KUBECTLS, Live, needs_kubectl

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]


@pytest.fixture(scope="module")
def web(cluster: Live) -> Live:
    cluster.kubectl("run", "web", "--image=nginx")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/web")
    return cluster


@pytest.mark.parametrize("kubectl", KUBECTLS, ids=lambda path: Path(path).name)
def test_there_and_back(web: Live, kubectl: str, tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    (there / "deep").mkdir(parents=True)
    contents = {"a.txt": b"one\n", "deep/b.bin": os.urandom(2_000_000), "empty": b""}
    for name, content in contents.items():
        (there / name).write_bytes(content)
    place = f"/tmp/{Path(kubectl).name}"
    web.kubectl("cp", str(there), f"web:{place}", program=kubectl)
    web.kubectl("cp", f"web:{place}", str(back), program=kubectl)
    assert {name: (back / name).read_bytes() for name in contents} == contents


def test_one_file_and_what_is_not_there(web: Live, tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"hey")
    web.kubectl("cp", str(file), "web:/tmp/f")
    assert web.kubectl("exec", "web", "--", "cat", "/tmp/f") == "hey"
    web.try_kubectl("cp", "web:/tmp/none", str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()
