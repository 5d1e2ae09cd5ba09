"""/approval of certificate signing requests: only their conditions of approval change.

Source: k8s.io/kubernetes pkg/registry/certificates/certificates/strategy.go (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds import certificate_signing_request
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.strategies import Strategy
from tuik8s.components.apiserver.subresources.base import Handlers, part


class ApprovalStrategy(Strategy):
    """Conditions change; spec and certificate do not."""

    subresource = "approval"

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        new["spec"] = old.get("spec", {})
        status = {**(old.get("status") or {})}
        conditions = (new.get("status") or {}).get("conditions")
        status.pop("conditions", None)
        if conditions:
            status["conditions"] = _dated(conditions, old, now_ms)
        new["status"] = status

    def update_errors(self, new: Object, old: Object) -> list[FieldError]:
        errors = self.meta_errors(new, old)
        errors += certificate_signing_request.validate_approval(new, old)
        return errors


def _dated(conditions: list[Object], old: Object, now_ms: int) -> list[Object]:
    now = format_time(now_ms)
    known = {c.get("type"): c for c in (old.get("status") or {}).get("conditions") or ()}
    for condition in conditions:
        condition.setdefault("status", "True")
        if not condition.get("lastUpdateTime"):
            condition["lastUpdateTime"] = now
        if not condition.get("lastTransitionTime"):
            before = known.get(condition.get("type"), {})
            same = before.get("status") == condition["status"]
            condition["lastTransitionTime"] = before.get("lastTransitionTime", now) if same else now
    return conditions


HANDLERS: Final[Handlers] = part(ApprovalStrategy)
