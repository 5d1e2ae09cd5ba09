"""The authorizers of a server, in the order they are asked."""

from __future__ import annotations

from tuik8s.api.errors import ApiError, forbidden_request
from tuik8s.components.apiserver.authorization.base import Attributes, Authorizer, Decision, Reader
from tuik8s.components.apiserver.authorization.defaults import node_rules
from tuik8s.components.apiserver.authorization.masters import Masters
from tuik8s.components.apiserver.authorization.node import Nodes
from tuik8s.components.apiserver.authorization.rbac import Rbac

_REMEMBERED = 10_000
"""Decisions, half a kilobyte each: most are about one name, which is soon asked of no more."""


def authorizers(reader: Reader, rbac: Rbac) -> tuple[Authorizer, ...]:
    """All of them, in order."""
    return (Masters(), Nodes(reader, node_rules()), rbac)


class Authorization:
    """Asks the authorizers and remembers what they said while no rule changes."""

    def __init__(self, members: tuple[Authorizer, ...]) -> None:
        self._members = members
        self._known: dict[tuple[object, ...], Decision] = {}
        self._generation = -1

    def decide(self, asked: Attributes) -> Decision:
        """Whether it is allowed; reasons of all who had no opinion are joined."""
        generation = 0
        for member in self._members:
            generation += member.generation()
        if generation != self._generation or len(self._known) >= _REMEMBERED:
            self._known.clear()
            self._generation = generation
        key = _key(asked)
        known = self._known.get(key)
        if known is None:
            known = self._decide(asked)
            if known.is_lasting:
                self._known[key] = known
        return known

    def _decide(self, asked: Attributes) -> Decision:
        reasons, is_lasting = list[str](), True
        for member in self._members:
            decision = member.authorize(asked)
            is_lasting &= decision.is_lasting
            if decision.allowed is not None:
                return Decision(decision.allowed, decision.reason, is_lasting)
            if decision.reason:
                reasons.append(decision.reason)
        return Decision(False, "\n".join(reasons), is_lasting)

    def require(self, asked: Attributes) -> None:
        """Raise ApiError (403) unless it is allowed."""
        decision = self.decide(asked)
        if not decision.allowed:
            raise refused(asked, decision.reason)


def _key(asked: Attributes) -> tuple[object, ...]:
    """What a decision depends on; extra fields of a user are no part of any rule."""
    return (
        asked.user.name,
        asked.user.groups,
        asked.verb,
        asked.resource,
        asked.namespace,
        asked.name,
        asked.subresource,
        asked.group,
        asked.path,
        asked.node,
    )


def refused(asked: Attributes, reason: str) -> ApiError:
    """403 in upstream's words."""
    because = f": {reason}" if reason else ""
    if not asked.resource:
        message = f'forbidden: User "{asked.user.name}" cannot {asked.verb} path "{asked.path}"'
        return ApiError(403, "Forbidden", message + because, {})
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    why = (
        f'User "{asked.user.name}" cannot {asked.verb} resource "{resource}" '
        f'in API group "{asked.group}" {where}{because}'
    )
    return forbidden_request(asked.group, asked.resource, asked.name, why)
