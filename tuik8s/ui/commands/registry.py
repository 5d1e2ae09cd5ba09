"""The commands of the prompt and of the palette, in the order of the help."""

from __future__ import annotations

from tuik8s.ui.commands import (
    bookmarks,
    chaos,
    clock,
    columns,
    context,
    delete,
    diff,
    export,
    forward,
    fps,
    help,  # noqa: A004 - a command's name
    history,
    location,
    logs,
    namespace,
    quit,  # noqa: A004
    set,  # noqa: A004
    sort,
    theme,
    vs,
)
from tuik8s.ui.commands.base import Command

COMMANDS: tuple[Command, ...] = (
    namespace.COMMAND,
    sort.COMMAND,
    columns.COMMAND,
    export.COMMAND,
    delete.COMMAND,
    chaos.COMMAND,
    clock.COMMAND,
    bookmarks.COMMAND,
    context.COMMAND,
    diff.COMMAND,
    vs.COMMAND,
    logs.COMMAND,
    forward.COMMAND,
    history.COMMAND,
    location.COPY,
    location.GO,
    set.COMMAND,
    fps.COMMAND,
    theme.COMMAND,
    help.COMMAND,
    quit.COMMAND,
)

BY_NAME: dict[str, Command] = {name: each for each in COMMANDS for name in each.names}
