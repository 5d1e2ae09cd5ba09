"""Where the dashboard's settings lie, and what of them the command line replaces."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuik8s.ui.settings import Settings


def settings_path() -> Path:
    """`$XDG_CONFIG_HOME/tuik8s/ui.toml`, by default in ~/.config."""
    root = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(root) / "tuik8s" / "ui.toml"


def read_settings(*, is_ascii: bool = False) -> tuple[Settings, list[str]]:
    """What the file says (nothing where there is none), and what is wrong with it."""
    from tuik8s.ui.keys import binding_ids, unknown_keys
    from tuik8s.ui.settings import settings_from

    path, text = settings_path(), ""
    unread = list[str]()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as problem:
        unread = [f"{path}: {problem}"]
    settings, warnings = settings_from(text, binding_ids() if text else ())
    warnings += unknown_keys(settings.keymap)
    if is_ascii:
        settings = dataclasses.replace(settings, ascii=True)
    return settings, [*unread, *(f"{path}, {warning}" for warning in warnings)]
