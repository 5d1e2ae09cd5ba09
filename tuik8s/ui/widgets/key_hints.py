"""The last line of every screen: its keys, as many as fit, and always the way to all others."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

ALWAYS = 3
"""The dashboard's own keys come last, and stay: where to go, help, chaos."""


class KeyHints(Footer):
    """A footer that leaves keys out whole, where Textual's would be cut at the edge."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)

    def compose(self) -> ComposeResult:
        keys = [part for part in super().compose() if isinstance(part, FooterKey)]
        widths = [cell_len(f"{key.key_display} {key.description} ") for key in keys]
        yield from (keys[at] for at in fitting(widths, self.app.size.width, ALWAYS))

    async def on_resize(self, event: events.Resize) -> None:
        await self.recompose()


def fitting(widths: Sequence[int], room: int, always: int) -> list[int]:
    """Which of several things in a row are shown: the last few always, of the others the first
    ones that fit beside them."""
    first_kept = max(0, len(widths) - always)
    room -= sum(widths[first_kept:])
    shown = []
    for at in range(first_kept):
        room -= widths[at]
        if room < 0:
            break
        shown.append(at)
    return [*shown, *range(first_kept, len(widths))]
