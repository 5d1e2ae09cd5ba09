"""Pods on a node of a simulated world, against the real API server."""

from __future__ import annotations

import itertools

import pytest

from tests.components.kubelet.plant import Plant
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object
from tuik8s.bus.informer import Informer
from tuik8s.world.network import Refused


@pytest.fixture
def plant() -> Plant:
    return Plant()


def test_node_is_registered_ready_with_a_lease(plant: Plant) -> None:
    node = plant.must("get", "nodes", "", "node-1")
    labels = node["metadata"]["labels"]
    assert labels["topology.kubernetes.io/zone"] == "zone-1"
    assert labels["kubernetes.io/hostname"] == "node-1"
    assert {c["type"]: c["status"] for c in node["status"]["conditions"]}["Ready"] == "True"
    lease = plant.must("get", "leases.coordination.k8s.io", "kube-node-lease", "node-1")
    first = lease["spec"]["renewTime"]
    plant.run_ms(10_100)
    lease = plant.must("get", "leases.coordination.k8s.io", "kube-node-lease", "node-1")
    assert lease["spec"]["renewTime"] > first


def test_status_is_posted_every_ten_seconds(plant: Plant) -> None:
    def heartbeat() -> int:
        node = plant.must("get", "nodes", "", "node-1")
        return parse_time(node["status"]["conditions"][0]["lastHeartbeatTime"])

    before = heartbeat()
    plant.run_ms(10_000)
    assert heartbeat() - before == 10_000


def test_deleted_node_registers_again(plant: Plant) -> None:
    old = plant.must("get", "nodes", "", "node-1")["metadata"]["uid"]
    plant.must("delete", "nodes", "", "node-1")
    plant.run_ms(1_000)
    assert plant.must("get", "nodes", "", "node-1")["metadata"]["uid"] != old


def test_node_that_registers_again_and_again_keeps_one_pace(plant: Plant) -> None:
    for _ in range(3):
        plant.must("delete", "nodes", "", "node-1")
        plant.run_ms(1_000)
    told: list[str] = []
    for resource in ("leases.coordination.k8s.io", "nodes"):
        informer = Informer(plant.client, resource)
        informer.on_change(lambda change: told.append(change.key.resource))
        informer.start()
    plant.run_ms(1_000)
    told.clear()
    plant.run_ms(60_000)
    assert {resource: told.count(resource) for resource in told} == {
        "leases.coordination.k8s.io": 6,
        "nodes": 6,
    }


def test_what_a_restarted_kubelet_starts_is_told(plant: Plant) -> None:
    plant.create_pod("down", "crash after 1s")
    plant.create_pod("up")
    plant.run_ms(2_500)
    plant.run_until(lambda: "waiting" in plant.container("down")["state"])

    def started(name: str) -> int:
        return sum(reason == "Started" for _, reason, _ in plant.events(name))

    before = started("down"), started("up")
    plant.crash_kubelet()
    plant.start_kubelet()
    plant.run_until(lambda: "running" in plant.container("down")["state"])
    plant.run_ms(1_000)
    assert (started("down"), started("up")) == (before[0] + 1, before[1])


def test_pod_runs_and_answers(plant: Plant) -> None:
    plant.create_pod(container={"ports": [{"containerPort": 8080}]})
    plant.run_ms(100)
    status = plant.status()
    assert status["phase"] == "Running"
    assert plant.is_ready()
    assert status["podIP"] == "127.20.1.2"
    assert plant.get(status["podIP"], 8080).body == b"a\n"
    assert [c["type"] for c in status["conditions"]] == [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    ]


def test_events_of_a_start_in_upstreams_words(plant: Plant) -> None:
    plant.create_pod()
    assert set(plant.events()) == {
        (
            "Normal",
            "Pulled",
            'Container image "app:1" already present on machine and can be accessed by the pod',
        ),
        ("Normal", "Created", "Container created"),
        ("Normal", "Started", "Container started"),
    }


def test_host_port_is_open_on_the_node(plant: Plant) -> None:
    plant.create_pod(container={"ports": [{"containerPort": 80, "hostPort": 8088}]})
    plant.run_ms(100)
    assert plant.get("127.16.0.1", 8088).body == b"a\n"


def test_readiness_comes_late(plant: Plant) -> None:
    plant.create_pod(behaviour="ready after 5s")
    plant.run_ms(1_000)
    assert plant.status()["phase"] == "Running"
    assert not plant.is_ready()
    plant.run_ms(5_000)
    assert plant.is_ready()


def test_a_condition_that_turned_true_keeps_no_reason(plant: Plant) -> None:
    def ready() -> Object:
        conditions: list[Object] = plant.status()["conditions"]
        return next(c for c in conditions if c["type"] == "Ready")

    plant.create_pod(behaviour="ready after 5s")
    plant.run_ms(3_000)
    assert (ready()["status"], ready()["reason"]) == ("False", "ContainersNotReady")
    plant.run_ms(5_000)
    assert ready()["status"] == "True"
    assert not {"reason", "message"} & ready().keys()


def test_failing_probe_is_told(plant: Plant) -> None:
    probe = {"httpGet": {"port": 80}}
    plant.create_pod(behaviour="ready after 5s", container={"readinessProbe": probe})
    plant.run_ms(6_000)
    message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    assert ("Warning", "Unhealthy", message) in plant.events()


def test_readiness_gate_holds_ready_back(plant: Plant) -> None:
    plant.create_pod(readinessGates=[{"conditionType": "example.com/gate"}])
    plant.run_ms(200)
    assert plant.condition("ContainersReady") == "True"
    assert plant.condition("Ready") == "False"
    gate = {"type": "example.com/gate", "status": "True"}
    body = {"status": {"conditions": [gate]}}
    plant.must("patch", "pods", "default", "a", body, kind="strategic", subresource="status")
    plant.run_ms(200)
    assert plant.is_ready()


def test_init_containers_run_in_turn(plant: Plant) -> None:
    inits = [
        {"name": "one", "image": "busybox", "command": ["sleep", "2"]},
        {"name": "two", "image": "busybox", "command": ["sleep", "3"]},
    ]
    plant.create_pod(initContainers=inits)
    plant.run_ms(1_000)
    first = plant.status()
    assert first["phase"] == "Pending"
    assert "running" in first["initContainerStatuses"][0]["state"]
    assert first["initContainerStatuses"][1]["state"]["waiting"]["reason"] == "PodInitializing"
    assert plant.condition("Initialized") == "False"
    plant.run_ms(5_000)
    assert plant.is_ready()
    assert plant.condition("Initialized") == "True"


def test_failed_init_container_fails_a_pod_that_never_restarts(plant: Plant) -> None:
    inits = [{"name": "one", "image": "busybox", "command": ["false"]}]
    plant.create_pod(initContainers=inits, restartPolicy="Never")
    plant.run_ms(1_000)
    assert plant.status()["phase"] == "Failed"


def test_sidecar_starts_first_and_ends_last(plant: Plant) -> None:
    sidecar = {"name": "side", "image": "app:1", "restartPolicy": "Always"}
    main = {"name": "c", "image": "busybox", "command": ["sleep", "3"]}
    plant.create_pod(initContainers=[sidecar], container=main, restartPolicy="Never")
    plant.run_ms(1_000)
    assert plant.status()["phase"] == "Running"
    plant.run_ms(3_000)
    status = plant.status()
    assert status["phase"] == "Succeeded"
    assert "terminated" in status["initContainerStatuses"][0]["state"]


@pytest.mark.parametrize(
    ("policy", "code", "phase", "restarts"),
    [
        ("Never", 0, "Succeeded", 0),
        ("Never", 3, "Failed", 0),
        ("OnFailure", 0, "Succeeded", 0),
        ("OnFailure", 1, "Running", 1),
        ("Always", 0, "Running", 1),
    ],
)
def test_restart_policy(plant: Plant, policy: str, code: int, phase: str, restarts: int) -> None:
    plant.create_pod(behaviour=f"run 4s then exit {code}", restartPolicy=policy)
    plant.run_ms(5_000)
    assert plant.status()["phase"] == phase
    assert plant.container()["restartCount"] == restarts


def test_back_off_doubles_from_ten_seconds_to_five_minutes(plant: Plant) -> None:
    plant.create_pod(behaviour="crash after 1s")
    starts: list[int] = []
    for _ in range(4_000):
        plant.run_ms(500)
        running = plant.container()["state"].get("running")
        if running and parse_time(running["startedAt"]) not in starts:
            starts.append(parse_time(running["startedAt"]))
        if len(starts) == 9:
            break
    waits = [(b - a) // 1000 - 1 for a, b in itertools.pairwise(starts)]
    assert waits == [0, 10, 20, 40, 80, 160, 300, 300]


def test_crash_loop_is_shown_and_told(plant: Plant) -> None:
    uid = plant.create_pod(behaviour="crash after 1s")["metadata"]["uid"]
    plant.run_ms(3_000)
    entry = plant.container()
    assert entry["state"]["waiting"] == {
        "reason": "CrashLoopBackOff",
        "message": f"back-off 10s restarting failed container=c pod=a_default({uid})",
    }
    assert entry["lastState"]["terminated"]["exitCode"] == 1
    assert entry["restartCount"] == 2
    message = f"Back-off restarting failed container c in pod a_default({uid})"
    assert ("Warning", "BackOff", message) in plant.events()


def test_pull_that_fails(plant: Plant) -> None:
    plant.create_pod(behaviour="pull fails")
    plant.run_ms(300)
    assert plant.container()["state"]["waiting"]["reason"] == "ErrImagePull"
    plant.run_ms(1_500)
    waiting = plant.container()["state"]["waiting"]
    assert waiting["reason"] == "ImagePullBackOff"
    assert waiting["message"].startswith('Back-off pulling image "app:1": ErrImagePull: ')
    assert plant.status()["phase"] == "Pending"
    reasons = [(kind, reason) for kind, reason, _ in plant.events()]
    assert reasons.count(("Warning", "Failed")) == 3
    assert ("Normal", "BackOff") in reasons


def test_behaviour_that_does_not_read_is_a_pull_error(plant: Plant) -> None:
    plant.create_pod(behaviour="explode")
    plant.run_ms(300)
    assert "explode" in plant.container()["state"]["waiting"]["message"]


def test_graceful_termination_takes_its_time(plant: Plant) -> None:
    plant.create_pod(behaviour="stop takes 5s")
    plant.run_ms(100)
    plant.delete_pod()
    plant.run_ms(4_000)
    found = plant.pod()
    assert found is not None
    assert found["metadata"]["deletionGracePeriodSeconds"] == 30
    assert ("Normal", "Killing", "Stopping container c") in plant.events()
    plant.run_ms(1_500)
    assert plant.pod() is None


def test_container_that_ignores_stop_is_killed_after_its_grace(plant: Plant) -> None:
    plant.create_pod(
        behaviour="ignores stop", terminationGracePeriodSeconds=7, metadata=_held_by_finalizer()
    )
    plant.run_ms(100)
    plant.delete_pod()
    plant.run_ms(6_500)
    assert "running" in plant.container()["state"]
    plant.run_ms(1_000)
    ended = plant.container()["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "Error")
    assert plant.status()["phase"] == "Failed"


def _held_by_finalizer() -> Object:
    return {"finalizers": ["example.com/hold"]}


def test_finalizer_keeps_a_stopped_pod(plant: Plant) -> None:
    plant.create_pod(metadata=_held_by_finalizer())
    plant.run_ms(100)
    plant.delete_pod()
    plant.run_ms(1_000)
    assert "terminated" in plant.container()["state"]
    plant.must("patch", "pods", "default", "a", {"metadata": {"finalizers": None}})
    plant.run_ms(200)
    assert plant.pod() is None


def test_forced_deletion_frees_the_address_at_once(plant: Plant) -> None:
    plant.create_pod(behaviour="ignores stop", container={"ports": [{"containerPort": 80}]})
    plant.run_ms(100)
    address = plant.status()["podIP"]
    plant.delete_pod(grace_s=0)
    plant.run_ms(50)
    assert plant.pod() is None
    with pytest.raises(Refused):
        plant.get(address, 80)
    assert plant.kubelets["node-1"].statistics()["pods"] == 0


def test_active_deadline_fails_the_pod(plant: Plant) -> None:
    plant.create_pod(activeDeadlineSeconds=5)
    plant.run_ms(6_000)
    status = plant.status()
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")
    assert "terminated" in status["containerStatuses"][0]["state"]


def test_changed_image_replaces_the_container(plant: Plant) -> None:
    plant.create_pod(restartPolicy="Always")
    plant.run_ms(100)
    first = plant.container()["containerID"]
    container = {"name": "c", "image": "app:2"}
    body = {"spec": {"containers": [container]}}
    plant.must("patch", "pods", "default", "a", body, kind="strategic")
    plant.run_ms(500)
    entry = plant.container()
    assert (entry["image"], entry["restartCount"]) == ("app:2", 1)
    assert entry["containerID"] != first
    message = "Container c definition changed, will be restarted"
    assert ("Normal", "Killing", message) in plant.events()


def test_kubelet_that_comes_back_goes_on(plant: Plant) -> None:
    plant.create_pod("a", container={"ports": [{"containerPort": 80}]})
    plant.create_pod("b", behaviour="run 1s then exit 0", restartPolicy="Never")
    plant.run_ms(3_000)
    before, done = plant.status("a"), plant.status("b")
    plant.crash_kubelet()
    plant.run_ms(5_000)
    plant.create_pod("0-new")
    plant.start_kubelet()
    plant.run_ms(1_000)
    after = plant.status("a")
    assert after == before
    assert plant.status("b") == done
    assert plant.get(after["podIP"], 80).body == b"a\n"
    assert plant.status("0-new")["podIP"] not in (after["podIP"], "")
    assert [reason for _, reason, _ in plant.events("a")].count("Started") == 1


def test_two_nodes_have_their_own_pods() -> None:
    plant = Plant(nodes=2)
    plant.create_pod("a", node="node-1")
    plant.create_pod("b", node="node-2")
    plant.run_ms(200)
    assert plant.status("a")["hostIP"] == "127.16.0.1"
    assert plant.status("b")["podIP"].startswith("127.20.2.")


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("a?port=80", 200, b"127.20.1.2"),
        ("a?port=81", 500, b"dial tcp4 127.0.0.1:81: connect: connection refused"),
        ("a?port=x", 500, b"connection refused"),
        ("none?port=80", 404, b"pod does not exist"),
    ],
)
def test_where_a_port_of_a_pod_is(path: str, status: int, told: bytes) -> None:
    plant = Plant()
    plant.create_pod(container={"ports": [{"containerPort": 80}]})
    plant.run_ms(2_000)
    answer = plant.get("kubelet.node-1", 10250, f"/portForward/default/{path}")
    assert (answer.status, told in answer.body) == (status, True)
