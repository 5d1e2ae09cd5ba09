"""Silent nodes, taints, zones, and pods that must leave."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.controllers.fixtures import NOW_MS, Shown, lines, node, obj, pod
from tuik8s.api.times import format_micro_time, format_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Plan
from tuik8s.components.controllers.node_lifecycle import NodeLifecycleReconciler, taints, zones
from tuik8s.components.controllers.node_lifecycle.reconciler import LEASES, MONITOR
from tuik8s.components.controllers.node_lifecycle.zones import Rates
from tuik8s.components.controllers.pod_gc import PodGcReconciler
from tuik8s.components.controllers.taint_eviction import TaintEvictionReconciler, leaves_at_ms

RATES = Rates(
    pause_ms=10_000, partial_pause_ms=100_000, unhealthy_percent=55, large_cluster_nodes=50
)
GRACE_MS, PERIOD_MS = 50_000, 5_000


class Hearing(Shown):
    """A view that hears the API server at any time."""

    now_ms = NOW_MS

    def heard_at_ms(self) -> int:
        return self.now_ms


def monitored(view: Hearing, steps_ms: list[int]) -> tuple[NodeLifecycleReconciler, list[Plan]]:
    reconciler = NodeLifecycleReconciler(PERIOD_MS, GRACE_MS, RATES)
    plans = []
    for at_ms in steps_ms:
        view.now_ms = NOW_MS + at_ms
        plans.append(reconciler.reconcile(MONITOR, view, NOW_MS + at_ms))
    return reconciler, plans


def test_silent_node_becomes_unknown_and_its_pods_unready() -> None:
    view = Hearing(nodes=[node("a")], pods=[pod("p", node="a")])
    _, plans = monitored(view, [0, 50_000, 50_001])
    assert [lines(plan) for plan in plans] == [
        [],
        [],
        ["update nodes/status a", "update pods/status p"],
    ]
    write: Any = plans[2].writes[0]
    states = {c["type"]: (c["status"], c["reason"]) for c in write.obj["status"]["conditions"]}
    assert states["Ready"] == ("Unknown", "NodeStatusUnknown")
    assert states["DiskPressure"] == ("Unknown", "NodeStatusNeverUpdated")
    assert [e.reason for e in plans[2].events] == ["NodeNotReady"]


def test_lease_alone_keeps_a_node_alive() -> None:
    view = Hearing(nodes=[node("a")])
    reconciler, _ = monitored(view, [0])
    for at_ms in range(10_000, 120_000, 10_000):
        renewed = {"renewTime": format_micro_time(NOW_MS + at_ms)}
        lease = obj("Lease", "a", "coordination.k8s.io/v1", "kube-node-lease", spec=renewed)
        view.objects[LEASES] = [lease]
        view.now_ms = NOW_MS + at_ms
        assert lines(reconciler.reconcile(MONITOR, view, NOW_MS + at_ms)) == []


def test_deaf_monitor_blames_nobody() -> None:
    view = Hearing(nodes=[node("a")])
    reconciler, _ = monitored(view, [0])
    assert reconciler.reconcile(MONITOR, view, NOW_MS + 120_000).writes == ()
    view.now_ms = NOW_MS + 125_000
    assert reconciler.reconcile(MONITOR, view, NOW_MS + 125_000).writes == ()


def test_unready_node_is_tainted_no_execute_as_fast_as_its_zone_allows() -> None:
    nodes = [node("a", "False", "z"), node("b", "False", "z"), node("c", zone="z")]
    _, (plan,) = monitored(Hearing(nodes=nodes), [0])
    assert lines(plan) == ["patch nodes a"]
    assert plan.requeue_after_ms == PERIOD_MS


def test_nobody_is_evicted_when_everything_is_down() -> None:
    nodes = [node("a", "False", "y"), node("b", "False", "z")]
    _, (plan,) = monitored(Hearing(nodes=nodes), [0])
    assert plan.writes == ()


@pytest.mark.parametrize(
    ("ready", "unready", "want"),
    [
        (3, 0, zones.NORMAL),
        (2, 1, zones.NORMAL),
        (0, 2, zones.FULL),
        (1, 3, zones.PARTIAL),
        (10, 3, zones.NORMAL),
    ],
)
def test_zone_states(ready: int, unready: int, want: str) -> None:
    assert zones.states({"z": [True] * ready + [False] * unready}, RATES) == {"z": want}


def test_partial_disruption_stops_evictions_of_small_clusters() -> None:
    assert zones.pauses({"z": zones.PARTIAL, "y": zones.NORMAL}, 10, RATES)["z"] is None
    assert zones.pauses({"z": zones.PARTIAL, "y": zones.NORMAL}, 60, RATES)["z"] == 100_000


def test_no_schedule_taints_follow_conditions() -> None:
    sick = node("a", "False", unschedulable=True, taints=[{"key": "mine", "effect": "NoSchedule"}])
    sick["status"]["conditions"].append({"type": "DiskPressure", "status": "True"})
    patch: Any = taints.correct_no_schedule(sick, NOW_MS)
    assert [t["key"].rpartition("/")[2] for t in patch.patch["spec"]["taints"]] == [
        "mine",
        "not-ready",
        "disk-pressure",
        "unschedulable",
    ]
    well = node("a", taints=[{"key": taints.NOT_READY, "effect": "NoSchedule"}])
    patch = taints.correct_no_schedule(well, NOW_MS)
    assert patch.patch["spec"]["taints"] is None
    assert taints.correct_no_schedule(node("a"), NOW_MS) is None


TAINT = {"key": "k", "value": "v", "effect": "NoExecute"}


@pytest.mark.parametrize(
    ("tolerations", "want_ms"),
    [
        pytest.param([], 0, id="not tolerated"),
        pytest.param([{"operator": "Exists"}], None, id="tolerated for ever"),
        pytest.param([{"key": "k", "operator": "Exists", "tolerationSeconds": 5}], 5_000, id="5 s"),
        pytest.param([{"key": "k", "value": "v", "tolerationSeconds": 0}], 0, id="0 s"),
        pytest.param([{"key": "k", "value": "x"}], 0, id="another value"),
    ],
)
def test_when_a_pod_must_leave(tolerations: list[Object], want_ms: int | None) -> None:
    assert leaves_at_ms([TAINT], tolerations, 0) == want_ms


def test_eviction_marks_then_deletes() -> None:
    view = Shown(nodes=[node("n", taints=[TAINT])], pods=[pod("p", node="n")])
    plan = TaintEvictionReconciler().reconcile(Key("pods", "ns", "p"), view, NOW_MS)
    assert lines(plan) == ["patch pods/status p"]
    assert plan.events[0].message == "Marking for deletion Pod ns/p"


def test_eviction_is_cancelled_when_the_taint_goes() -> None:
    staying = pod("p", node="n")
    tolerated = {"key": "k", "operator": "Exists", "tolerationSeconds": 60}
    staying["spec"]["tolerations"] = [tolerated]
    view = Shown(nodes=[node("n", taints=[TAINT])], pods=[staying])
    reconciler, place = TaintEvictionReconciler(), Key("pods", "ns", "p")
    assert reconciler.reconcile(place, view, NOW_MS).requeue_after_ms == 60_000
    view.objects["nodes"] = [node("n")]
    plan = reconciler.reconcile(place, view, NOW_MS + 1_000)
    assert plan.events[0].message == "Cancelling deletion of Pod ns/p"


def test_pods_of_a_node_that_is_gone_wait_out_a_quarantine() -> None:
    view, reconciler = Shown(pods=[pod("p", node="gone")]), PodGcReconciler(100)
    place = Key("pods", "", "")
    assert lines(reconciler.reconcile(place, view, NOW_MS)) == []
    assert lines(reconciler.reconcile(place, view, NOW_MS + 20_000)) == []
    plan = reconciler.reconcile(place, view, NOW_MS + 40_000)
    assert lines(plan) == ["get nodes gone"]


def test_surplus_ended_pods_are_removed_oldest_first() -> None:
    ended = [
        pod(f"p{i}", phase="Succeeded", creationTimestamp=format_time(NOW_MS + i * 1_000))
        for i in range(3)
    ]
    view = Shown(pods=ended, nodes=[node("node-1")])
    plan = PodGcReconciler(1).reconcile(Key("pods", "", ""), view, NOW_MS)
    assert lines(plan) == ["delete pods p0", "delete pods p1"]
