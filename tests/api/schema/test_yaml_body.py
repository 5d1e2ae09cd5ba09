"""YAML as upstream reads it (golden/machinery body-yaml-booleans, ssa-malformed-bodies)."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.schema.decode import DecodeError
from tuik8s.api.schema.yaml_body import decode_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, True) for word in ("y", "on", "yes", "true")),
        *((word, False) for word in ("n", "off", "No", "FALSE")),
        *((word, None) for word in ("~", "null", "")),
        ("'n'", "n"),
        ('"1"', "1"),
        ("1e3", 1000.0),
        ("0x10", 16),
        ("010", 8),
        ("1_000", 1000),
        ("-5", -5),
        ("1.5", 1.5),
        (str(2**64 - 1), 2**64 - 1),
        (str(2**64), float(2**64)),
        ("1_000.5", 1000.5),
        ("09", 9.0),
        ("0x" + "f" * 17, "0x" + "f" * 17),
        *((text, text) for text in ("0x_", "0b_", "_1", "1e999", "9" * 5000)),
        ("2020-01-01", "2020-01-01"),
        ("12:30:00", "12:30:00"),
        ("!!str 5", "5"),
        ("[1, {b: c}]", [1, {"b": "c"}]),
        ("|\n  x\n  y\n", "x\ny\n"),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    assert decode_yaml(f"a: {text}".encode()) == ({"a": value}, [])


def test_keys_are_text() -> None:
    assert decode_yaml(b"1: a\ntrue: b\n1.5: c") == ({"1": "a", "true": "b", "1.5": "c"}, [])


def test_only_the_first_document_counts() -> None:
    assert decode_yaml(b"a: b\n---\nc: d\n") == ({"a": "b"}, [])
    assert decode_yaml(b"") == (None, [])


def test_repeated_keys_are_named_by_line() -> None:
    body = b"metadata:\n  name: a\n  name: b\ndata:\n  k: '1'\n  k: '2'\n"
    value, problems = decode_yaml(body)
    assert value == {"metadata": {"name": "b"}, "data": {"k": "2"}}
    assert problems == [
        'line 3: key "name" already set in map',
        'line 6: key "k" already set in map',
    ]


def test_anchors_aliases_and_merges() -> None:
    body = b"a: &x {b: 1}\nc: *x\nd: {<<: *x, b: 2, e: 3}"
    value = {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 2, "e": 3}}
    assert decode_yaml(body) == (value, [])


def bomb() -> bytes:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"not: [closed", "yaml: line 1: did not find expected ',' or ']'"),
        (bomb(), "yaml: document contains excessive aliasing"),
        (b"[" * 2000 + b"]" * 2000, "yaml: exceeded max depth of 500"),
        (b"{a: " * 2000 + b"}" * 2000, "yaml: exceeded max depth of 500"),
        (b"a: *b", "yaml: unknown anchor 'b' referenced"),
    ],
)
def test_refused(body: bytes, words: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_yaml(body)
    assert str(refusal.value) == f"error converting YAML to JSON: {words}"
