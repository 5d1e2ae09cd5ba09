"""Link rules: who is meant, what they add up to, what a frame meets."""

from __future__ import annotations

import pytest

from tuik8s.world.links import CLEAR, LOST, Lines, LinkRule, LinkRules, both_ways
from tuik8s.world.rng import seeded


@pytest.mark.parametrize(
    ("rule", "sender", "receiver", "applies"),
    [
        pytest.param(LinkRule(), "a", "b", True, id="everybody"),
        pytest.param(LinkRule(sender="a"), "a", "b", True, id="sender"),
        pytest.param(LinkRule(sender="a"), "ab", "b", False, id="no prefix without star"),
        pytest.param(LinkRule(sender="kubelet/*"), "kubelet/n1", "b", True, id="prefix"),
        pytest.param(LinkRule(receiver="a"), "a", "b", False, id="one direction"),
    ],
)
def test_applies(rule: LinkRule, sender: str, receiver: str, applies: bool) -> None:
    assert rule.applies(sender, receiver) == applies


def test_rules_add_up() -> None:
    rules = LinkRules(
        [
            LinkRule(drop_per_mille=500, delay_ms=10),
            LinkRule(sender="a", drop_per_mille=500, delay_ms=5, jitter_ms=3),
        ]
    )
    effect = rules.effect("a", "b")
    assert effect is not None
    assert (effect.drop_per_mille, effect.delay_ms, effect.jitter_ms) == (750, 15, 3)
    rules.set([])
    assert rules.decide("a", "b", seeded(1, "x")) == CLEAR


def test_cut_drop_duplicate_by_their_ratios() -> None:
    rng = seeded(1, "links")
    assert LinkRules([LinkRule(cut=True)]).decide("a", "b", rng) == LOST
    rules = LinkRules([LinkRule(drop_per_mille=300, duplicate_per_mille=200)])
    fates = [len(rules.decide("a", "b", rng)) for _ in range(10_000)]
    assert 2_800 < fates.count(0) < 3_200
    assert 1_250 < fates.count(2) < 1_550


def test_both_ways() -> None:
    there, back = both_ways(LinkRule(sender="a", receiver="b", cut=True))
    assert (back.sender, back.receiver, there.cut, back.cut) == ("b", "a", True, True)


@pytest.mark.parametrize("reorder", [False, True])
def test_frames_overtake_only_where_a_rule_lets_them(reorder: bool) -> None:
    lines = Lines(LinkRules([LinkRule(jitter_ms=50, reorder=reorder)]), seeded(1, "x"))
    arrivals = [lines.arrivals("a", "b", at_ms)[0] for at_ms in range(100)]
    assert (arrivals == sorted(arrivals)) is not reorder


def test_order_is_kept_when_a_rule_goes() -> None:
    rules = LinkRules([LinkRule(delay_ms=100)])
    lines = Lines(rules, seeded(1, "x"))
    assert lines.arrivals("a", "b", 0) == (100,)
    rules.set([])
    assert lines.arrivals("a", "b", 50) == (100,)
    assert lines.arrivals("a", "b", 150) == (150,)
    assert not lines.disturbed
