"""What faults do to requests: after a user is known and allowed, before a handler sees the call.

    authenticate -> authorize -> disturbances --error--> refused
                                      |--delay--> waits --.
                                      '--------------------> handler

Who heals must always get through: chaos itself, the server's own requests, and every request about
faults are let pass, as are discovery, health and all that is no resource.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tuik8s.api.errors import ApiError, conflict, expired, too_many_requests
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Pause, Settle, Waiting
from tuik8s.world.base import World
from tuik8s.world.rules import HEALERS_GROUP, ApiRule

_EXEMPT: Final = frozenset(("system:chaos", "system:apiserver"))
_WRITES: Final = ("create", "update", "patch", "delete", "deletecollection")
_DEFAULT_VERBS: Final = {409: _WRITES, 410: ("list", "watch")}
"""Errors that make sense for some verbs alone, where the rule names none."""
_RETRY_AFTER_S: Final = 1
_WORDS: Final = {
    500: ("InternalError", "Internal error occurred: a fault was asked for"),
    502: ("", "bad gateway: a fault was asked for"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "Timeout: request did not complete within the allotted time"),
}


class Disturbances:
    """The stage of the pipeline where requests meet the rules of faults."""

    def __init__(self, world: World) -> None:
        self._rules = world.rules
        self._rng = world.rng("apiserver/faults")

    def pass_on(self, call: Call, handle: Callable[[], Outcome]) -> Outcome:
        """Let the call through to handle, later or not at all. Raises ApiError."""
        rules = self._rules.of(ApiRule)
        if not rules or call.user.name in _EXEMPT or call.request.group == HEALERS_GROUP:
            return handle()
        hits = [rule for rule in rules if self._hits(rule, call)]
        delay_ms = sum(
            rule.delay_ms + (self._rng.below(rule.jitter_ms + 1) if rule.jitter_ms else 0)
            for rule in hits
        )
        error = next((error_of(rule.code, call) for rule in hits if rule.code), None)
        if delay_ms:
            return _later(delay_ms, error, handle)
        if error is not None:
            raise error
        return handle()

    def _hits(self, rule: ApiRule, call: Call) -> bool:
        request = call.request
        verbs = rule.verbs or _DEFAULT_VERBS.get(rule.code, ())
        if verbs and request.verb not in verbs:
            return False
        if not rule.concerns(call.kind.resource, call.user.name):
            return False
        return rule.per_mille >= 1000 or self._rng.chance(rule.per_mille, 1000)


def _later(delay_ms: int, error: ApiError | None, handle: Callable[[], Outcome]) -> Waiting:
    """Wait, then go on when nothing waits to be durable: lists and the stream have to agree."""
    yield Pause(delay_ms)
    yield Settle()
    if error is not None:
        raise error
    outcome = handle()
    if isinstance(outcome, Answer):
        return outcome
    return (yield from outcome)


def error_of(code: int, call: Call) -> ApiError:
    """The error in the words of a server that has it."""
    if code == 409:
        return conflict(call.kind.group, call.kind.plural, call.request.name)
    if code == 410:
        return expired("The provided continue parameter or resource version is too old")
    retry = (("Retry-After", str(_RETRY_AFTER_S)),)
    if code == 429:
        error = too_many_requests("too many requests, please try again later", _RETRY_AFTER_S)
        error.headers = retry
        return error
    reason, message = _WORDS[code]
    return ApiError(code, reason, message, {}, retry if code == 503 else ())
