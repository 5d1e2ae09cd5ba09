"""What faults do to connections that a proxy forwards: lost, cut off from a node, or late.

route --endpoints--> reachable (some cut, or the whole connection lost) --> tried in order
                     wait_ms: how much later the one that is tried gets its connection
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.routing.services import Endpoint
from tuik8s.world.base import World
from tuik8s.world.rules import TrafficRule


class Traffic:
    """The traffic rules, as they apply to the connections of one process."""

    def __init__(self, world: World) -> None:
        self._rules = world.rules
        self._rng = world.rng("proxy/traffic")

    @property
    def is_disturbed(self) -> bool:
        return bool(self._rules.of(TrafficRule))

    def reachable(
        self, service: str, node: str, endpoints: Sequence[Endpoint]
    ) -> tuple[Endpoint, ...]:
        """The endpoints that a connection at node gets through to; its chance is drawn once."""
        lost = [
            rule
            for rule in self._rules.of(TrafficRule)
            if rule.drop_per_mille
            and rule.of_service(service)
            and self._rng.chance(rule.drop_per_mille, 1000)
        ]
        return tuple(e for e in endpoints if not any(r.between(node, e.node) for r in lost))

    def wait_ms(self, service: str, node: str, endpoint: Endpoint) -> int:
        """How much later a connection is made."""
        total_ms = 0
        for rule in self._rules.of(TrafficRule):
            if rule.of_service(service) and rule.between(node, endpoint.node):
                total_ms += rule.delay_ms
                total_ms += self._rng.below(rule.jitter_ms + 1) if rule.jitter_ms else 0
        return total_ms
