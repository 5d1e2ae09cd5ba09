"""Carrying out one plan: send its writes, collect the outcomes, go on to what follows.

    step: writes -> outcomes -> then(outcomes) -> step ... -> finished(verdict)

Writes of a step go out together; slow-start steps in batches of 1, 2, 4, ... that stop after a
batch with a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client, decode, object_of
from tuik8s.components.controllers.base import (
    Create,
    Delete,
    DeleteCollection,
    Event,
    Get,
    List,
    Outcome,
    Patch,
    Plan,
    Update,
    Write,
)
from tuik8s.components.controllers.events import EventRecorder

_REFUSED_FOR_GOOD = frozenset((400, 405, 413, 415))


class Verdict(Enum):
    """What the loop does with the key."""

    OK = "ok"
    CONFLICT = "conflict"
    RETRY = "retry"
    TERMINAL = "terminal"


class Execution:
    """One key's plan on its way. `finished` is called once, with the last plan and a verdict."""

    def __init__(
        self,
        client: Client,
        recorder: EventRecorder,
        user: str,
        cause: int,
        finished: Callable[[Execution, Plan, Verdict], None],
    ) -> None:
        self.revisions: dict[str, int] = {}
        self.trouble = ""
        self.requeue_after_ms: int | None = None
        self._client = client
        self._recorder = recorder
        self._user = user
        self._cause = cause
        self._finished = finished
        self._plan = Plan()
        self._outcomes: list[Outcome | None] = []
        self._sent = 0
        self._pending = 0
        self._batch = 1
        self._verdict = Verdict.OK

    def start(self, plan: Plan) -> None:
        self._plan = plan
        self._batch = 1
        self._sent = 0
        self._outcomes = [None] * len(plan.writes)
        for event in plan.events:
            self._recorder.record(event, self._cause)
        after_ms = plan.requeue_after_ms
        if after_ms is not None and (
            self.requeue_after_ms is None or after_ms < self.requeue_after_ms
        ):
            self.requeue_after_ms = after_ms
        if plan.failed:
            self.trouble = plan.failed
            self._verdict = _worse(self._verdict, Verdict.RETRY)
        self._go_on()

    def _go_on(self) -> None:
        """Send what may be sent now; when nothing is left, take the next step."""
        writes = self._plan.writes
        if self._sent == len(writes) or (self._plan.slow_start and self._is_refused()):
            self._next_step()
            return
        size = self._batch if self._plan.slow_start else len(writes)
        end = min(self._sent + size, len(writes))
        start, self._sent = self._sent, end
        self._batch *= 2
        self._pending = end - start
        for index in range(start, end):
            self._send(index, writes[index])

    def _is_refused(self) -> bool:
        return any(o is not None and not o.settled for o in self._outcomes)

    def _next_step(self) -> None:
        plan = self._plan
        outcomes = [outcome for outcome in self._outcomes if outcome is not None]
        if plan.then is None:
            self._finished(self, plan, self._verdict)
            return
        self.start(plan.then(outcomes))

    def _send(self, index: int, write: Write) -> None:
        def on_reply(reply: Reply) -> None:
            self._on_reply(index, write, reply)

        send(self._client, write, on_reply, self._user, self._cause)

    def _on_reply(self, index: int, write: Write, reply: Reply) -> None:
        outcome = Outcome(write, reply.code, read=lambda: _read(write, reply))
        self._outcomes[index] = outcome
        if outcome.ok and reply.revision and not isinstance(write, Get | List | DeleteCollection):
            known = self.revisions.get(write.resource, 0)
            self.revisions[write.resource] = max(known, reply.revision)
        if not outcome.settled:
            self.trouble = outcome.message
            self._verdict = _worse(self._verdict, judge(outcome))
        self._say(write, outcome)
        self._pending -= 1
        if self._pending == 0:
            self._go_on()

    def _say(self, write: Write, outcome: Outcome) -> None:
        event = write.said if outcome.ok else write.failed
        if event is None or (not outcome.ok and (outcome.settled or _is_closing(outcome))):
            return
        message = event.message
        if "{name}" in message:
            metadata: Object = outcome.obj.get("metadata") or {}
            message = message.replace("{name}", metadata.get("name") or "")
        message = message.replace("{error}", outcome.message)
        told = Event(event.about, event.type, event.reason, message, event.related, event.action)
        self._recorder.record(told, self._cause)


def _read(write: Write, reply: Reply) -> Object:
    if isinstance(write, List) and reply.ok:
        return {"items": [object_of(data) for data in reply.objects]}
    return decode(reply)


def _is_closing(outcome: Outcome) -> bool:
    """Nothing can be made in a namespace that goes away; nobody need be told."""
    return "NamespaceTerminating" in outcome.causes


def judge(outcome: Outcome) -> Verdict:
    """What a refusal means for the key."""
    if outcome.code == 409 or _is_closing(outcome):
        return Verdict.CONFLICT
    if outcome.code in _REFUSED_FOR_GOOD:
        return Verdict.TERMINAL
    return Verdict.RETRY


_ORDER = (Verdict.OK, Verdict.TERMINAL, Verdict.CONFLICT, Verdict.RETRY)


def _worse(one: Verdict, other: Verdict) -> Verdict:
    return max(one, other, key=_ORDER.index)


def send(
    client: Client, write: Write, on_reply: Callable[[Reply], None], user: str, cause: int
) -> None:
    """Put one write on the bus."""
    resource = write.resource
    match write:
        case Create():
            options: dict[str, Any] = {"subresource": write.subresource, "name": write.name}
            client.create(resource, write.obj, on_reply, user=user, cause=cause, **options)
        case Update():
            client.update(
                resource, write.obj, on_reply, subresource=write.subresource, user=user, cause=cause
            )
        case Patch():
            options = {"kind": write.form, "subresource": write.subresource}
            place = (write.namespace, write.name)
            client.patch(resource, *place, write.patch, on_reply, user=user, cause=cause, **options)
        case Delete():
            client.delete(
                resource,
                write.namespace,
                write.name,
                on_reply,
                delete_options(write),
                user=user,
                cause=cause,
            )
        case DeleteCollection():
            plural, _, group = resource.partition(".")
            request = Request(
                verb="deletecollection",
                group=group,
                version="",
                resource=plural,
                namespace=write.namespace,
                cause=cause,
            )
            client.call(request, on_reply, idempotency=client.next_key(), user=user)
        case List():
            client.list_(resource, on_reply, write.namespace, write.label_selector, user=user)
        case Get():
            place = (write.namespace, write.name)
            client.get(resource, *place, on_reply, subresource=write.subresource, user=user)


def delete_options(write: Delete) -> Object:
    options: Object = {"apiVersion": "v1", "kind": "DeleteOptions"}
    preconditions = {
        key: value
        for key, value in (("uid", write.uid), ("resourceVersion", write.revision))
        if value
    }
    if preconditions:
        options["preconditions"] = preconditions
    if write.propagation:
        options["propagationPolicy"] = write.propagation
    if write.grace_seconds is not None:
        options["gracePeriodSeconds"] = write.grace_seconds
    return options
