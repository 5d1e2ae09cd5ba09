"""FaultAuthor: who makes a fault that acts through the API must be allowed to do so himself.

Chaos acts as an administrator, so a fault must not lend its author rights that he lacks: evicting
pods, cordoning nodes and, where a fault overrides disruption budgets, deleting pods. All other
faults act on processes and networks, which the right to make faults stands for.

Source: our own, after the rules against escalation in rbac.authorization.k8s.io.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Attributes as Asked
from tuik8s.components.apiserver.authorization.registry import Authorization
from tuik8s.world.rules import EVERYWHERE, HEALERS_GROUP


class _Right(NamedTuple):
    verb: str
    resource: str
    subresource: str = ""


_EVICT: Final = _Right("create", "pods", "eviction")
_DELETE: Final = _Right("delete", "pods")
_CORDON: Final = _Right("patch", "nodes")
_NEEDED: Final = {
    "pod-kill": (_EVICT,),
    "node-cordon": (_CORDON,),
    "node-drain": (_CORDON, _EVICT),
}


class FaultAuthor(Member):
    """Asks the authorizer for what the fault will do."""

    name = "FaultAuthor"
    resources = (f"faults.{HEALERS_GROUP}",)

    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization

    def validate(self, attributes: Attributes) -> None:
        spec = (attributes.obj or {}).get("spec") or {}
        if attributes.subresource or spec == ((attributes.old or {}).get("spec") or {}):
            return
        needed = _NEEDED.get(spec.get("action", ""), ())
        if spec.get("override") and _EVICT in needed:
            needed = (*needed, _DELETE)
        for right in needed:
            namespace = "" if right is _CORDON else _namespace_of(spec)
            asked = Asked(
                user=attributes.user,
                verb=right.verb,
                version="v1",
                resource=right.resource,
                subresource=right.subresource,
                namespace=namespace,
            )
            if not self._authorization.decide(asked).allowed:
                what = f"{right.resource}/{right.subresource}".rstrip("/")
                where = f"in namespace {namespace}" if namespace else "everywhere"
                raise attributes.forbidden(
                    f'{spec["action"]} acts through the API, and user "{attributes.user.name}" '
                    f"may not {right.verb} {what} {where}"
                )


def _namespace_of(spec: Object) -> str:
    """The namespace that the fault acts in; "" for all of them."""
    if spec.get("action") == "node-drain":
        return ""
    parts = str(spec.get("target", "")).split("/")
    named = parts[1] if len(parts) == 3 else str(spec.get("namespace", "default"))
    return "" if named == EVERYWHERE else named
