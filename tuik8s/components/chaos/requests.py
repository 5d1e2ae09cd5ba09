"""What the API actions share: the target, and which requests are meant."""

from __future__ import annotations

from typing import Any

from tuik8s.components.chaos.base import APISERVER, Effects, FaultSpec, per_mille
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.rules import ApiRule

TARGETS = ("component",)
ONLY = f"component/{APISERVER}"
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
SELECTION = ("percent", "verbs", "resources", "users")
"""The parameters that say which requests are meant."""


def require_apiserver(spec: FaultSpec, shape: Shape) -> None:
    """Raise Refused unless the target is the API server."""
    if shape.party(spec.target) != APISERVER:
        raise Refused(f"{spec.action} is about the API; its target is component/{APISERVER}")


def api_rule(spec: FaultSpec, shape: Shape, **fields: Any) -> Effects:
    """The rule for the requests that the spec selects. Raises Refused."""
    require_apiserver(spec, shape)
    verbs = words(spec.verbs)
    unknown = [verb for verb in verbs if verb not in VERBS]
    if unknown:
        raise Refused(f"no verb {', '.join(unknown)}; there are: {', '.join(VERBS)}")
    rule = ApiRule(
        per_mille=per_mille(spec),
        verbs=verbs,
        resources=words(spec.resources),
        users=words(spec.users),
        **fields,
    )
    return Effects(rules=(rule,))


def words(text: str) -> tuple[str, ...]:
    """The words of a list such as `get,list`."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
