"""The bookmarks of the cluster: go to one, rename it, delete it (`:bookmarks`)."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tuik8s.api.bookmarks import Bookmark
from tuik8s.api.times import format_time
from tuik8s.ui.bookmarks import Bookmarks
from tuik8s.ui.rowstore import escaped

KEYS = "Enter goes there   r renames   d deletes   Esc leaves"
NAME_WIDTH = 40


class BookmarksScreen(ModalScreen[str | None]):
    """Dismissed with the name of the one to go to."""

    DEFAULT_CSS = """
    BookmarksScreen { align: center middle; }
    BookmarksScreen Vertical { width: 100; max-width: 100%; height: auto; max-height: 80%;
        border: round $accent; background: $surface; padding: 0 1; }
    BookmarksScreen OptionList { height: auto; max-height: 20; border: none;
        background: $surface; }
    BookmarksScreen Input { border: none; height: 1; display: none; }
    BookmarksScreen Input.open { display: block; }
    """
    BINDINGS = [
        Binding("escape,q", "back", "Leave", id="bookmarks.leave"),
        Binding("j", "move(1)", "Down", show=False, id="bookmarks.down"),
        Binding("k", "move(-1)", "Up", show=False, id="bookmarks.up"),
        Binding("r", "rename", "Rename", id="bookmarks.rename"),
        Binding("d,delete", "delete", "Delete", id="bookmarks.delete"),
    ]

    def __init__(self, bookmarks: Bookmarks) -> None:
        super().__init__()
        self._bookmarks = bookmarks
        self._drawn = -1
        self._renamed = ""
        """The one whose new name is typed, whatever the cursor is on by then."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(f"bookmarks   {KEYS}", markup=False)
            yield OptionList(markup=False)
            yield Input(compact=True)

    def on_mount(self) -> None:
        self._draw()
        self.query_one(OptionList).focus()
        self.set_interval(0.5, self._draw)  # others set some, too

    def _draw(self) -> None:
        if self._drawn == self._bookmarks.version:
            return
        self._drawn = self._bookmarks.version
        choices, chosen = self.query_one(OptionList), self._chosen()
        choices.clear_options()
        found = self._bookmarks.all()
        choices.add_options([Option(line_of(each), id=each.name) for each in found])
        names = [each.name for each in found]
        choices.highlighted = names.index(chosen) if chosen in names else 0 if names else None

    def _chosen(self) -> str:
        option = self.query_one(OptionList).highlighted_option
        return "" if option is None else str(option.id)

    def action_move(self, step: int) -> None:
        choices = self.query_one(OptionList)
        choices.action_cursor_down() if step > 0 else choices.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(str(event.option.id))

    def action_delete(self) -> None:
        if self._chosen():
            self._bookmarks.delete(self._chosen(), self._told)

    def action_rename(self) -> None:
        line = self.query_one(Input)
        self._renamed = self._chosen()
        if self._renamed:
            line.value = self._renamed
            line.add_class("open")
            line.focus()

    def action_back(self) -> None:
        if self.query_one(Input).has_class("open"):
            self._close()
        else:
            self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._bookmarks.rename(self._renamed, event.value, self._told)
        self._close()

    def _close(self) -> None:
        self.query_one(Input).remove_class("open")
        self.query_one(OptionList).focus()

    def _told(self, why: str) -> None:
        self._draw()
        if why:
            self.notify(why, severity="warning", markup=False)


def line_of(bookmark: Bookmark) -> str:
    """A bookmark as it is listed."""
    where = f"#{bookmark.revision}"
    when = format_time(bookmark.at_ms)
    author = escaped(bookmark.author)
    return f"{bookmark.name[:NAME_WIDTH]:<{NAME_WIDTH}} {where:>9}  {when}  {author}"
