"""What /ephemeralcontainers and /resize of pods share: a part of spec changes, nothing else.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go (1.36).
"""

from __future__ import annotations

from tuik8s.api.types import Object


def keep_beside_spec(new: Object, old: Object) -> None:
    """Status and metadata as they were, but for who owns fields and the revision that is meant."""
    new["status"] = old.get("status", {})
    meta = {**old["metadata"]}
    for name in ("managedFields", "resourceVersion"):
        if name in new["metadata"]:
            meta[name] = new["metadata"][name]
    new["metadata"] = meta
