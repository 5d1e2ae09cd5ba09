"""A sequence diagram in characters: a lane for each party, an arrow for each write. Pure.

admin      apiserver   replicaset  scheduler    kubelet
  ├─POST pod──▸│            │           │           │         0 ms
  │            │◂──POST pod─┤           │           │         4 ms
  │            │            │           │           │Pulling: ...
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.ui.lines import Line
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.trace import API, NOTE, Step

PITCH_MIN, PITCH_MAX = 11, 22
MARGIN = 6
TIME_WIDTH = 20
NOTE_WIDTH = 14
"""Room to the right of the last lane, for what its party says."""

WAIT_MIN_MS, WAIT_SHARE = 10, 0.1
"""A wait of so long, and of at least this share of the whole, gets a line of its own."""

Canvas = list[tuple[str, str]]
"""(character, style) of each place of a line"""


def lanes_of(steps: Sequence[Step]) -> list[str]:
    """Who takes part: whoever asked first, the API server, the others as they come."""
    found = list(dict.fromkeys(step.lane for step in steps))
    first = found[:1] if found[:1] != [API] else []
    return [*first, API, *(lane for lane in found if lane not in (*first, API))]


def draw(steps: Sequence[Step], width: int) -> tuple[list[Line], list[str]]:
    """Head and lines of the diagram, and the revision that each line stands for."""
    if not steps:
        return [], []
    lanes = lanes_of(steps)
    pitch = (width - MARGIN - TIME_WIDTH - NOTE_WIDTH) // max(len(lanes) - 1, 1)
    pitch = max(PITCH_MIN, min(pitch, PITCH_MAX))
    places = {lane: MARGIN + index * pitch for index, lane in enumerate(lanes)}
    end = max(MARGIN + (len(lanes) - 1) * pitch + PITCH_MIN, width - TIME_WIDTH)
    begin_ms, whole_ms = steps[0].change.at_ms, steps[-1].change.at_ms - steps[0].change.at_ms
    lines, uids = [_head(places, pitch, end)], [""]
    for step in steps:
        if whole_ms and step.wait_ms >= max(WAIT_MIN_MS, whole_ms * WAIT_SHARE):
            lines.append(_wait(step, places, end))
            uids.append("")
        after_ms = step.change.at_ms - begin_ms
        lines.append(_row(step, places, end, f"{after_ms:>10,} ms  #{step.uid}"))
        uids.append(step.uid)
    return lines, uids


def _head(places: dict[str, int], pitch: int, end: int) -> Line:
    canvas: Canvas = [(" ", "head")] * end
    for lane, x in places.items():
        name = lane.removesuffix("-controller")[: pitch - 1]
        _put(canvas, max(0, x - len(name) // 2), name, "head")
    return (*_cells(canvas), Cell("     after", "dim"))


def _bars(places: dict[str, int], end: int) -> Canvas:
    canvas: Canvas = [(" ", "")] * end
    for x in places.values():
        canvas[x] = ("│", "dim")
    return canvas


def _wait(step: Step, places: dict[str, int], end: int) -> Line:
    canvas = _bars(places, end)
    _put(canvas, places[step.lane], f"▒ {step.wait_ms:,} ms", "warn")
    return _cells(canvas)


def _row(step: Step, places: dict[str, int], end: int, time: str) -> Line:
    canvas = _bars(places, end)
    here, server = places[step.lane], places[API]
    style = step.style or "accent"
    if step.kind == NOTE or here == server:
        text = step.text
        room = end - here - 2
        _put(canvas, here, "●", style)
        _put(canvas, here + 2, text if len(text) <= room else f"{text[: room - 1]}…", step.style)
    else:
        _arrow(canvas, here, server, step.text, style)
    return (*_cells(canvas), Cell(time, "dim"))


def _arrow(canvas: Canvas, start: int, end: int, text: str, style: str) -> None:
    low, high = sorted((start, end))
    room = high - low - 3
    label = text if len(text) <= room else f"{text[: room - 1]}…"
    if start < end:
        _put(canvas, low, "├─" + label + "─" * (room - len(label)) + "▸", style)
    else:
        _put(canvas, low + 1, "◂" + "─" * (room - len(label)) + label + "─┤", style)


def _put(canvas: Canvas, at: int, text: str, style: str) -> None:
    for offset, char in enumerate(text):
        if at + offset < len(canvas):
            canvas[at + offset] = (char, style)


def _cells(canvas: Canvas) -> Line:
    cells: list[Cell] = []
    for char, style in canvas:
        if cells and cells[-1].style == style:
            cells[-1] = Cell(cells[-1].text + char, style)
        else:
            cells.append(Cell(char, style))
    return tuple(cells)
