"""Deployments, ReplicaSets, StatefulSets, DaemonSets: good when as many are ready as are wanted."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.ui.rows.base import plain_style


def health(obj: Object) -> str:
    status = obj.get("status") or {}
    wanted = obj["spec"].get("replicas", status.get("desiredNumberScheduled", 1))
    ready = status.get("readyReplicas", status.get("numberReady", 0))
    if not wanted:
        return ""
    return "ok" if ready >= wanted else "warn" if ready else "bad"


def style(column: str, text: str) -> str:
    if column == "READY" and "/" in text:
        have, _, want = text.partition("/")
        return "ok" if have == want else "warn" if have != "0" else "bad"
    return plain_style(column, text)
