"""ServiceAccount.

Source: k8s.io/kubernetes pkg/registry/core/serviceaccount (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME
from tuik8s.api.types import Object

_MOUNTABLE: Final = "kubernetes.io/enforce-mountable-secrets"


def warn(new: Object, old: Object | None) -> list[str]:
    annotations = (new.get("metadata") or {}).get("annotations") or {}
    before = ((old or {}).get("metadata") or {}).get("annotations") or {}
    if _MOUNTABLE in annotations and _MOUNTABLE not in before:
        return [
            f"metadata.annotations[{_MOUNTABLE}]: deprecated in v1.32+; prefer separate "
            "namespaces to isolate access to mounted secrets"
        ]
    return []


RULES = Rules(
    warnings=warn,
    columns=(NAME, AGE),
    generation_ignores=None,
    delete_returns_object=True,
)
