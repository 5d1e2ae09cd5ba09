"""What the overview thinks: digests, the map of nodes, summaries, causes of events."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.ui.stage import Stage
from tests.ui.test_words import a_node, a_pod, fault, waiting
from tuik8s.api.types import Key
from tuik8s.bus.entries import Entry, Shelf
from tuik8s.ui.digests import Digests, Load, PodDigest, loads, pod_digest
from tuik8s.ui.happenings import because, happening, newest
from tuik8s.ui.lines import text_of
from tuik8s.ui.nodemap import NodeDigest, arranged, cells, node_digest
from tuik8s.ui.past import LoggedChange, Moment
from tuik8s.ui.problems import problems, ranked, trouble_of
from tuik8s.ui.summary import (
    Workloads,
    bar_of,
    brief,
    is_at_limit,
    is_ready,
    plane,
    pods_line,
    rate_lines,
    starts_per_second,
    workload_lines,
)
from tuik8s.ui.timeline import Timeline
from tuik8s.ui.watch import Watch

SHELF = Shelf(lean=False)


def entry(obj: Any) -> Entry:
    return Entry(msgspec.msgpack.encode(obj), 1, SHELF)


def test_only_what_changed_is_looked_at_again() -> None:
    looked: list[str] = []

    def make(obj: Any) -> str:
        looked.append(obj)
        return str(obj)

    digests = Digests(make)
    entries = {("ns", "a"): entry("a"), ("ns", "b"): entry("b")}
    assert digests.look(entries) == ["a", "b"]
    entries["ns", "b"] = entry("B")
    assert digests.look(entries) == ["a", "B"]
    assert looked == ["a", "b", "B"]
    del entries["ns", "a"]
    assert digests.look(entries) == ["B"]
    entries["ns", "c"] = entry("c")
    del entries["ns", "b"]
    assert digests.look(entries) == ["c"]


def a_digest(node: str = "n", phase: str = "Running", **more: Any) -> PodDigest:
    fields: dict[str, Any] = {"cpu": 0, "memory": 0, "trouble": None, "started_at_ms": None}
    return PodDigest(node, phase, **{**fields, **more})


def test_a_pod_in_short() -> None:
    pod = a_pod(phase="Running", startTime="1970-01-01T00:00:02Z")
    requests = {"requests": {"cpu": "250m", "memory": "1Ki"}}
    pod["spec"] = {"nodeName": "n", "containers": [{"resources": requests}, {}]}
    assert pod_digest(pod) == a_digest(cpu=250, memory=1024, started_at_ms=2_000)


def test_the_load_of_a_node_is_of_its_unfinished_pods() -> None:
    pods = [a_digest(cpu=5), a_digest(cpu=6), a_digest(phase="Failed", cpu=7), a_digest("")]
    assert loads(pods) == {"n": Load(2, 11, 0)}


def digest(name: str, zone: str = "a", health: str = "ok", cpu: int = 1000) -> NodeDigest:
    return NodeDigest(name, zone, health, 110, cpu, 1000, 0)


def test_the_map_has_a_cell_per_node_by_zone() -> None:
    nodes = [
        digest("node-10"),
        digest("node-2"),
        digest("node-3", "b", "bad"),
        digest("node-4", "b", "warn"),
        digest("node-5", "b"),
    ]
    used = {"node-2": Load(3, 500, 0), "node-10": Load(1, 100, 950), "node-5": Load(1, 5_000, 0)}
    found = cells(nodes, used)
    assert [each.name for each in found] == ["node-2", "node-10", "node-3", "node-4", "node-5"]
    assert "".join(each.text for each in found) == "▅▁✗/█"
    assert [each.style for each in found] == ["ok", "warn", "bad", "warn", "warn"]
    assert found[0].details == "node-2  a  Ready  cpu 50%  memory 0%  pods 3/110"
    lines = arranged(found, 2)
    assert [(line.label, len(line.cells)) for line in lines] == [("a", 2), ("b", 2), ("", 1)]
    assert [line.label for line in arranged(cells([digest("n", "")], {}), 9)] == ["nodes"]


def test_a_node_in_short() -> None:
    node = a_node(cordoned=True)
    node["metadata"]["labels"] = {"topology.kubernetes.io/zone": "z"}
    node["spec"]["taints"] = [{}]
    node["status"]["allocatable"] = {"cpu": "2", "memory": "1Ki", "pods": "7"}
    assert node_digest(node) == NodeDigest("n", "z", "warn", 7, 2000, 1024, 1)
    assert cells([node_digest(node)], {})[0].details.endswith("pods 0/7  1 taint")


def test_a_node_that_is_down_says_by_which_fault_and_how_many_pods() -> None:
    found = ranked([a_node("Unknown")], [], [], [], [fault("Active")], {"n": 12})
    assert found[0].text == "node n is not ready (Unknown): fault f (node-crash); 12 pods there"
    assert found[0].total == 12
    assert [each.resource for each in found] == ["nodes", "faults.chaos.tuik8s.dev"]
    assert "silent" in ranked([a_node("Unknown")], [], [], [], [fault("Healed")], {})[0].text


def test_pods_with_one_cause_are_one_problem() -> None:
    pods = [a_pod(name, owner="rs", **waiting("ErrImagePull")) for name in ("b", "a", "c")]
    [found] = problems([], pods, [], [], [])
    assert (found.text, found.name, found.total) == ("3 pods of ns/rs: c ErrImagePull", "a", 3)
    assert trouble_of(a_pod(phase="Running")) is None


def process(name: str, state: str = "running", **more: Any) -> Any:
    return {"name": name, "state": state, "restarts": 0, **more}


def test_the_control_plane_is_a_line_per_kind() -> None:
    found = plane(
        [
            process("apiserver", statistics={"requests": 1200, "watches": 3}),
            process("controller-manager", statistics={"job.depth": 2, "node.depth": 1, "x": 9}),
            process("kubelet/node-1", statistics={"pods": 2}),
            process("kubelet/node-2", "stopped by a fault", restarts=4),
        ]
    )
    assert [text_of(each).split() for each in found] == [
        ["apiserver", "1/1", "requests", "1,200", "watches", "3"],
        ["controller-manager", "1/1", "depth", "3"],
        ["kubelet", "1/2", "restarts", "4", "kubelet/node-2:", "stopped", "by", "a", "fault"],
    ]
    assert found[2][1].style == "warn"
    assert "a log is looked at" in text_of(plane([])[0])


def test_workloads_in_a_few_lines() -> None:
    pods = [a_digest(), a_digest(phase="Pending"), a_digest(phase="Failed")]
    found = [
        text_of(each).rstrip()
        for each in workload_lines(
            [Workloads("Deployments", 9, 10), Workloads("DaemonSets", 0, 0)], pods, (4, 1), (2, 0)
        )
    ]
    assert found == [
        "Deployments      9/10     ▇▇▇▇▇▇▇▇▇░",
        "Pods             3  running 1  pending 1  failed 1",
        "Services         4  1 without endpoints",
        "Budgets          2",
    ]
    assert text_of(pods_line([])) == "Pods             0"
    small = brief([process("a"), process("b", "starting")], pods, [])
    assert text_of(small[0]) == "Processes        1/2"


@pytest.mark.parametrize(("part", "drawn"), [(0, "░░░░"), (99, "▇▇▇░"), (100, "▇▇▇▇")])
def test_a_bar_is_full_only_when_nothing_is_missing(part: int, drawn: str) -> None:
    assert bar_of(part, 100, 4) == drawn
    assert bar_of(0, 0, 4) == "░░░░"


def test_workloads_and_budgets() -> None:
    assert is_ready({"spec": {"replicas": 2}, "status": {"readyReplicas": 2}})
    assert not is_ready({"spec": {"replicas": 2}})
    assert not is_ready({"spec": {}, "status": {"desiredNumberScheduled": 3, "numberReady": 2}})
    assert is_at_limit({"status": {"expectedPods": 2, "disruptionsAllowed": 0}})
    assert not is_at_limit({"status": {"expectedPods": 2, "disruptionsAllowed": 1}})
    assert not is_at_limit({})


def test_rates_of_the_last_minute() -> None:
    pods = [a_digest(started_at_ms=ms) for ms in (100_000, 100_900, 41_000, 40_000)]
    starts = starts_per_second([*pods, a_digest()], 100_950)
    assert (starts[-1], starts[0], sum(starts)) == (2, 1, 3)
    timeline = Timeline()
    for at_ms in (1_000, 1_500, 3_000):
        timeline.count(at_ms)
    assert timeline.per_second(3_100, 4) == [0, 2, 0, 1]
    changes, started = rate_lines([0] * 55 + [5] * 5, starts)
    assert text_of(changes) == "changes/s      " + "▁" * 18 + "▆█" + "   5.0"
    assert [each[1].style for each in (changes, started)] == ["accent", "ok"]


def event(name: str, time: str, **more: Any) -> Any:
    meta = {"name": name, "namespace": "ns", "uid": name}
    about = {"kind": "Pod", "namespace": "ns", "name": "p"}
    return {"metadata": meta, "lastTimestamp": time, "involvedObject": about, **more}


def test_events_say_what_led_to_them() -> None:
    found = [happening(event("a", "1")), happening(event("b", "2", source={"component": "kub"}))]
    assert [each.uid for each in newest(found)] == ["b", "a"]
    assert because(found[1], None) == "kub"
    key = Key("replicasets.apps", "ns", "web-1")
    cause = LoggedChange(Moment(204, 0), "ADDED", key, "system:kube-scheduler", 0, None, None)
    assert because(found[0], cause).startswith("#204 ")
    assert because(found[0], cause).endswith("created replicaset web-1")


def test_many_pods_are_judged_a_frame_after_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuik8s.ui.watch.MANY", 2)
    stage = Stage()
    stage.feed.informer("pods")
    stage.cluster.run_ms(2_000)
    watch = Watch(stage.feed)
    assert (watch.in_a_word(), watch.judged) == ("judging ...", 0)
    stage.cluster.run_ms(100)
    assert (watch.in_a_word(), watch.judged) == ("", 1)
    stage.cluster.run_ms(2_000)
    assert watch.in_a_word() != "judging ...", "nothing new, nothing to wait for"
