"""A whole golden case on the rules of kinds alone: step -> how our outcome differs.

Steps that only a server can answer (reads, deletes, subresources other than status, bodies that are
no objects) are left out.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.api.kinds import golden_steps as steps
from tuik8s.api.errors import ApiError
from tuik8s.api.kinds.base import Kind
from tuik8s.api.meta import copy_value
from tuik8s.api.schema.nulls import fill_nulls

CASES = Path(__file__).parents[2] / "golden" / "objects"
_WRITES = ("POST", "PUT", "PATCH")
_ANSWERS = (200, 201, 422)
_STRATEGIC = "application/strategic-merge-patch+json"
_NOT_COMPARED = ("kind", "apiVersion", "code", "reason")

Store = dict[tuple[str, str], dict[str, Any]]


def replay(name: str) -> dict[str, str]:
    """Step -> difference, of the steps that differ."""
    case = json.loads((CASES / f"{name}.json").read_text())
    store: Store = {}
    found: dict[str, str] = {}
    for step in case["steps"]:
        why = _step(step, store, name)
        if why:
            found[step["id"]] = why
    return found


def _step(step: dict[str, Any], store: Store, name: str) -> str:
    path = steps.filled(step.get("path", ""), {})
    place = steps.kind_of(path)
    if place is None:
        return ""
    kind, object_name, sub = place
    if step.get("method") == "DELETE":
        store.pop((kind.resource, object_name), None)
    body = steps.filled(step.get("body"), {})
    if step.get("method") not in _WRITES or sub not in ("", "status"):
        return ""
    if not isinstance(body, (dict, list)) or step["expect"]["status"] not in _ANSWERS:
        return ""
    text = re.sub(re.escape(name) + r"-x[a-z0-9]{5}", steps.NAMESPACE, json.dumps(step["expect"]))
    expected = json.loads(text)
    try:
        outcome = _write(step, kind, store.get((kind.resource, object_name)), body, sub)
    except (steps.DecodeError, ApiError) as error:
        return f"undecodable: {error}"
    if expected["status"] == 422:
        return steps.refusal_differs(kind, outcome, expected["body"])
    if outcome.errors or outcome.obj is None:
        return "refused: " + "; ".join(error.message for error in outcome.errors)
    own_name = outcome.obj["metadata"].get("name") or object_name
    store[kind.resource, own_name] = outcome.obj
    return _answer_differs(step, kind, outcome, expected)


def _write(
    step: dict[str, Any], kind: Kind, old: dict[str, Any] | None, body: Any, sub: str
) -> steps.Outcome:
    if step["method"] == "POST" or old is None:
        return steps.create(kind, body)
    if step["method"] == "PATCH":
        media = (step.get("headers") or {}).get("Content-Type", _STRATEGIC)
        conversion = steps.conversion_of(kind)
        shown = conversion.from_stored(copy_value(old)) if conversion else old
        body = steps.patched(kind, shown, body, media)
    return steps.update(kind, old, body, sub)


def _answer_differs(
    step: dict[str, Any], kind: Kind, outcome: steps.Outcome, expected: dict[str, Any]
) -> str:
    got = copy_value(outcome.obj)
    conversion = steps.conversion_of(kind)
    if conversion:
        got = conversion.from_stored(got)
    fill_nulls(got, kind.schema)
    found: list[str] = []
    if step.get("only"):
        for path in step["only"]:
            if path.startswith("metadata") or path in _NOT_COMPARED:
                continue
            found += steps.differences(_at(expected["body"], path), _at(got, path), path)
    else:
        found += steps.differences(expected["body"], got)
    warnings = sorted(outcome.warnings + [text for text in (kind.rules.deprecation,) if text])
    wanted = sorted(json.loads(text[len("299 - ") :]) for text in expected.get("warnings") or ())
    wanted = [text for text in wanted if not text.startswith("unknown field")]
    if warnings != wanted:
        found.append(f"warnings {warnings}, want {wanted}")
    return "\n".join(found)


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value
