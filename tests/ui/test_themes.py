"""Every theme can be read: what is written stands out from what it is written on."""

from __future__ import annotations

from itertools import product

import pytest
from rich.color_triplet import ColorTriplet
from rich.style import Style

from tests.ui.stage import Stage, play
from tuik8s.ui.theme import THEMES
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.status_bar import StatusBar

pytestmark = pytest.mark.slow

LEAST = 4.5
"""Contrast of ink and paper, as the Web's accessibility guidelines ask for it (WCAG 2, AA)."""

STATES = ("", "marked", "changed")


@pytest.mark.parametrize("name", [theme.name for theme in THEMES])
def test_texts_stand_out(name: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.run_command(f"theme {name}")
        await stage.wait()
        assert stage.app.theme == name
        for widget, looks in (
            (
                stage.app.screen.query_one(LiveTable),
                ("", "dim", "ok", "warn", "bad", "accent", "cursor"),
            ),
            (stage.app.screen.query_one(StatusBar), ("", "ok", "warn", "bad")),
        ):
            kind = "live" if isinstance(widget, LiveTable) else "status"
            states = STATES if kind == "live" else ("",)
            for look, state in product(looks, states):
                names = [f"{kind}--{each}" for each in (look, state) if each]
                style = widget.rich_style
                for each in names:
                    style += widget.get_component_rich_style(each, partial=True)
                assert stands_out(style), names

    play(scene)


def stands_out(style: Style) -> bool:
    """Whether ink and paper differ enough; the terminal's own colours are its own affair."""
    if style.color is None or style.bgcolor is None:
        return False
    ink, paper = style.color.triplet, style.bgcolor.triplet
    if ink is None or paper is None:
        return style.color != style.bgcolor or style.color.is_default
    bright, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (bright + 0.05) / (dark + 0.05) >= LEAST


def luminance(colour: ColorTriplet) -> float:
    """Relative luminance by WCAG 2."""
    red, green, blue = (
        share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4
        for share in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
