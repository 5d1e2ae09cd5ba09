"""Every theme can be read: what is written stands out from what it is written on."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.color import Color

from tests.ui.stage import Stage, play
from tuik8s.ui.theme import THEMES
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.status_bar import StatusBar

pytestmark = pytest.mark.slow

LEAST = 0.3
"""Difference of brightness, of which black and white have 1."""


@pytest.mark.parametrize("name", [theme.name for theme in THEMES])
def test_texts_stand_out(name: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.run_command(f"theme {name}")
        await stage.wait()
        assert stage.app.theme == name
        for widget, looks in (
            (
                stage.app.screen.query_one(LiveTable),
                ("dim", "ok", "warn", "bad", "accent", "cursor"),
            ),
            (stage.app.screen.query_one(StatusBar), ("ok", "warn", "bad")),
        ):
            kind = "live" if isinstance(widget, LiveTable) else "status"
            for look in looks:
                own = widget.get_component_rich_style(f"{kind}--{look}", partial=True)
                assert stands_out(widget.rich_style + own), (kind, look)

    play(scene)


def stands_out(style: Style) -> bool:
    """Whether ink and paper differ; the terminal's own colours are its own affair."""
    if style.color is None or style.bgcolor is None:
        return False
    ink, paper = style.color.triplet, style.bgcolor.triplet
    if ink is None or paper is None:
        return style.color != style.bgcolor or style.color.is_default
    return abs(Color(*ink).brightness - Color(*paper).brightness) >= LEAST
