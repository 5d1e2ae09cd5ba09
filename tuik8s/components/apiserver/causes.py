"""The chain of causes: from a change back to the first command or fault, as the log tells it.

    pod Running <- bound <- created <- ReplicaSet created <- Deployment created <- kubectl-create
           follows    follows   cause            cause                  command

A controller names the revision that made it write (`cause`). Where a component names none, a fault
that began since the object last changed and whose target it concerns stands as the cause (`fault`);
else the object's own change before, which the component saw (`follows`). Changes that only say that
somebody still lives are passed over. The chain ends with a person or a client (`command`), with
what nobody caused (`start`), where the log does (`gone`), or when enough was read (`more`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.reasons import component_of, concerns, is_news, reason_of, tool_of
from tuik8s.api.times import format_micro_time
from tuik8s.api.types import Key, Object
from tuik8s.components.apiserver.objects import decode_msgpack

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core
    from tuik8s.components.store.types import Change

STEPS_MAX: Final = 40
_FAULTS: Final = "faults.chaos.tuik8s.dev/"
_PAGE: Final = 50
_PAGES_MAX: Final = 60
"""So many pages of changes are looked through for news; an hour of a node's
heartbeats fills seven, of a leader's 36."""


class _Budget:
    """How many pages may still be read for one chain."""

    def __init__(self) -> None:
        self._pages = _PAGES_MAX

    @property
    def is_spent(self) -> bool:
        return self._pages < 0

    def take(self) -> bool:
        self._pages -= 1
        return not self.is_spent


def chain(core: Core, key: str, before: int) -> list[Object]:
    """The steps from the last news about a key before a revision, newest first."""
    steps: list[Object] = []
    budget = _Budget()
    change = _last_news(core, key, before, budget)
    link = ""
    while change is not None and len(steps) < STEPS_MAX:
        if steps:
            steps[-1]["because"] = {"how": link, "revision": change.revision}
        steps.append(_step(core, change))
        change, link = _cause(core, change, budget)
    if steps and change is None and link:
        steps[-1]["because"] = {"how": link}
    return steps


def _cause(core: Core, change: Change, budget: _Budget) -> tuple[Change | None, str]:
    """What made a change, and how that is known; without a change the chain ends."""
    timeline = core.store.timeline
    if 0 < change.cause < change.revision:
        if change.cause < timeline.oldest:
            return None, "gone"
        found = timeline.after(change.cause - 1, 1, values=True)
        return (found[0], "caused") if found else (None, "gone")
    if not component_of(change.author):
        return None, "command"
    earlier = _last_news(core, change.key, change.revision, budget)
    fault = _fault(core, change, earlier.revision if earlier is not None else 0)
    if fault is not None:
        return fault, "fault"
    if earlier is not None:
        return earlier, "follows"
    if budget.is_spent:
        return None, "more"
    is_kept = change.type == "ADDED" or timeline.oldest == 1
    return None, "start" if is_kept else "gone"


def _last_news(core: Core, key: str, before: int, budget: _Budget) -> Change | None:
    """The newest change of a key that did something; the newest of all when none is found."""
    newest = None
    while before >= core.store.timeline.oldest and budget.take():
        page = core.store.timeline.before(before, _PAGE, key, values=True)
        for change in page:
            newest = newest or change
            if is_news(*_states(change)):
                return change
        if len(page) < _PAGE:
            break
        before = page[-1].revision
    return newest


def _fault(core: Core, change: Change, since: int) -> Change | None:
    """The creation of the newest fault since a revision that concerns what was changed."""
    store, at = core.store, change.revision - 1
    if at < store.timeline.oldest or change.key.startswith(_FAULTS):
        return None
    states = _states(change)
    key = Key(*change.key.split("/", 2))
    found = [
        entry
        for entry in store.range(_FAULTS, revision=at).entries
        if entry.create_revision > since and concerns(decode_msgpack(entry.value), key, states)
    ]
    if not found:
        return None
    newest = max(found, key=lambda entry: entry.create_revision)
    begun = newest.create_revision
    if begun < store.timeline.oldest:
        return None
    return next(iter(store.timeline.after(begun - 1, 1, values=True)), None)


def _states(change: Change) -> tuple[Object | None, Object | None]:
    """The object before and after."""
    new = None if change.type == "DELETED" else decode_msgpack(change.value)
    return (None if change.previous is None else decode_msgpack(change.previous)), new


def _step(core: Core, change: Change) -> Object:
    resource, namespace, name = change.key.split("/", 2)
    old, new = _states(change)
    kind = core.kinds.by_resource(resource)
    subject: Object = {"resource": resource, "kind": kind.kind if kind else "", "name": name}
    if namespace:
        subject["namespace"] = namespace
    step: Object = {
        "revision": change.revision,
        "time": format_micro_time(change.at_ms),
        "type": change.type,
        "object": subject,
        "author": change.author,
        "reason": reason_of(
            Key(resource, namespace, name), old, new, kind.schema if kind is not None else None
        ),
    }
    component = component_of(change.author)
    tool = "" if component else tool_of(old, new)
    extra: dict[str, Any] = {"component": component, "tool": tool}
    return step | {field: value for field, value in extra.items() if value}
