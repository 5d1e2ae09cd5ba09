"""Changes of the log in words: who made one, what it did, which faults it may come from. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tuik8s.api.difference import Difference, differences
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Key, Object

SECRETS: Final = "secrets"
_ACCOUNT: Final = "system:serviceaccount:"
_OWN_ACCOUNTS: Final = _ACCOUNT + "kube-system:"
_NAMED: Final = {
    "system:kube-scheduler": "scheduler",
    "system:kube-controller-manager": "controller-manager",
    "system:kube-proxy": "kube-proxy",
    "system:apiserver": "apiserver",
    "system:chaos": "chaos",
    "store": "apiserver",
}
_LEADERS: Final = {
    "kube-scheduler": "scheduler",
    "kube-controller-manager": "controller-manager",
}
"""name of a Lease in kube-system -> the component that holds it"""
_FIRST: Final = (
    "spec.holderIdentity",
    "metadata.deletionTimestamp",
    "spec.nodeName",
    "spec.replicas",
    "spec.unschedulable",
    "spec.taints",
    "status.phase",
    "status.conditions[type=Ready].status",
    "status.conditions",
    "status.readyReplicas",
)
"""What says most of a change comes first."""
_SILENT: Final = ("Time", "Timestamp", ".observedGeneration", ".generation", ".reason", ".message")
"""Ends of paths that say least."""
_CONDITION: Final = re.compile(r"status\.conditions\[type=(\w+)\](\.status)?")
_SHOWN: Final = 3
_VALUE_MAX: Final = 40


def component_of(author: str) -> str:
    """The component that writes as this user, "" for people and clients: `kubelet/node-1`."""
    if author.startswith("system:node:"):
        return "kubelet/" + author.removeprefix("system:node:")
    if author.startswith(_OWN_ACCOUNTS):
        return "controller-manager/" + author.removeprefix(_OWN_ACCOUNTS)
    return _NAMED.get(author, "")


def shown_author(author: str) -> str:
    """An author as briefly as it is still clear."""
    component = component_of(author)
    return component.removeprefix("controller-manager/") or author or "-"


def tool_of(old: Object | None, new: Object | None) -> str:
    """What a person wrote with: the field manager of this change, such as `kubectl-create`.

    "" for a deletion, which leaves no trace of it.
    """
    before = _managed(old)
    entries = [entry for entry in _managed(new) if entry not in before]
    newest = max(entries, key=lambda entry: str(entry.get("time", "")), default=None)
    return str(newest.get("manager", "")) if newest is not None else ""


def _managed(obj: Object | None) -> list[Object]:
    return list(((obj or {}).get("metadata") or {}).get("managedFields") or ())


def is_news(old: Object | None, new: Object | None) -> bool:
    """Whether a change did more than to say that somebody still lives."""
    return any(not d.path.endswith("renewTime") for d in differences(old, new))


def reason_of(key: Key, old: Object | None, new: Object | None, schema: Node | None = None) -> str:
    """What a change did, in a line: `created`, `deleted`, `spec.replicas: 1 -> 3`."""
    if new is None:
        return "deleted"
    if old is None:
        return f"created{_about(key, new)}"
    return what_differs(key, new, differences(old, new, schema))


def what_differs(key: Key, new: Object, found: Sequence[Difference]) -> str:
    """What an object that was changed to new differs in, in a line."""
    if any(d.path == "metadata.deletionTimestamp" and d.old is None for d in found):
        return "asked to go" + _grace(new)
    told = sorted(found, key=lambda d: _weight(d.path))
    words = [_told(d, hide=key.resource == SECRETS) for d in told[:_SHOWN]]
    more = len(told) - len(words)
    return ", ".join(words) + (f" and {more} more" if more > 0 else "") or "nothing that counts"


def _about(key: Key, new: Object) -> str:
    spec = _map(new.get("spec"))
    if key.resource.startswith("faults.") and "action" in spec:
        return f": {spec['action']} on {spec.get('target', '')}"
    if key.resource == "events":
        return f": {new.get('reason', '')}: {new.get('message') or new.get('note') or ''}"
    return ""


def _map(value: Any) -> Object:
    """A member that is a map in our kinds, and anything at all in custom ones."""
    return value if isinstance(value, dict) else {}


def _are_maps(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _grace(new: Object) -> str:
    grace = new["metadata"].get("deletionGracePeriodSeconds")
    return f" within {grace}s" if grace else ""


def _weight(path: str) -> int:
    if path in _FIRST:
        return _FIRST.index(path)
    return len(_FIRST) + path.endswith(_SILENT)


def _told(found: Difference, *, hide: bool) -> str:
    if hide and not found.path.startswith("metadata"):
        return found.path
    condition = _CONDITION.fullmatch(found.path)
    if condition is not None:
        old, new = _status(found.old), _status(found.new)
        return f"{condition[1]}: {new}" if old == "none" else f"{condition[1]}: {old} -> {new}"
    if found.path == "status.conditions" and found.old is None and _are_maps(found.new):
        return ", ".join(f"{c.get('type')}: {c.get('status')}" for c in found.new)
    if isinstance(found.old, dict | list) or isinstance(found.new, dict | list):
        what = "set" if found.old is None else "gone" if found.new is None else "changed"
        return f"{found.path} {what}"
    return f"{found.path}: {_value(found.old)} -> {_value(found.new)}"


def _status(value: Any) -> str:
    """Of a condition as a whole, or of its status alone."""
    return _value(value.get("status") if isinstance(value, dict) else value)


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) and value else json.dumps(value)
    return text if len(text) <= _VALUE_MAX else text[: _VALUE_MAX - 1] + "…"


# --- steps of an explanation

COLUMNS: Final = ("Revision", "Time", "Object", "Change", "By", "Because")


def cells_of(step: Object) -> tuple[int, str, str, str, str, str]:
    """A step of an explanation's chain (see `components.apiserver.causes`) under `COLUMNS`."""
    subject, because = step["object"], step.get("because") or {}
    how, revision = because.get("how", ""), because.get("revision", "")
    tool = f" ({step['tool']})" if "tool" in step else ""
    return (
        step["revision"],
        step["time"][11:23],
        f"{(subject['kind'] or subject['resource']).lower()}/{subject['name']}",
        step["reason"],
        shown_author(step["author"]) + tool,
        f"{how} {revision}".strip(),
    )


# --- faults


def concerns(fault: Object, key: Key, states: Sequence[Object | None]) -> bool:
    """Whether a fault's target is an object, the node that it is on, or what it belongs to.

    states: the object before and after.
    """
    spec, status = fault.get("spec") or {}, fault.get("status") or {}
    targets = {str(spec.get("target", "")), *map(str, status.get("targets") or ())}
    mine = {place for obj in states if obj is not None for place in _places(key, obj)}
    return any(_is_of(target, mine) for target in targets)


def _places(key: Key, obj: Object) -> Iterator[tuple[str, str]]:
    """(kind, name) of everything that breaks this object when it breaks."""
    singular = key.resource.partition(".")[0].removesuffix("s")
    yield singular, key.name
    spec = _map(obj.get("spec"))
    if key.resource == "leases.coordination.k8s.io" and key.namespace == "kube-node-lease":
        yield "node", key.name
    elif key.resource == "leases.coordination.k8s.io" and key.name in _LEADERS:
        yield "component", _LEADERS[key.name]
    if spec.get("nodeName"):
        yield "node", str(spec["nodeName"])
    for owner in obj["metadata"].get("ownerReferences") or ():
        name = str(owner.get("name", ""))
        yield str(owner.get("kind", "")).lower(), name
        if owner.get("kind") == "ReplicaSet":
            yield "deployment", name.rpartition("-")[0]


def _is_of(target: str, mine: set[tuple[str, str]]) -> bool:
    kind, _, name = target.partition("/")
    if kind == "component" and "/" in name:
        component, _, node = name.partition("/")
        return component in ("kubelet", "kube-proxy") and ("node", node) in mine
    return (kind, name.rpartition("/")[2]) in mine
