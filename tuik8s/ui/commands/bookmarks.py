"""`:bookmarks`: moments by name, to go to, rename or delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    if not dashboard.bookmarks:
        return "no bookmarks yet; m sets one"

    from tuik8s.ui.screens.bookmarks import BookmarksScreen

    def chosen(name: str | None) -> None:
        if name is not None:
            dashboard.go_to(name)

    dashboard.push_screen(BookmarksScreen(dashboard.bookmarks), chosen)
    return ""


COMMAND = Command(("bookmarks", "marks"), "", "moments by name: go to, rename, delete", run)
