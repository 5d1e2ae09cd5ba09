"""A command after `:`. Kinds and screens are commands by themselves; these are the others.

To add one: one file here with a `COMMAND`, one line in `registry.py`, one test. A command answers
with what is wrong, "" when it was done; the prompt stays open and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

Run = Callable[["Dashboard", str], str]
"""(dashboard, what follows the command's name) -> what is wrong with it, "" if nothing"""

Complete = Callable[["Dashboard"], Iterable[str]]
"""What may follow the command's name."""


def nothing(dashboard: Dashboard) -> Iterable[str]:
    return ()


class Command(NamedTuple):
    """names: the first is the one that is shown; usage: what follows it, for the help;
    opens_screen: whether it leads to one, which then has a plain form, too."""

    names: tuple[str, ...]
    usage: str
    help: str
    run: Run
    complete: Complete = nothing
    opens_screen: bool = False

    @property
    def shown(self) -> str:
        return f":{self.names[0]} {self.usage}".rstrip()
