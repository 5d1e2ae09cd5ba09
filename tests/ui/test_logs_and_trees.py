"""Which logs belong to an object, how they are merged, and who owns whom; tables of cases."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.kinds.registry import builtin
from tuik8s.ui.lines import text_of
from tuik8s.ui.log_sources import Source, component, hosts, of_node, sources_of
from tuik8s.ui.logs import LogLine, drawn, fields_of, merged, newer, parsed
from tuik8s.ui.ownership import Forest, container_state, place_of
from tuik8s.ui.refs import NO_REF, Ref, owners_of, ref_of_key

KINDS = builtin()


def log(at: str, text: str = "", source: str = "p/c") -> LogLine:
    return LogLine(at, source, text)


def a_pod(name: str, *containers: str, owner: str = "", **labels: str) -> Any:
    meta: dict[str, Any] = {"name": name, "namespace": "ns", "uid": name, "labels": labels}
    if owner:
        meta["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": owner}
        ]
    return {"metadata": meta, "spec": {"containers": [{"name": c} for c in containers]}}


def test_lines_are_parsed_and_control_characters_shown() -> None:
    assert parsed("T1 a b\nT2 \x1b[1m\n", "p/c") == [log("T1", "a b"), log("T2", "\\x1b[1m")]


def test_only_a_newline_ends_a_line_of_a_log() -> None:
    assert parsed("T1 10%\r20% done\nT2 \n", "p/c") == [log("T1", "10%\\x0d20% done"), log("T2")]
    assert parsed("", "p/c") == []


@pytest.mark.parametrize(
    ("known", "heard", "expected"),
    [
        ([], ["1a"], ["1a"]),
        (["1a"], ["1a", "2b"], ["2b"]),
        (["1a", "2b", "2c"], ["2b", "2c", "2d", "3e"], ["2d", "3e"]),
        (["1a"], [], []),
        (["1a"], ["2a"], ["2a"]),
    ],
)
def test_what_is_new(known: list[str], heard: list[str], expected: list[str]) -> None:
    def lines(texts: list[str]) -> list[LogLine]:
        return [log(text[0], text[1]) for text in texts]

    assert newer(lines(known), lines(heard)) == lines(expected)


def test_tails_are_merged_by_time_and_cut_to_a_span() -> None:
    tails = [[log("1", "z"), log("1", "a"), log("4")], [log("2"), log("3")]]
    assert [each.at + each.text for each in merged(tails, "", "~")] == ["1z", "1a", "2", "3", "4"]
    assert [each.at for each in merged(tails, "2", "4")] == ["2", "3"]


def test_drawn_lines_name_their_source_and_time() -> None:
    found = drawn([log("2026-01-01T00:00:01.500000000Z", "x")], stamped=True, named=True)
    assert [text_of(each) for each in found] == ["00:00:01.500 p/c x"]


def test_sources_of_pods_workloads_and_services() -> None:
    pods = [a_pod("b", "main", app="web"), a_pod("a", "main", "side", app="web"), a_pod("z", "m")]
    assert sources_of("pods", pods[1], ()) == [Source("ns", "a", "main"), Source("ns", "a", "side")]
    meta = {"name": "w", "namespace": "ns"}
    workload = {"metadata": meta, "spec": {"selector": {"matchLabels": {"app": "web"}}}}
    service = {"metadata": meta, "spec": {"selector": {"app": "web"}}}
    expected = ["a/main", "a/side", "b/main"]
    assert [str(s) for s in sources_of("deployments.apps", workload, pods)] == expected
    assert [str(s) for s in sources_of("services", service, pods)] == expected
    assert sources_of("services", {"metadata": meta, "spec": {}}, pods) == []


def test_components_lines_are_drawn_without_their_time_and_by_severity() -> None:
    lines = [log("1", 'E0101 00:00:01.000000       1 a.py:1] "x"', "scheduler"), log("2", "", "")]
    marked = [lines[0], LogLine("2", "", "──── b1 ────")]
    found = drawn(marked, stamped=False, named=True)
    assert [text_of(each) for each in found] == ['scheduler E a.py:1] "x"', "──── b1 ────"]
    assert found[0][1].style == "bad"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '{"time":"T","level":"warn","msg":"slow","took":3,"tags":["a"]}',
            'WARN  slow  took=3  tags=["a"]',
            id="level, message, fields",
        ),
        pytest.param('{"a":"x y"}', "  a=x y", id="fields alone"),
        pytest.param('{"msg":"\\u001b[2J"}', "\\x1b[2J", id="control characters are shown"),
        pytest.param('{"msg":{"a":1}}', '{"a": 1}', id="a message that is no text"),
        pytest.param("{nonsense", None, id="no JSON"),
        pytest.param("[1]", None, id="no object"),
        pytest.param("{" * 5_000, None, id="deep nonsense"),
    ],
)
def test_json_lines_as_fields(text: str, expected: str | None) -> None:
    found = fields_of(text)
    assert (None if found is None else text_of(found)) == expected


@pytest.mark.parametrize(
    ("party", "node", "expected"),
    [
        ("kubelet/node-1..node-50", "node-7", True),
        ("kubelet/node-1..node-50", "node-51", False),
        ("kubelet/node-1..node-50", "other-7", False),
        ("kubelet/node-1", "node-1", False),
        ("scheduler", "node-1", False),
    ],
)
def test_who_hosts_a_node(party: str, node: str, expected: bool) -> None:
    assert hosts(party, node) == expected


def test_a_nodes_logs_are_its_kubelets_and_its_proxys() -> None:
    parties = ["kube-proxy/node-1", "kubelet/node-1", "kubelet/node-10", "scheduler"]
    assert of_node("node-1", parties) == [component(party) for party in parties[:2]]


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("pods", "pod"),
        ("networkpolicies", "networkpolicy"),
        ("ingresses", "ingress"),
        ("storageclasses", "storageclass"),
        ("leases", "lease"),
        ("endpointslices", "endpointslice"),
        ("componentstatuses", "componentstatus"),
    ],
)
def test_singular(plural: str, expected: str) -> None:
    assert str(Ref(plural, "", "n")) == f"{expected} n"


def test_refs() -> None:
    assert ref_of_key("pods/ns/a") == Ref("pods", "ns", "a")
    assert ref_of_key("nodes//n") == Ref("nodes", "", "n")
    assert ref_of_key("nonsense") == NO_REF
    assert Ref("nodes", "", "n").key == "nodes//n"
    pod = a_pod("p", "c", owner="web-1")
    assert owners_of(KINDS, pod) == [Ref("replicasets.apps", "ns", "web-1")]


def forest() -> Forest:
    sets = KINDS.by_resource("replicasets.apps")
    pods = KINDS.by_resource("pods")
    assert sets is not None
    assert pods is not None
    owner = {"metadata": {"name": "web-1", "namespace": "ns", "uid": "web-1"}, "spec": {}}
    objects = [a_pod(n, "c", owner="web-1") for n in ("b", "a")]
    found = [(place_of(sets, owner), owner), *((place_of(pods, pod), pod) for pod in objects)]
    by_ref = {place.ref: obj for place, obj in found}
    return Forest([place for place, _ in found], by_ref.get, 0)


def test_a_tree_is_drawn_from_its_roots() -> None:
    found = forest()
    drawn_tree = [(text_of(line).split("  ")[0], ref.name) for line, ref in found.draw(found.roots)]
    assert drawn_tree == [
        ("replicaset web-1", "web-1"),
        ("├─ pod a", "a"),
        ("│", ""),
        ("└─ pod b", "b"),
        ("", ""),
    ]


def test_a_branch_has_the_owners_above() -> None:
    found = forest()
    branch = found.branch(Ref("pods", "ns", "a"), [Ref("replicasets.apps", "ns", "web-1")])
    assert [ref.name for _, ref in branch] == ["web-1", "a", ""]


def test_owners_in_a_circle_are_drawn_once() -> None:
    kind = KINDS.by_resource("configmaps")
    assert kind is not None

    def owned(name: str, owner: str) -> Any:
        references = [{"uid": owner, "kind": "ConfigMap", "name": owner}]
        return {"metadata": {"name": name, "uid": name, "ownerReferences": references}}

    objects = {Ref("configmaps", "", n): owned(n, other) for n, other in ("ab", "ba")}
    found = Forest([place_of(kind, obj) for obj in objects.values()], objects.get, 0)
    assert found.roots == []
    assert [ref.name for _, ref in found.branch(Ref("configmaps", "", "a"), [])] == ["a", "b"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({}, ("waiting", "dim")),
        ({"state": {"running": {}}, "ready": True}, ("running", "ok")),
        (
            {"state": {"running": {}}, "ready": False, "restartCount": 2},
            ("running, not ready, 2 restarts", "warn"),
        ),
        (
            {
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "Error", "exitCode": 1}},
            },
            ("CrashLoopBackOff, last ended Error (1)", "bad"),
        ),
        ({"state": {"waiting": {"reason": "ContainerCreating"}}}, ("ContainerCreating", "dim")),
        (
            {"state": {"terminated": {"reason": "Error", "exitCode": 1}}, "restartCount": 1},
            ("Error (1), 1 restart", "bad"),
        ),
        ({"state": {"terminated": {"reason": "Completed"}}}, ("Completed (0)", "dim")),
    ],
)
def test_container_states(status: Any, expected: tuple[str, str]) -> None:
    assert container_state(status) == expected
