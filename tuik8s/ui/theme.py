"""Colours: four themes, and the styles of the dashboard. Nothing is carried by colour alone.

`text-muted` is a colour of its own in each: Textual's is white or black by the background, at 60 %,
and a table cell knows neither its background nor transparency.
"""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DEFAULT_THEME = "tuik8s-dark"

THEMES = (
    Theme(
        name="tuik8s-dark",
        primary="#3b82c4",
        secondary="#5fa8a0",
        accent="#e0b060",
        warning="#e0a030",
        error="#e05c5c",
        success="#5fb878",
        foreground="#d8dee9",
        background="#11151c",
        surface="#171c26",
        panel="#1e2532",
        dark=True,
        variables={"text-muted": "#8b94a5", "block-cursor-background": "#2f6fae"},
    ),
    Theme(
        name="tuik8s-light",
        primary="#205f9e",
        secondary="#2f7a72",
        accent="#9a6a00",
        warning="#a86400",
        error="#b3261e",
        success="#2e7d32",
        foreground="#1b1f24",
        background="#fafafa",
        surface="#f0f2f5",
        panel="#e4e8ee",
        dark=False,
        variables={"text-muted": "#5a6270"},
    ),
    Theme(
        name="tuik8s-contrast",
        primary="#00afff",
        secondary="#ffffff",
        accent="#ffff00",
        warning="#ffaf00",
        error="#ff5fff",
        success="#00ffff",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#202020",
        dark=True,
        variables={"text-muted": "#c0c0c0", "block-cursor-foreground": "#000000"},
    ),
    Theme(
        name="tuik8s-ansi",
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        accent="ansi_yellow",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        dark=True,
        boost="ansi_default",
        variables=BUILTIN_THEMES["ansi-dark"].variables | {"secondary-muted": "ansi_default"},
    ),
)

STYLES = """
Screen { background: $background; }
ModalScreen { background: $background 60%; }
.heading { color: $secondary; text-style: bold; height: 1; padding: 0 1; }
.panel { height: 1fr; width: 1fr; border: round $panel; }
Screen .panel:focus-within { border: heavy $primary; }
#upper { height: 1fr; }
#upper > .panel { width: 4fr; }
#upper > #load { width: 3fr; }
Screen.-narrow #load { display: none; }
#lower { height: 1fr; }
#text { padding: 0 1; width: auto; }
#page { background: $background; }
LiveTable { height: 1fr; }
OptionList { min-width: 12; }
Footer { background: $panel; }
Toast { max-width: 90; }
"""


def full_name(name: str) -> str | None:
    """A theme by its name, or by what follows `tuik8s-` in it; None when there is none."""
    names = [theme.name for theme in THEMES]
    return next((full for full in names if name in (full, full.removeprefix("tuik8s-"))), None)
