"""Claims that wait for a pod: volumes are kept, offered, bound; only then the pod is."""

from __future__ import annotations

from tests.components.scheduler.fixtures import node, pod
from tests.components.scheduler.rig import Rig
from tuik8s.api.types import Object

HOST = "kubernetes.io/hostname"
MADE = "example.com/disks"
SELECTED = "volume.kubernetes.io/selected-node"


def storage_class(provisioner: str = "kubernetes.io/no-provisioner") -> Object:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "late"},
        "provisioner": provisioner,
        "volumeBindingMode": "WaitForFirstConsumer",
    }


def volume(name: str, on: str, **spec: Object) -> Object:
    term = {"matchExpressions": [{"key": HOST, "operator": "In", "values": [on]}]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "late",
            "hostPath": {"path": "/disk"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
            **spec,
        },
        "status": {"phase": "Available"},
    }


def claim(name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "storageClassName": "late",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def user(name: str, claim_name: str, cpu: str = "") -> Object:
    source = {"persistentVolumeClaim": {"claimName": claim_name}}
    return pod(name, cpu, volumes=[{"name": "data", **source}])


def rig_of(*objects: Object, binds: bool = True, configuration: Object | None = None) -> Rig:
    rig = Rig(controllers="persistentvolume-binder" if binds else "", configuration=configuration)
    for obj in objects:
        rig.create(obj)
    return rig


def test_the_pod_goes_where_its_volume_is_and_the_claim_is_bound_before() -> None:
    rig = rig_of(storage_class(), node("a"), node("b"), volume("v", "b"), claim("c"))
    rig.create(user("p", "c"))
    rig.simulation.run_ms(2_000)
    assert rig.node_of("p") == "b"
    bound = rig.get("persistentvolumeclaims", "c")
    assert (bound["spec"]["volumeName"], bound["status"]["phase"]) == ("v", "Bound")
    assert rig.scheduler.statistics()["preparing"] == 0


def test_two_pods_never_count_on_one_volume() -> None:
    rig = rig_of(storage_class(), node("a"), volume("v", "a"), claim("c1"), claim("c2"))
    for index in (1, 2):
        rig.create(user(f"p{index}", f"c{index}"))
    rig.simulation.run_ms(5_000)
    assert [rig.node_of("p1"), rig.node_of("p2")] == ["a", None]
    ref = rig.get("persistentvolumes", "v", "")["spec"]["claimRef"]
    assert ref["name"] == "c1"
    rig.create(volume("w", "a"))
    rig.simulation.run_ms(5_000)
    assert rig.node_of("p2") == "a"


def test_pods_that_share_a_claim_go_to_the_same_node() -> None:
    rig = rig_of(storage_class(), node("a"), node("b"), volume("v", "b"), claim("c"))
    for index in range(3):
        rig.client.create("pods", user(f"p{index}", "c"), lambda reply: None)
    rig.simulation.run_ms(20_000)
    assert [rig.node_of(f"p{index}") for index in range(3)] == ["b"] * 3


def test_a_claim_that_has_its_volume_is_not_offered_another() -> None:
    rig = rig_of(storage_class(), node("a"), node("b", cpu="1"), volume("v", "b"), claim("c"))
    rig.simulation.pause("controller-manager")
    rig.create(user("p0", "c"))
    rig.simulation.run_ms(100)
    rig.create(volume("w", "a"))
    rig.create(user("p1", "c"))  # "a" has more room
    rig.simulation.run_ms(100)
    rig.simulation.resume("controller-manager")
    rig.simulation.run_ms(20_000)
    assert [rig.node_of("p0"), rig.node_of("p1")] == ["b", "b"]
    assert "claimRef" not in rig.get("persistentvolumes", "w", "")["spec"]


def test_a_new_scheduler_waits_for_the_claim_that_the_last_one_was_binding() -> None:
    rig = rig_of(storage_class(), node("a"), volume("v", "a"), claim("c1"), claim("c2"))
    rig.simulation.pause("controller-manager")
    rig.create(user("p1", "c1"))
    rig.simulation.run_ms(100)
    rig.simulation.crash("scheduler")
    rig.start_scheduler()
    rig.create(user("p2", "c2"))
    rig.simulation.run_ms(500)
    assert rig.scheduler.statistics()["preparing"] == 1
    rig.simulation.resume("controller-manager")
    rig.simulation.run_ms(2_000)
    assert [rig.node_of("p1"), rig.node_of("p2")] == ["a", None]
    assert rig.get("persistentvolumes", "v", "")["spec"]["claimRef"]["name"] == "c1"


def test_a_volume_that_has_to_be_made_is_asked_for_near_the_node() -> None:
    rig = rig_of(storage_class(MADE), node("a"), claim("c"), user("p", "c"))
    rig.simulation.run_ms(1_000)
    asked = rig.get("persistentvolumeclaims", "c")["metadata"]["annotations"]
    assert asked[SELECTED] == "a"
    assert rig.node_of("p") is None
    assert rig.scheduler.statistics()["preparing"] == 1
    ref: Object = {"namespace": "default", "name": "c"}
    rig.create(volume("made", "a", claimRef=ref))  # as a provisioner does
    rig.simulation.run_ms(2_000)
    assert rig.node_of("p") == "a"


def test_nothing_is_bound_until_the_claim_is_and_the_wait_ends_some_time() -> None:
    args = {"name": "VolumeBinding", "args": {"bindTimeoutSeconds": 5}}
    configuration: Object = {"profiles": [{"pluginConfig": [args]}]}
    rig = rig_of(
        storage_class(),
        node("a", cpu="1"),
        volume("v", "a"),
        claim("c"),
        binds=False,
        configuration=configuration,
    )
    rig.create(user("p", "c"))
    rig.simulation.run_ms(4_000)
    assert rig.node_of("p") is None
    assert rig.scheduler.statistics()["preparing"] == 1
    rig.simulation.run_ms(3_500)
    assert len(rig.scheduler.tried) == 2
    failed = [e for e in rig.list_("events.events.k8s.io") if e["reason"] == "FailedScheduling"]
    assert [e["note"] for e in failed] == [
        'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'
    ]


def test_a_pod_that_goes_while_its_claim_is_bound_gives_everything_back() -> None:
    rig = rig_of(storage_class(MADE), node("a", cpu="1"), claim("c"), user("p", "c"))
    rig.simulation.run_ms(500)
    assert rig.scheduler.statistics()["preparing"] == 1
    rig.delete("pods", "p")
    rig.create(pod("next", cpu="1"))
    rig.simulation.run_ms(500)
    assert rig.node_of("next") == "a"
    counts = rig.scheduler.statistics()
    assert (counts["preparing"], counts["binding"]) == (0, 0)


def test_a_pod_is_not_bound_to_a_node_that_went_while_its_claim_was_bound() -> None:
    rig = rig_of(storage_class(MADE), node("a"), claim("c"), user("p", "c"))
    rig.simulation.run_ms(500)
    rig.do(lambda told: rig.client.delete("nodes", "", "a", told))
    rig.simulation.run_ms(100)
    assert rig.scheduler.statistics()["preparing"] == 0
    ref: Object = {"namespace": "default", "name": "c"}
    rig.create(volume("made", "a", claimRef=ref))
    rig.simulation.run_ms(5_000)
    assert rig.node_of("p") is None
    rig.create(node("a"))
    rig.simulation.run_ms(5_000)
    assert rig.node_of("p") == "a"


def test_the_room_of_a_pod_that_was_never_bound_is_offered_to_others() -> None:
    rig = rig_of(storage_class(MADE), node("a", cpu="1"), claim("c"), user("p", "c", cpu="1"))
    rig.create(pod("next", cpu="1"))
    rig.simulation.run_ms(500)
    assert rig.scheduler.tried == ["p", "next"]
    rig.delete("pods", "p")
    rig.simulation.run_ms(2_000)
    assert rig.node_of("next") == "a"


def test_a_wait_that_ends_offers_the_room_to_others() -> None:
    args = {"name": "VolumeBinding", "args": {"bindTimeoutSeconds": 5}}
    configuration: Object = {"profiles": [{"pluginConfig": [args]}]}
    rig = rig_of(storage_class(MADE), node("a", cpu="1"), claim("c"), configuration=configuration)
    rig.create(user("p", "c", cpu="1"))
    rig.create(pod("next", cpu="1"))
    rig.simulation.run_ms(5_500)
    assert rig.node_of("next") == "a"
