"""Pods: running and ready is good, finished is quiet, waiting is a warning, crashing is bad."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.ui.rows.base import plain_style

_BAD: tuple[str, ...] = (
    "Error",
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "OOMKilled",
    "Failed",
)
_BAD += ("CreateContainerConfigError", "Evicted", "DeadlineExceeded", "Unknown")


def health(obj: Object) -> str:
    status = obj.get("status") or {}
    if "deletionTimestamp" in obj["metadata"]:
        return "warn"
    phase = status.get("phase")
    if phase == "Succeeded":
        return ""
    if phase == "Failed" or _crashes(status):
        return "bad"
    ready = any(
        c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or ()
    )
    return "ok" if ready else "warn"


def style(column: str, text: str) -> str:
    if column == "STATUS":
        if text in ("Running", "Completed"):
            return "ok" if text == "Running" else "dim"
        return "bad" if text.rpartition(":")[2] in _BAD else "warn"
    if column == "READY":
        have, _, want = text.partition("/")
        return "" if have == want else "warn"
    if column == "RESTARTS" and text not in ("0", ""):
        return "warn"
    return plain_style(column, text)


def _crashes(status: Object) -> bool:
    for container in status.get("containerStatuses") or ():
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _BAD:
            return True
    return False
