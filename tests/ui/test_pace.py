"""How often something is done again."""

from __future__ import annotations

from typing import cast

from tuik8s.ui.feed import Feed
from tuik8s.ui.pace import Pace


class Still:
    """What a pace asks of the feed; the cluster's own clock stands."""

    moves = 0

    def __init__(self) -> None:
        self.clock_ms = 0

    def real_ms(self) -> int:
        return self.clock_ms


def test_once_a_second_and_less_often_for_many() -> None:
    still = Still()
    pace = Pace(cast("Feed", still))
    due = []
    for still.clock_ms in range(0, 5_000, 500):
        due.append(pace.is_due(1_000 if still.clock_ms > 2_000 else 0))
    assert due == [True, False, True, False, True, False, False, False, True, False]


def test_at_once_at_another_moment() -> None:
    still = Still()
    pace = Pace(cast("Feed", still))
    assert pace.is_due()
    assert not pace.is_due()
    still.moves += 1
    assert pace.is_due()
