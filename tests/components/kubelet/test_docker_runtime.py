"""The docker runtime against a real engine: containers of a pod run, answer, write and end.

Without an engine (DOCKER_HOST, or the usual socket) the tests are skipped and say so. Images are
made of this machine's static busybox, so that nothing is downloaded.
"""

from __future__ import annotations

import http.client
import io
import shutil
import tarfile
import time
import uuid
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from tuik8s.components.kubelet.runtimes.base import (
    CannotExec,
    ContainerChange,
    ExecOrder,
    Execution,
    StartContainer,
)
from tuik8s.components.kubelet.runtimes.docker import PAUSE_IMAGE, DockerRuntime, remove_all
from tuik8s.components.kubelet.runtimes.docker_exec import (
    FAILURES,
    INPUT_BYTES_MAX,
    OUTPUT_BYTES_MAX,
)

pytestmark = [pytest.mark.real, pytest.mark.slow]
IMAGE = "tuik8s-test/busybox:1"
WITHIN_S = 30


def _engine() -> Any:
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("no busybox on this machine to make an image of (apt install busybox-static)")
    try:
        engine = docker.from_env()
    except FAILURES as problem:
        pytest.skip(f"no Docker engine answers: {problem}")
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(busybox, "bin/busybox")
        for name in ("sh", "sleep", "httpd", "echo", "mkdir", "tr", "printf"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    changes = ['CMD ["/bin/sleep", "1000000"]']
    for image in (IMAGE, PAUSE_IMAGE):
        if not engine.images.list(image):
            repository, _, tag = image.rpartition(":")
            engine.api.import_image_from_data(
                layer.getvalue(), repository=repository, tag=tag, changes=changes
            )
    return engine


class Rig:
    """A runtime, looked at until what is waited for has happened."""

    def __init__(self, runtime: DockerRuntime) -> None:
        self.runtime = runtime
        self.changes: list[ContainerChange] = []
        self.orders: dict[str, StartContainer] = {}

    def start(self, script: str, **more: Any) -> str:
        id_ = f"docker://{uuid.uuid4().hex}"
        command = ("/bin/sh", "-c", script)
        order = StartContainer(id=id_, pod="p", container="c", image=IMAGE, command=command, **more)
        self.orders[id_] = order
        self.runtime.start(order, 0)
        return id_

    def until(self, id_: str, kind: str) -> ContainerChange:
        end = time.monotonic() + WITHIN_S
        while time.monotonic() < end:
            self.changes += self.runtime.advance(1)
            for change in self.changes:
                if (change.id, change.kind) == (id_, kind):
                    return change
            time.sleep(0.02)
        raise AssertionError(f"no {kind} of {id_}: {self.changes}")

    def kinds(self, id_: str) -> list[str]:
        return [change.kind for change in self.changes if change.id == id_]


@pytest.fixture
def rig() -> Iterator[Rig]:
    _engine()
    cluster = f"test-{uuid.uuid4().hex[:8]}"
    yield Rig(DockerRuntime(cluster))
    remove_all(cluster)


def test_a_container_runs_writes_and_ends(rig: Rig) -> None:
    id_ = rig.start("echo out; echo $WORD; exit 3", sandbox=uuid.uuid4().hex, env={"WORD": "hi"})
    ended = rig.until(id_, "exited")
    assert (ended.exit_code, ended.reason) == (3, "Error")
    assert rig.kinds(id_) == ["pulling", "pulled", "started", "ready", "exited"]
    log = rig.runtime.logs(id_, 0)
    assert ([line.text for line in log.lines], log.total) == (["out", "hi"], 2)
    assert rig.runtime.wake_at_ms() is None


def test_containers_of_a_pod_share_an_address_and_are_ready_when_they_answer(rig: Rig) -> None:
    pod = uuid.uuid4().hex
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    script = "sleep 1; mkdir -p /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www"
    server = rig.start(script, sandbox=pod, readiness=probe)
    rig.until(server, "ready")
    client = rig.start("sleep 1000", sandbox=pod)
    rig.until(client, "started")
    address = rig.runtime.address_of(server)
    assert rig.runtime.address_of(client) == address
    connection = http.client.HTTPConnection(address, 8080, timeout=5)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"hello\n"
    connection.close()
    rig.runtime.set_unready(server, True, 0)
    rig.until(server, "unready")
    rig.runtime.end(client, 1, "Error", 0)
    assert rig.until(client, "exited").exit_code == 137


def test_a_container_is_stopped_and_one_that_runs_is_taken_over(rig: Rig) -> None:
    script = "trap 'exit 0' TERM; while true; do sleep 1; done"
    id_ = rig.start(script, sandbox=uuid.uuid4().hex)
    rig.until(id_, "started")
    again = Rig(DockerRuntime())  # the kubelet was started again
    again.runtime.start(rig.orders[id_], 0)
    again.until(id_, "started")
    again.runtime.stop(id_, 10_000, 0)
    assert again.until(id_, "exited").exit_code == 0


def read_to_the_end(running: Execution) -> tuple[bytes, bytes, int]:
    """(stdout, stderr, exit code)."""
    out = err = b""
    end = time.monotonic() + WITHIN_S
    while (found := running.read(0)).exit_code < 0 and time.monotonic() < end:
        out, err = out + found.stdout, err + found.stderr
        time.sleep(0.02)
    return out + found.stdout, err + found.stderr, found.exit_code


def test_a_command_in_a_running_container(rig: Rig) -> None:
    id_ = rig.start("sleep 1000", sandbox=uuid.uuid4().hex)
    rig.until(id_, "started")
    script = ("/bin/sh", "-c", "read x; echo got $x; echo no >&2; exit 4")
    running = rig.runtime.exec(id_, ExecOrder(command=script, has_input=True), 0)
    running.write(b"one\n", 0)
    running.end_input()
    assert read_to_the_end(running) == (b"got one\n", b"no\n", 4)
    rig.runtime.stop(id_, 0, 0)
    rig.until(id_, "exited")
    with pytest.raises(CannotExec):
        rig.runtime.exec(id_, ExecOrder(command=("/bin/sh",)), 0)


def test_a_command_that_is_not_read_waits_and_one_that_does_not_read_is_full(rig: Rig) -> None:
    id_ = rig.start("sleep 1000", sandbox=uuid.uuid4().hex)
    rig.until(id_, "started")
    count = 4 * OUTPUT_BYTES_MAX
    script = f"i=0; while [ $i -lt {count // 4096} ]; do echo $BLOCK; i=$((i+1)); done"
    command = ("/bin/sh", "-c", f"BLOCK=$(printf '%4095s' x | tr ' ' y); {script}")
    running = rig.runtime.exec(id_, ExecOrder(command=command), 0)
    out, err, code = read_to_the_end(running)
    assert (len(out), err, code) == (count, b"", 0)
    sleeping = rig.runtime.exec(id_, ExecOrder(command=("/bin/sleep", "100"), has_input=True), 0)
    for _ in range(40):
        sleeping.write(b"x" * INPUT_BYTES_MAX, 0)
    assert sleeping.read(0).is_full
    sleeping.close()
    assert sleeping.read(0).exit_code == 137


def test_attached_to_a_container_that_reads(rig: Rig) -> None:
    id_ = rig.start(
        "echo before; while read x; do echo got $x; done", sandbox=uuid.uuid4().hex, has_input=True
    )
    rig.until(id_, "started")
    end = time.monotonic() + WITHIN_S
    while not rig.runtime.logs(id_, 0).total and time.monotonic() < end:
        time.sleep(0.02)
    attached = rig.runtime.attach(id_, ExecOrder(has_input=True), 0)
    attached.write(b"one\n", 0)
    out = b""
    while b"one" not in out and time.monotonic() < end:
        out += attached.read(0).stdout
        time.sleep(0.02)
    assert out == b"got one\n"
    rig.runtime.end(id_, 0, "", 0)
    rig.until(id_, "exited")
    assert read_to_the_end(attached) == (b"", b"", 0)


def test_an_image_that_cannot_be_pulled(rig: Rig) -> None:
    order = StartContainer(
        id="docker://x", pod="p", container="c", image="localhost:1/none:1", sandbox="s"
    )
    rig.runtime.start(order, 0)
    failed = rig.until("docker://x", "pull-failed")
    assert failed.reason == "ErrImagePull"
    assert 'failed to pull image "localhost:1/none:1"' in failed.message


def test_a_container_that_cannot_run(rig: Rig) -> None:
    order = StartContainer(
        id=f"docker://{uuid.uuid4().hex}",
        pod="p",
        container="c",
        image=IMAGE,
        command=("/no/such/program",),
        sandbox=uuid.uuid4().hex,
    )
    rig.runtime.start(order, 0)
    ended = rig.until(order.id, "exited")
    assert (ended.exit_code, ended.reason) == (128, "ContainerCannotRun")
    assert "/no/such/program" in ended.message


def test_all_of_a_cluster_are_removed() -> None:
    engine = _engine()
    cluster = f"test-{uuid.uuid4().hex[:8]}"
    rig = Rig(DockerRuntime(cluster))
    rig.until(rig.start("sleep 1000", sandbox=uuid.uuid4().hex), "started")
    assert remove_all(cluster) == 2
    label = {"label": f"dev.tuik8s.cluster={cluster}"}
    assert engine.containers.list(all=True, filters=label) == []
