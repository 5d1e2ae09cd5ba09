"""Protobuf bodies: written by hand here, read by the table, and walked like any other body."""

from __future__ import annotations

import struct

import pytest

from tuik8s.api import protobuf
from tuik8s.api.protobuf import ProtobufError
from tuik8s.api.schema import load_kind
from tuik8s.api.schema.decode import decode_object


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def envelope(api_version: str, kind: str, raw: bytes) -> bytes:
    type_meta = field(1, api_version) + field(2, kind)
    return b"k8s\0" + field(1, type_meta) + field(2, raw) + field(3, "") + field(4, "")


def test_a_config_map_as_kubectl_sends_it() -> None:
    """The sample of wire.md 2.9: zero values are on the wire, and go in the walk."""
    empty = b"".join(field(number, "") for number in (2, 3, 4, 5, 6)) + field(7, 0) + field(8, b"")
    metadata = field(1, "c2") + empty
    raw = field(1, metadata) + field(2, field(1, "a") + field(2, "b"))
    value = protobuf.decode(envelope("v1", "ConfigMap", raw))
    assert value["metadata"]["namespace"] == ""
    obj, problems = decode_object(value, load_kind("", "v1", "ConfigMap"))
    assert problems == []
    assert obj == {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"name": "c2"},
        "data": {"a": "b"},
    }


def test_inlined_messages_and_special_ones() -> None:
    host_path = field(1, "/x")
    volume = field(1, "v") + field(2, field(1, host_path))
    http_get = field(1, "/healthz") + field(2, field(1, 1) + field(3, "http"))
    probe = field(1, field(2, http_get)) + field(3, 5)
    cpu = field(1, "cpu") + field(2, field(1, "250m"))
    container = field(1, "c") + field(8, field(1, cpu)) + field(10, probe)
    spec = field(1, volume) + field(2, container) + field(4, 0) + field(5, -1)
    value = protobuf.decode(envelope("v1", "Pod", field(2, spec)))
    assert value["spec"] == {
        "volumes": [{"name": "v", "hostPath": {"path": "/x"}}],
        "containers": [
            {
                "name": "c",
                "resources": {"limits": {"cpu": "250m"}},
                "livenessProbe": {
                    "httpGet": {"path": "/healthz", "port": "http"},
                    "timeoutSeconds": 5,
                },
            }
        ],
        "terminationGracePeriodSeconds": 0,
        "activeDeadlineSeconds": -1,
    }


def test_times_bytes_and_embedded_json() -> None:
    lease = field(2, field(2, 15) + field(4, field(1, 1_577_836_800) + field(2, 123456000)))
    spec = protobuf.decode(envelope("coordination.k8s.io/v1", "Lease", lease))["spec"]
    assert spec == {"leaseDurationSeconds": 15, "renewTime": "2020-01-01T00:00:00.123456Z"}
    secret = field(2, field(1, "k") + field(2, b"\x00\xff"))
    assert protobuf.decode(envelope("v1", "Secret", secret))["data"] == {"k": "AP8="}
    revision = field(2, field(1, '{"spec":{}}')) + field(3, 7)
    value = protobuf.decode(envelope("apps/v1", "ControllerRevision", revision))
    assert (value["data"], value["revision"]) == ({"spec": {}}, 7)


def test_delete_options_of_any_version() -> None:
    raw = field(1, 0) + field(4, "Background") + field(5, "All")
    for version in ("v1", "meta.k8s.io/v1", "policy/v1"):
        value = protobuf.decode(envelope(version, "DeleteOptions", raw))
        assert value["gracePeriodSeconds"] == 0
        assert value["propagationPolicy"] == "Background"
        assert value["dryRun"] == ["All"]


def test_unknown_fields_of_every_wire_type_are_passed_over() -> None:
    extra = field(99, 1) + field(98, "x") + varint(97 << 3 | 5) + b"1234"
    raw = extra + varint(96 << 3 | 1) + struct.pack("<d", 1.5) + field(1, field(1, "a"))
    assert protobuf.decode(envelope("v1", "ConfigMap", raw))["metadata"] == {"name": "a"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty data"),
        (
            b"garbage",
            "provided data does not appear to be a protobuf message, "
            "expected prefix [107 56 115 0]",
        ),
        (b"k8s\0garbage", "proto: illegal wireType 7"),
        (b"k8s\0\x0a\x7f", "unexpected EOF"),
        (b"k8s\0\xff\xff", "unexpected EOF"),
        (envelope("v9", "Nope", b""), 'no kind "Nope" is registered for version "v9"'),
        (envelope("v1", "ConfigMap", field(1, 5)), "proto: wrong wireType = 0 for a message"),
        (
            envelope("v1", "ConfigMap", field(1, field(8, field(1, 2**62)))),
            "proto: year outside of range [1,9999]",
        ),
        (
            envelope("v1", "ConfigMap", b"[1]") + field(4, b"application/json"),
            "json parse error: the embedded value is no object",
        ),
    ],
)
def test_refused(body: bytes, words: str) -> None:
    with pytest.raises(ProtobufError) as refusal:
        protobuf.decode(body)
    assert str(refusal.value) == words
