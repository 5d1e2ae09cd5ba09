"""Commands in pods, asked for on the bus, in simulated time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.kubelet.plant import CLIENT, Plant
from tuik8s.api.remote_command import IDLE_MS, Input, Output, packed, unpacked
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import decode
from tuik8s.components.apiserver.subresources.exec import WHOLE_BYTES_MAX
from tuik8s.world.network import Address, HttpRequest


@pytest.fixture
def plant() -> Plant:
    return Plant()


def execute(
    plant: Plant, *command: str, stdin: bytes = b"", name: str = "a", **query: str
) -> tuple[int, Object]:
    """(code, what came back)."""
    found: list[Reply] = []
    asked = {"command": list(command), **{key: [value] for key, value in query.items()}}
    request = Request(
        verb="create", resource="pods", subresource="exec", namespace="default", name=name,
        query=asked, body=stdin,
    )  # fmt: skip
    plant.client.call(request, found.append, deadline_ms=400_000, idempotency="")
    plant.run_until(lambda: bool(found), 400_000)
    return found[0].code, decode(found[0])


def ran(plant: Plant, *command: str, **more: Any) -> tuple[int, str, str]:
    code, told = execute(plant, *command, **more)
    assert code == 200, told
    return told["exitCode"], told["stdout"], told["stderr"]


def test_output_and_exit_code(plant: Plant) -> None:
    plant.create_pod()
    plant.run_ms(2_000)
    assert ran(plant, "sh", "-c", "hostname; echo no >&2; exit 3") == (3, "a\n", "no\n")
    assert ran(plant, "cat", stdin=b"one\ntwo\n") == (0, "one\ntwo\n", "")


def test_time_passes_in_the_cluster(plant: Plant) -> None:
    plant.create_pod()
    plant.run_ms(2_000)
    before_ms = plant.now_ms
    assert ran(plant, "sleep", "7")[0] == 0
    assert 7_000 <= plant.now_ms - before_ms < 8_000


def test_what_does_not_end_is_ended(plant: Plant) -> None:
    plant.create_pod()
    plant.run_ms(2_000)
    code, _, err = ran(plant, "sleep", "infinity", timeoutSeconds="5")
    assert (code, err) == (137, "ended after 5s: it was still running\n")


def test_mounted_files_and_variables(plant: Plant) -> None:
    meta = {"name": "m", "namespace": "default"}
    plant.must("create", "configmaps", {"metadata": meta, "data": {"k": "v1"}})
    plant.must("create", "secrets", {"metadata": meta, "data": {"p": "aHVudGVyMg=="}})
    plant.create_pod(
        volumes=[
            {"name": "m", "configMap": {"name": "m", "items": [{"key": "k", "path": "d/k"}]}},
            {"name": "s", "secret": {"secretName": "m"}},
            {"name": "e", "emptyDir": {}},
        ],
        container={
            "env": [{"name": "V", "value": "x"}],
            "volumeMounts": [
                {"name": "m", "mountPath": "/m"},
                {"name": "s", "mountPath": "/s"},
                {"name": "e", "mountPath": "/e"},
            ],
        },
    )
    plant.run_ms(5_000)
    assert ran(plant, "cat", "/m/d/k", "/s/p")[1] == "v1hunter2"
    assert ran(plant, "printenv", "V")[1] == "x\n"
    assert "default.svc.cluster.local" in ran(plant, "cat", "/etc/resolv.conf")[1]
    ran(plant, "sh", "-c", "echo kept > /e/f")
    assert ran(plant, "cat", "/e/f")[1] == "kept\n"


def test_killing_process_one_restarts_the_container(plant: Plant) -> None:
    plant.create_pod()
    plant.run_ms(2_000)
    ran(plant, "kill", "-9", "1")
    plant.run_until(lambda: plant.container()["restartCount"] == 1)
    assert plant.container()["lastState"]["terminated"]["exitCode"] == 137


def test_a_command_ends_with_its_container(plant: Plant) -> None:
    plant.create_pod(behaviour="run 10s then exit 0", restartPolicy="Never")
    plant.run_ms(2_000)
    assert ran(plant, "sleep", "60")[0] == 137


def test_an_image_without_a_shell(plant: Plant) -> None:
    plant.create_pod(image="registry.k8s.io/pause:3.10")
    plant.run_ms(2_000)
    assert ran(plant, "ls") == (127, "", 'exec: "ls": executable file not found in $PATH\n')


@pytest.mark.parametrize(
    ("name", "query", "code", "message"),
    [
        ("none", {}, 404, 'pods "none" not found'),
        ("a", {"container": "x"}, 400, "container x is not valid for pod a"),
        ("done", {}, 500, 'container not found ("c")'),
        ("lost", {}, 400, "pod lost does not have a host assigned"),
    ],
)
def test_refusals(plant: Plant, name: str, query: dict[str, Any], code: int, message: str) -> None:
    plant.create_pod()
    plant.create_pod("done", "run 1s then exit 0", restartPolicy="Never")
    plant.create_pod("lost", node="")
    plant.run_ms(3_000)
    found, told = execute(plant, "ls", name=name, **query)
    assert (found, told["message"]) == (code, message)


def test_a_client_that_does_not_read_keeps_its_command(plant: Plant) -> None:
    plant.create_pod()
    plant.run_ms(2_000)

    def ask(path: str, given: Input) -> Output:
        request = HttpRequest("POST", path, {}, packed(given))
        answer = plant.simulation.connect(CLIENT, Address("kubelet.node-1", 10250), request)
        assert answer.status == 200, answer.body
        found: Output = unpacked(answer.body, Output)
        return found

    begin = "/exec/default/a/c?command=sh&command=-c&command=sleep+1;echo+late"
    kept, lost = (ask(begin, Input()).session for _ in range(2))
    for _ in range(4):
        plant.run_ms(IDLE_MS // 2)
        assert ask(f"/execSession/{kept}", Input(is_held=True)).stdout == b""
    ask(begin, Input())
    assert ask(f"/execSession/{kept}", Input()).stdout == b"late\n"
    request = HttpRequest("POST", f"/execSession/{lost}", {}, packed(Input()))
    assert plant.simulation.connect(CLIENT, Address("kubelet.node-1", 10250), request).status == 404


def test_a_client_that_vanishes_does_not_hold_the_container_up_for_ever(plant: Plant) -> None:
    plant.create_pod(
        containers=[
            {"name": "c", "image": "busybox", "stdin": True,
             "command": ["sh", "-c", "while true; do seq 10000; sleep 1; done"]}
        ]
    )  # fmt: skip
    plant.run_ms(2_000)
    request = HttpRequest("POST", "/attach/default/a/c", {}, b"")
    assert plant.simulation.connect(CLIENT, Address("kubelet.node-1", 10250), request).status == 200

    def total() -> str:
        asked = HttpRequest("GET", "/containerLogs/default/a/c?tailLines=1", {}, b"")
        return plant.simulation.connect(CLIENT, Address("kubelet.node-1", 10250), asked).headers[
            "x-next"
        ]

    plant.run_ms(IDLE_MS // 2)
    before = total()
    plant.run_ms(2 * IDLE_MS)
    assert total() != before


def test_what_writes_without_end_is_ended(plant: Plant) -> None:
    plant.create_pod()
    plant.run_ms(2_000)
    script = "while true; do seq 10000; done"
    _, out, err = ran(plant, "sh", "-c", script, timeoutSeconds="20")
    assert len(out) < 2 * WHOLE_BYTES_MAX
    assert err == "ended: it wrote more than 8 MiB\n"
