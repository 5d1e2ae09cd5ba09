"""Playing the past when more happened than is read ahead."""

from __future__ import annotations

import pytest

from tests.ui.stage import Stage, play
from tests.ui.test_rewind import moment, scaled
from tuik8s.ui import rewind
from tuik8s.ui.logbook import Logbook
from tuik8s.ui.past import LoggedChange


def test_the_clock_of_a_replay_does_not_pass_changes_that_are_not_read_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when a second of real time brings more changes than are read ahead."""
    monkeypatch.setattr(rewind, "AHEAD", 20)
    monkeypatch.setattr(rewind, "PAGE", 20)

    async def scene(stage: Stage) -> None:
        await stage.press("p")
        await scaled(stage, 20)
        await stage.wait(20_000)
        await stage.press("p")
        await stage.wait(100)
        stage.cluster.run_ms(15_000)
        stage.app.show_newest()
        at = moment(stage)
        left: list[LoggedChange] = []
        Logbook(stage.feed.client).page(
            lambda page: left.extend(page.changes), after=at.revision, limit=1, values=False
        )
        stage.cluster.run_ms(100)
        assert left[0].moment.at_ms >= at.at_ms

    play(scene)
