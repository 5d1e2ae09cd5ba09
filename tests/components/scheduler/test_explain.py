"""Decisions as documents: what is grouped, what is listed, what would help."""

from __future__ import annotations

import json

from tests.components.scheduler.fixtures import decide, node, pod
from tuik8s.api.decision import advice, render

TAINT = [{"key": "gpu", "value": "true", "effect": "NoSchedule"}]


def test_placed_pod_lists_scores_and_margin() -> None:
    outcome, found = decide(pod(cpu="1"), node("a"), node("b", cpu="8"))
    assert found["node"] == outcome.node == "b"
    assert found["chosen_from"] == ["b"]
    assert found["total"]["b"] > found["total"]["a"]
    assert found["scores"]["NodeResourcesFit"]["b"] == 92
    assert found["weights"]["TaintToleration"] == 3
    lines = render(found)
    assert lines[0].startswith("default/p goes to b with")
    assert lines[1] == f"The next best has {found['total']['a']}."
    assert any(line.startswith("b ") and line.endswith(str(found["total"]["b"])) for line in lines)


def test_ties_are_told() -> None:
    _, found = decide(pod(), node("a"), node("b"))
    assert (found["chosen_from"], found["ties"]) == (["a", "b"], 2)
    assert "Drawn by lot among 2 nodes" in "\n".join(render(found))


def test_only_node_that_fits_has_no_scores() -> None:
    _, found = decide(pod(cpu="5"), node("a"), node("b", cpu="8"))
    assert "total" not in found
    assert found["refused"] == [
        {"plugin": "NodeResourcesFit", "reason": "Insufficient cpu", "count": 1, "nodes": ["a"]}
    ]
    assert render(found)[0] == "default/p goes to b, the only node that fits (1 of 2)."


def test_pending_pod_counts_all_filters_not_only_the_first() -> None:
    _, found = decide(
        pod(cpu="5"), node("a"), node("b", taints=TAINT), node("c", cpu="9", taints=TAINT)
    )
    by_plugin = {group["plugin"]: group for group in found["refused"]}
    # As kubectl counts: the taint is looked at first and hides that b is too small as well.
    assert by_plugin["NodeResourcesFit"]["count"] == 1
    assert by_plugin["NodeResourcesFit"]["rejects"] == 2
    assert by_plugin["NodeResourcesFit"]["sole"] == 1
    assert (by_plugin["TaintToleration"]["count"], by_plugin["TaintToleration"]["sole"]) == (2, 1)
    assert [entry["node"] for entry in found["near"]] == ["a", "c", "b"]
    assert found["near"][2]["refused"] == [
        {"plugin": "TaintToleration", "reason": "node(s) had untolerated taint(s)"},
        {"plugin": "NodeResourcesFit", "reason": "Insufficient cpu"},
    ]


def test_remedies_are_the_smallest_change_per_set_of_plugins() -> None:
    _, found = decide(
        pod(cpu="5"), node("a"), node("b", cpu="4500m"), node("c", cpu="9", taints=TAINT)
    )
    assert [(r["node"], r["plugins"]) for r in found["remedies"]] == [
        ("b", ["NodeResourcesFit"]),
        ("c", ["TaintToleration"]),
    ]
    assert advice(found)[0] == ("request at most 4500m cpu (it asks for 5), then it fits on b")


def test_several_plugins_on_one_node_add_up() -> None:
    _, found = decide(pod(cpu="5"), node("a", taints=TAINT))
    (remedy,) = found["remedies"]
    assert remedy["plugins"] == ["TaintToleration", "NodeResourcesFit"]
    assert "tolerate the taint" in remedy["text"]
    assert " and request at most 4 cpu" in remedy["text"]


def test_big_clusters_are_summed_up() -> None:
    full = [node(f"n{i:03}", cpu="1") for i in range(60)]
    _, found = decide(pod(cpu="2"), *full)
    assert (found["refused"][0]["count"], len(found["refused"][0]["nodes"])) == (60, 20)
    assert len(found["near"]) == 20
    assert found["remedies"][0]["nodes"] == 60
    empty = [node(f"n{i:03}") for i in range(60)]
    outcome, found = decide(pod(cpu="2"), *empty)
    assert len(found["total"]) == 20
    assert outcome.node in found["total"]
    assert found["ties"] == 60
    assert len(json.dumps(found)) < 8_000


def test_preemption_names_node_and_victims() -> None:
    low = pod("low", cpu="4", on="a")
    _, found = decide(pod(cpu="2", priority=100), low, node("a"))
    assert found["preemption"]["nominated"] == "a"
    assert found["preemption"]["victims"] == ["default/low"]
    assert "remedies" not in found
    assert "Preemption makes room on a: default/low must go." in render(found)


def test_refusal_as_a_whole_and_its_remedy() -> None:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    _, found = decide(pod(volumes=volumes), node("a"), node("b"))
    assert found["status"]["reason"] == 'persistentvolumeclaim "data" not found'
    assert advice(found) == ["create the PersistentVolumeClaim data in default"]
    assert any("every node" in line for line in render(found))


def test_no_nodes() -> None:
    _, found = decide(pod())
    assert found["message"] == "no nodes available to schedule pods"
    assert render(found)[0] == "default/p fits on no node."
