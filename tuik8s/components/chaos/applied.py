"""What the world was brought to: only what differs from what is wanted is told to the hand."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.components.chaos.base import APISERVER, Effects, Hand
from tuik8s.components.chaos.maintenance import Maintenance


class Applied:
    """The lasting effects that are in force. own: the party of chaos itself."""

    def __init__(self, hand: Hand, maintenance: Maintenance, own: str) -> None:
        self._hand = hand
        self._maintenance = maintenance
        self._own = own
        self._effects = Effects()

    def free_apiserver(self) -> None:
        """Nobody could tell us to heal while the API server is held: let go of it."""
        self._hand.release(APISERVER)
        self._hand.resume(APISERVER)

    def take_over(self, wanted: Effects) -> None:
        """Undo what an earlier chaos process left and nobody asks for."""
        for party in self._hand.parties():
            if party == self._own:
                continue
            if party not in wanted.hold:
                self._hand.release(party)
            if party not in wanted.pause:
                self._hand.resume(party)
        if not wanted.links:
            self._hand.set_links(())
        if not wanted.rules:
            self._hand.set_rules(())

    def bring(self, wanted: Effects) -> None:
        """Bring the world from what was applied to what is wanted."""
        had, self._effects = self._effects, wanted
        _differ(had.hold, wanted.hold, self._hand.hold, self._hand.release)
        _differ(had.pause, wanted.pause, self._hand.pause, self._hand.resume)
        if wanted.links != had.links:
            self._hand.set_links(wanted.links)
        if wanted.rules != had.rules:
            self._hand.set_rules(wanted.rules)
        if (wanted.cordon, wanted.drain) != (had.cordon, had.drain):
            self._maintenance.want(wanted.cordon, wanted.drain)


def _differ(
    had: tuple[str, ...],
    wanted: tuple[str, ...],
    begin: Callable[[str], None],
    end: Callable[[str], None],
) -> None:
    for party in wanted:
        if party not in had:
            begin(party)
    for party in had:
        if party not in wanted:
            end(party)
