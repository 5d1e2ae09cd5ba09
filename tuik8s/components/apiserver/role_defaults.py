"""Default roles and bindings when a server starts: created where missing, mended where changed.

Rules and subjects that were taken away come back, what was added stays; the annotation
`autoupdate: "false"` leaves an object alone. A binding's role cannot be changed, so a binding to
another role than ours is replaced.

Source: k8s.io/kubernetes pkg/registry/rbac/rest/storage_rbac.go, component-helpers
auth/rbac/reconciliation (1.36). Differences: a missing rule is one that is not there as a whole;
upstream looks at what the rules cover, and adds the uncovered rest.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.authorization.defaults import AUTOUPDATE

_LISTS: Final = ("rules", "subjects")


def mended(stored: Object, default: Object) -> Object | None:
    """The stored object with what the default has and it lacks; None when it lacks nothing."""
    meta = stored["metadata"]
    if (meta.get("annotations") or {}).get(AUTOUPDATE) == "false":
        return None
    out: Object = {}
    for field in ("labels", "annotations"):
        held, wanted = meta.get(field) or {}, default["metadata"][field]
        if not wanted.items() <= held.items():
            meta = {**meta, field: {**held, **wanted}}
            out = {"metadata": meta}
    if "aggregationRule" in default:
        if stored.get("aggregationRule") != default["aggregationRule"]:
            out["aggregationRule"] = default["aggregationRule"]
    else:
        for field in _LISTS:
            held = stored.get(field) or []
            missing = [item for item in default.get(field) or () if _bare(item) not in held]
            if missing:
                out[field] = [*held, *missing]
    return {**stored, **out} if out else None


def is_replaced(stored: Object, default: Object) -> bool:
    """Whether a stored binding must give way, because it is to another role."""
    if (stored["metadata"].get("annotations") or {}).get(AUTOUPDATE) == "false":
        return False
    return bool(stored.get("roleRef") != default.get("roleRef"))


def _bare(item: Object) -> Object:
    """A rule or subject as it is stored: without what is empty."""
    return {k: v for k, v in item.items() if v not in ("", [], None)}
