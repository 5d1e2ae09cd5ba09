"""JSONPath of printer columns and kubectl."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api import jsonpath

POD: dict[str, Any] = {
    "metadata": {"name": "p", "labels": {"a.b/c": "x"}},
    "spec": {
        "replicas": 3,
        "containers": [{"name": "a", "ports": [{"port": 1}]}, {"name": "b"}, {"name": "c"}],
    },
    "status": {
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "n": 2}],
        "ok": True,
    },
}


@pytest.mark.parametrize(
    ("path", "want"),
    [
        (".metadata.name", ["p"]),
        ("{.metadata.name}", ["p"]),
        ("$.metadata.name", ["p"]),
        ("metadata.name", ["p"]),
        (r".metadata.labels.a\.b/c", ["x"]),
        (".metadata.labels['a.b/c']", ["x"]),
        (".spec.containers[0].name", ["a"]),
        (".spec.containers[-1].name", ["c"]),
        (".spec.containers[5].name", []),
        (".spec.containers[1:].name", ["b", "c"]),
        (".spec.containers[:2].name", ["a", "b"]),
        (".spec.containers[0,2].name", ["a", "c"]),
        (".spec.containers[*].name", ["a", "b", "c"]),
        ('.status.conditions[?(@.type=="Ready")].status', ["True"]),
        (".status.conditions[?(@.type!='Ready')].n", [2]),
        (".status.conditions[?(@.n)].type", ["Other"]),
        (".status.conditions[?(@.n > 1)].type", ["Other"]),
        (".status.conditions[?(@.n>=3)].type", []),
        ("..port", [1]),
        ("..name", ["p", "a", "b", "c"]),
        (".missing.name", []),
        (".status.conditions[?(@.missing<=@.missing)]", []),
        ("[?(@.labels<@.labels)]", []),
        ("[?(@.none>=@.none)]", []),
        (".metadata.labels.*", ["x"]),
    ],
)
def test_find(path: str, want: list[Any]) -> None:
    found = jsonpath.parse(path).find(POD)
    assert sorted(map(str, found)) == sorted(map(str, want))


@pytest.mark.parametrize(
    "path", [".a[", ".a[?(@.b==)]", ".a[?(@.b", ".a b", ".a[::0]", "[?(@" * 3000]
)
def test_malformed(path: str) -> None:
    with pytest.raises(ValueError, match="JSONPath"):
        jsonpath.parse(path)


@pytest.mark.parametrize(
    ("path", "column_type", "want"),
    [
        (".spec.replicas", "integer", 3),
        (".spec.replicas", "string", "3"),
        (".status.ok", "boolean", True),
        (".status.ok", "string", "true"),
        (".metadata.labels", "string", '{"a.b/c":"x"}'),
        (".metadata.name", "integer", None),
        (".missing", "string", None),
        (".metadata.name", "date", "p"),
    ],
)
def test_column_cell(path: str, column_type: str, want: Any) -> None:
    assert jsonpath.column_cell(jsonpath.parse(path), column_type, POD) == want


def test_print_results() -> None:
    values = jsonpath.parse(".spec.containers[*].name").find(POD)
    assert jsonpath.print_results(values) == "a b c"
    assert jsonpath.print_results([{"b": 1, "a": {"d": 2, "c": 3}}]) == '{"a":{"c":3,"d":2},"b":1}'
