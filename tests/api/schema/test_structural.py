"""Custom resources: pruning, defaulting, validation words (golden/kubectl crd-validation)."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.schema.check import check
from tuik8s.api.schema.decode import DecodeError, decode_object
from tuik8s.api.schema.structural import from_openapi

BOAT = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["length"],
            "properties": {
                "length": {"type": "integer", "minimum": 1},
                "sail": {"type": "string", "enum": ["main", "jib"], "default": "main"},
                "crew": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": {"type": "string"},
                            "rank": {"type": "string", "default": "mate"},
                        },
                    },
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                },
                "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "note": {"type": "string", "nullable": True, "default": "n"},
            },
        }
    },
}


def boat(**spec: Any) -> Any:
    return {"apiVersion": "x/v1", "kind": "Boat", "metadata": {"name": "a"}, "spec": spec}


def test_prunes_and_names_unknown_fields() -> None:
    value = boat(length=1, bogus="x", any={"kept": {"y": 1}}, crew=[{"name": "j", "age": 3}])
    value["metadata"]["nope"] = 1
    obj, problems = decode_object(value, from_openapi(BOAT), "Boat")
    paths = ("metadata.nope", "spec.bogus", "spec.crew[0].age")
    assert problems == [f'unknown field "{path}"' for path in paths]
    assert obj["spec"] == {
        "length": 1,
        "any": {"kept": {"y": 1}},
        "crew": [{"name": "j", "rank": "mate"}],
        "sail": "main",
        "note": "n",
    }
    assert obj["metadata"] == {"name": "a"}


def test_null_is_absent_unless_it_may_be_null() -> None:
    obj, _ = decode_object(boat(length=1, sail=None, note=None), from_openapi(BOAT))
    assert obj["spec"] == {"length": 1, "sail": "main", "note": None}
    assert check(obj, from_openapi(BOAT)) == []


def test_metadata_is_typed() -> None:
    value = boat(length=1)
    value["metadata"]["name"] = 5
    with pytest.raises(DecodeError, match=r"ObjectMeta\.metadata\.name of type string"):
        decode_object(value, from_openapi(BOAT))


@pytest.mark.parametrize(
    ("spec", "messages"),
    [
        (
            {"length": 0},
            [
                "spec.length: Invalid value: 0: "
                "spec.length in body should be greater than or equal to 1"
            ],
        ),
        (
            {"sail": "spinnaker"},
            [
                'spec.sail: Unsupported value: "spinnaker": supported values: "main", "jib"',
                "spec.length: Required value",
            ],
        ),
        (
            {"length": "long"},
            [
                'spec.length: Invalid value: "string": '
                'spec.length in body must be of type integer: "string"'
            ],
        ),
        (
            {"length": 1, "crew": [{"name": "a"}, {"name": "a"}]},
            ['spec.crew[1]: Duplicate value: {"name":"a"}'],
        ),
    ],
)
def test_boats_refused(spec: Any, messages: list[str]) -> None:
    assert [error.message for error in check(boat(**spec), from_openapi(BOAT))] == messages


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"type": "string", "pattern": "^a+$"}, "b", "should match '^a+$'"),
        ({"type": "string", "minLength": 2}, "b", "should be at least 2 chars long"),
        ({"type": "string", "maxLength": 1}, "bb", "may not be more than 1 byte"),
        ({"type": "string", "format": "date-time"}, "x", 'must be of type date-time: "x"'),
        ({"type": "string", "format": "ipv4"}, "1.2.3", 'must be of type ipv4: "1.2.3"'),
        ({"type": "number", "maximum": 2, "exclusiveMaximum": True}, 2, "should be less than 2"),
        ({"type": "number", "multipleOf": 0.5}, 0.7, "should be a multiple of 0.5"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, ["a", "b"], "at most 1"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [], "at least 1 items"),
        ({"type": "boolean"}, None, 'must be of type boolean: "null"'),
        ({"x-kubernetes-int-or-string": True}, 1.5, "must be of type integer,string"),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"k": "v"},
            'spec.k in body must be of type integer: "string"',
        ),
        (
            {"type": "integer", "anyOf": [{"minimum": 5}, {"maximum": 1}]},
            3,
            '"spec" must validate at least one schema (anyOf)',
        ),
        (
            {"type": "integer", "oneOf": [{"minimum": 1}, {"maximum": 5}]},
            3,
            "must validate one and only one schema (oneOf). Found 2 valid alternatives",
        ),
        ({"type": "integer", "not": {"minimum": 1}}, 3, "must not validate the schema (not)"),
        (
            {"type": "object", "x-kubernetes-embedded-resource": True},
            {"apiVersion": "v1"},
            "spec.kind: Required value: must not be empty",
        ),
    ],
)
def test_values_refused(schema: Any, value: Any, words: str) -> None:
    node = from_openapi({"type": "object", "properties": {"spec": schema}})
    messages = [error.message for error in check({"spec": value}, node)]
    assert any(words in message for message in messages), messages


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"x-kubernetes-int-or-string": True}, "50%"),
        ({"type": "integer"}, 2.0),
        ({"type": "string", "format": "unheard-of"}, "x"),
        ({"type": "string", "nullable": True}, None),
        ({"x-kubernetes-preserve-unknown-fields": True}, [1, {"a": None}]),
        ({"type": "object", "additionalProperties": True}, {"a": {"b": 1}}),
        ({"type": "string", "format": "cidr"}, "10.0.0.0/8"),
        ({"type": "integer", "enum": [1, 2]}, 2),
    ],
)
def test_values_accepted(schema: Any, value: Any) -> None:
    node = from_openapi({"type": "object", "properties": {"spec": schema}})
    obj, problems = decode_object({"spec": value}, node)
    assert (obj["spec"], problems) == (value, [])
    assert check(obj, node) == []
