"""Replay the writes of a golden case on the rules of kinds, applied as every write applies them.

There is no server around them, and no admission.

What admission and the server add (tokens, tolerations, uids, addresses) is left out of the
comparison: a created object must agree in every field that the rules are answerable for, a refusal
in its whole list of causes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tuik8s.api.errors import FieldError, invalid_object
from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import builtin
from tuik8s.api.meta import copy_value
from tuik8s.api.patch import merge, strategic
from tuik8s.api.schema.decode import decode_object
from tuik8s.api.schema.scalars import DecodeError
from tuik8s.components.apiserver.conversions.base import Conversion
from tuik8s.components.apiserver.conversions.registry import CONVERSIONS
from tuik8s.components.apiserver.strategies import (
    StatusStrategy,
    Strategy,
    keep_identity,
    keep_server_fields,
)

NOW_MS = 1_800_000_000_000
NAMESPACE = "ns"
_ADMISSION_PATHS = (
    "spec.tolerations",
    "spec.priority",
    "spec.preemptionPolicy",
    "spec.serviceAccountName",
    "spec.serviceAccount",
    "spec.volumes",
    "spec.containers.volumeMounts",
)


@dataclass
class Outcome:
    """What the rules made of one write: an object or a refusal, and warnings."""

    obj: dict[str, Any] | None
    errors: list[FieldError]
    warnings: list[str]


def filled(value: Any, answers: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return value.replace("{ns}", NAMESPACE)
    if isinstance(value, list):
        return [filled(item, answers) for item in value]
    if isinstance(value, dict):
        return {filled(k, answers): filled(v, answers) for k, v in value.items()}
    return value


def kind_of(path: str) -> tuple[Kind, str, str] | None:
    """Kind, name and subresource of a path."""
    parts = [part for part in path.partition("?")[0].split("/") if part]
    if not parts or parts[0] not in ("api", "apis"):
        return None
    group, version, rest = ("", parts[1], parts[2:])
    if parts[0] == "apis":
        if len(parts) < 3:
            return None
        group, version, rest = parts[1], parts[2], parts[3:]
    if rest and rest[0] == "namespaces" and len(rest) > 2:
        rest = rest[2:]
    if not rest:
        return None
    kind = builtin().lookup(group, version, rest[0])
    name, sub = (rest[1:2] or [""])[0], (rest[2:3] or [""])[0]
    return (kind, name, sub) if kind else None


def conversion_of(kind: Kind) -> Conversion | None:
    return CONVERSIONS.get((kind.group, kind.version, kind.plural))


def _stored(kind: Kind, obj: dict[str, Any]) -> dict[str, Any]:
    obj.setdefault("metadata", {})
    conversion = conversion_of(kind)
    return conversion.to_stored(obj) if conversion else obj


def create(kind: Kind, body: Any) -> Outcome:
    obj, _ = decode_object(copy_value(body), kind.schema, kind.kind, False)
    obj = _stored(kind, obj)
    metadata = obj["metadata"]
    metadata["uid"] = "uid"
    if metadata.get("generateName") and not metadata.get("name"):
        metadata["name"] = metadata["generateName"][:58] + "bcdfg"
    if kind.namespaced:
        metadata["namespace"] = NAMESPACE
    if kind.rules.default:
        kind.rules.default(obj)
    strategy = Strategy(kind)
    strategy.prepare_for_create(obj, NOW_MS)
    errors = strategy.creation_errors(obj)
    warnings = strategy.warnings(obj, None) if not errors else []
    return Outcome(obj, errors, warnings)


def update(kind: Kind, old: dict[str, Any], body: Any, sub: str) -> Outcome:
    obj, _ = decode_object(copy_value(body), kind.schema, kind.kind, False)
    obj = _stored(kind, obj)
    if kind.rules.default:
        kind.rules.default(obj)
    if "namespace" in old["metadata"]:
        obj["metadata"].setdefault("namespace", old["metadata"]["namespace"])
    strategy = StatusStrategy(kind) if sub == "status" else Strategy(kind)
    keep_server_fields(obj, old)
    strategy.prepare_for_update(obj, old, NOW_MS)
    keep_identity(obj, old)
    errors = strategy.update_errors(obj, old)
    warnings = strategy.warnings(obj, old) if not errors else []
    return Outcome(obj, errors, warnings)


def patched(kind: Kind, old: dict[str, Any], body: Any, media: str) -> Any:
    if "strategic" in media:
        return strategic.apply(copy_value(old), body, kind.schema)
    return merge.apply(copy_value(old), body)


def differences(expected: Any, got: Any, path: str = "") -> Iterator[str]:
    """Where the two differ, leaving out what the server and admission fill in."""
    if path in _ADMISSION_PATHS or path.endswith(".lastTransitionTime"):
        return
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in sorted(expected.keys() | got.keys()):
            where = f"{path}.{key}" if path else key
            if path == "" and key in ("metadata", "kind", "apiVersion"):
                continue
            if key not in got:
                if where not in _ADMISSION_PATHS:
                    yield f"{where}: missing, want {json.dumps(expected[key])[:150]}"
            elif key not in expected:
                if where not in _ADMISSION_PATHS:
                    yield f"{where}: unwanted {json.dumps(got[key])[:150]}"
            else:
                yield from differences(expected[key], got[key], where)
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for one, other in zip(expected, got, strict=True):
            yield from differences(one, other, path)
    elif expected != got:
        yield f"{path}: got {json.dumps(got)[:150]}, want {json.dumps(expected)[:150]}"


def refusal_differs(kind: Kind, outcome: Outcome, expected: dict[str, Any]) -> str:
    if not outcome.errors:
        return f"accepted, want {expected['message'][:300]}"
    got = invalid_object(kind.group, kind.kind, "", outcome.errors).status()
    want_causes = (expected.get("details") or {}).get("causes")
    got_causes = (got.get("details") or {}).get("causes")
    if want_causes == got_causes:
        return ""
    return f"causes {json.dumps(got_causes)[:600]}\n      want {json.dumps(want_causes)[:600]}"


__all__ = [
    "DecodeError",
    "Outcome",
    "create",
    "differences",
    "filled",
    "kind_of",
    "patched",
    "refusal_differs",
    "update",
]
