"""Whole screens as lines of text, at a fixed virtual time, compared with stored ones.

After a wanted change record them again: TUIK8S_RECORD=1 pytest tests/ui/test_screens.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.ui.stage import Stage, play

DRAWN = (
    (re.compile(r"(web-[0-9a-f]{8,10}-|kube-api-access-)[a-z0-9]{5}\b"), r"\1xxxxx"),
    (re.compile(r"\bnode-[1-3]\b"), "node-N"),
    (re.compile(r"#\d+"), lambda found: "#" + "N" * (len(found[0]) - 1)),
    (re.compile(r"\b\d{3}(?=  00:00:00|  created)"), "NNN"),
)
"""What is drawn by lot or counted up from the cluster's beginning: any change there moves it."""

STORED = Path(__file__).parent.parent / "screens"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "keys", "size"),
    [
        ("pods", (), (140, 40)),
        ("overview", ("1",), (140, 40)),
        ("overview-small", ("1",), (60, 16)),
        ("routes", ("5", "i"), (140, 24)),
        ("routes-small", ("5",), (60, 16)),
        ("detail", ("d",), (100, 30)),
        ("detail-changes", ("d", "h"), (140, 20)),
        ("why", ("w",), (140, 30)),
        ("trace", ("t",), (140, 36)),
        ("trace-small", ("t",), (60, 16)),
    ],
)
def test_screen(name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    shown: list[str] = []

    async def scene(stage: Stage) -> None:
        await stage.press(*keys)
        stage.feed.note_move()  # all is made anew now, whenever the first look was
        for _ in range(11):  # looks enough for what is read in turns
            await stage.wait(200)
        shown.append(stage.text.rstrip() + "\n")

    play(scene, size)
    path = STORED / f"{name}.txt"
    if os.environ.get("TUIK8S_RECORD"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(steady(shown[0]), encoding="utf-8")
    assert steady(shown[0]) == path.read_text(encoding="utf-8")


def steady(text: str) -> str:
    """The text without what an unrelated change of the cluster would change."""
    for pattern, instead in DRAWN:
        text = pattern.sub(instead, text)
    return text
