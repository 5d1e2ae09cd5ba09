"""What a link between two parties does to frames: rules, and the decision per frame.

A rule names sender and receiver as a party, `*`, or a prefix that ends in `*` (`kubelet/*`). All
rules that match a pair add up: any cut cuts, delays and jitters add, losses multiply. Without a
rule a link is perfect, which costs one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tuik8s.world.base import Rng

CLEAR: Final = (0,)
LOST: Final[tuple[int, ...]] = ()


class LinkRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule. Ratios are in thousandths; reorder lets a delayed frame be overtaken."""

    sender: str = "*"
    receiver: str = "*"
    cut: bool = False
    drop_per_mille: int = 0
    duplicate_per_mille: int = 0
    delay_ms: int = 0
    jitter_ms: int = 0
    reorder: bool = False

    def applies(self, sender: str, receiver: str) -> bool:
        return _matches(self.sender, sender) and _matches(self.receiver, receiver)


def _matches(pattern: str, party: str) -> bool:
    if pattern.endswith("*"):
        return party.startswith(pattern[:-1])
    return pattern == party


def rules_of(value: object) -> list[LinkRule]:
    """Rules as they travel between processes: a list of maps, or nothing."""
    return msgspec.convert(value or [], list[LinkRule])


def both_ways(rule: LinkRule) -> tuple[LinkRule, LinkRule]:
    """The rule and its mirror."""
    mirror = msgspec.structs.replace(rule, sender=rule.receiver, receiver=rule.sender)
    return rule, mirror


class LinkRules:
    """The rules in force and what they add up to per pair of parties."""

    __slots__ = ("_effects", "_rules")

    def __init__(self, rules: Iterable[LinkRule] = ()) -> None:
        self.set(rules)

    def set(self, rules: Iterable[LinkRule]) -> None:
        """Replace all rules."""
        self._rules = tuple(rules)
        self._effects: dict[tuple[str, str], LinkRule | None] = {}

    @property
    def rules(self) -> tuple[LinkRule, ...]:
        return self._rules

    def effect(self, sender: str, receiver: str) -> LinkRule | None:
        """What all rules of a pair add up to; None for a perfect link."""
        if not self._rules:
            return None
        pair = (sender, receiver)
        if pair not in self._effects:
            self._effects[pair] = _sum([r for r in self._rules if r.applies(sender, receiver)])
        return self._effects[pair]

    def decide(self, sender: str, receiver: str, rng: Rng) -> tuple[int, ...]:
        """Delays of the copies of a frame that arrive: none when lost, two when duplicated."""
        effect = self.effect(sender, receiver)
        return CLEAR if effect is None else delays(effect, rng)


def delays(effect: LinkRule, rng: Rng) -> tuple[int, ...]:
    """Draw the fate of one frame on a link."""
    if effect.cut or (effect.drop_per_mille and rng.chance(effect.drop_per_mille, 1000)):
        return LOST
    first = effect.delay_ms + (rng.below(effect.jitter_ms + 1) if effect.jitter_ms else 0)
    if effect.duplicate_per_mille and rng.chance(effect.duplicate_per_mille, 1000):
        return first, first + rng.below(effect.jitter_ms + 2)
    return (first,)


class Lines:
    """The links as queues: when each frame's copies arrive, in the order in which they were sent.

    A later frame never overtakes an earlier one, unless a rule lets it, as on a TCP connection.
    """

    __slots__ = ("_last", "_rng", "links")

    def __init__(self, links: LinkRules, rng: Rng) -> None:
        self.links = links
        self._rng = rng
        self._last: dict[tuple[str, str], int] = {}

    @property
    def disturbed(self) -> bool:
        """Whether anything may arrive otherwise than at once."""
        return bool(self.links.rules or self._last)

    def arrivals(self, sender: str, receiver: str, soonest_ms: int) -> tuple[int, ...]:
        """When the copies of a frame arrive that would undisturbed arrive at soonest_ms."""
        pair = (sender, receiver)
        effect = self.links.effect(sender, receiver)
        last_ms = self._last.get(pair, 0) if self._last else 0
        if effect is None:
            if last_ms > soonest_ms:
                return (last_ms,)
            self._last.pop(pair, None)
            return (soonest_ms,)
        drawn = [soonest_ms + delay_ms for delay_ms in delays(effect, self._rng)]
        if not effect.reorder:
            drawn = [max(last_ms, at_ms) for at_ms in drawn]
            self._last[pair] = max(drawn, default=last_ms)
        return tuple(drawn)


def _sum(rules: list[LinkRule]) -> LinkRule | None:
    if not rules:
        return None
    kept, single = 1000, 1000
    for rule in rules:
        kept = kept * (1000 - rule.drop_per_mille) // 1000
        single = single * (1000 - rule.duplicate_per_mille) // 1000
    return LinkRule(
        cut=any(rule.cut for rule in rules),
        drop_per_mille=1000 - kept,
        duplicate_per_mille=1000 - single,
        delay_ms=sum(rule.delay_ms for rule in rules),
        jitter_ms=sum(rule.jitter_ms for rule in rules),
        reorder=any(rule.reorder for rule in rules),
    )
