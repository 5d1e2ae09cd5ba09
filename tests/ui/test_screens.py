"""Whole screens as lines of text, at a fixed virtual time, compared with stored ones.

After a wanted change record them again: TUIK8S_RECORD=1 pytest tests/ui/test_screens.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ui.stage import Stage, play

STORED = Path(__file__).parent.parent / "screens"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "keys", "size"),
    [
        ("pods", (), (140, 40)),
        ("overview", ("1",), (140, 40)),
        ("overview-small", ("1",), (60, 16)),
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
        await stage.wait()
        shown.append(stage.text.rstrip() + "\n")

    play(scene, size)
    path = STORED / f"{name}.txt"
    if os.environ.get("TUIK8S_RECORD"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown[0], encoding="utf-8")
    assert shown[0] == path.read_text(encoding="utf-8")
