"""One change of the log: who made it, because of what, and what it changed, as a diff."""

from __future__ import annotations

from tuik8s.api.times import format_micro_time
from tuik8s.ui.diff import counted, diff_lines, field_lines
from tuik8s.ui.feed import Feed
from tuik8s.ui.history import LogChange
from tuik8s.ui.lines import EMPTY, Line, line
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.screens.text import TextScreen


class ChangeScreen(TextScreen):
    """Shows a change that was read from the log; it never becomes another one."""

    def __init__(self, feed: Feed, change: LogChange) -> None:
        self.change = change
        lines = change_lines(change)
        super().__init__(feed, f"change #{change.revision}", lambda: lines)

    def subject(self) -> Ref:
        return self.change.ref


def change_lines(change: LogChange) -> list[Line]:
    """A head of what is known of the change, its fields, then the diff of the YAML."""
    diff = diff_lines(change.before, change.after)
    head = [
        ("change", f"#{change.revision} {change.type} {change.ref}"),
        ("time", format_micro_time(change.at_ms)),
        ("by", change.by if change.by == change.author else f"{change.by}  ({change.author})"),
        ("cause", f"#{change.cause}, w follows it" if change.cause else "none is recorded"),
        ("lines", counted(diff)),
    ]
    lines: list[Line] = [(Cell(f"{name:<8}", "accent"), Cell(text)) for name, text in head]
    fields = field_lines(change.before, change.after) if change.before and change.after else []
    if fields:
        lines += [EMPTY, line("Fields", "head"), *fields]
    return [*lines, EMPTY, line("Difference", "head"), *diff]
