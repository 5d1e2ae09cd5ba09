"""The dashboard's application: keys, commands, and the one pump that feeds whatever is on screen.

    ten times a second: screen.pump(now) -> tables flush, widgets repaint what changed
    every key:          a binding of the screen, else of the app (`:` goes anywhere, `?` lists all)

Source of the keys: k9s where it only looks; what changes the cluster asks first (tui.md, 2.2).
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding
from textual.css.query import NoMatches
from textual.events import Event, InputEvent, Key, Paste, Resize
from textual.widget import Widget
from textual.widgets import Input

from tuik8s.ui.ascii import Ascii
from tuik8s.ui.chaos_keys import SCENARIO, ChaosKeys
from tuik8s.ui.commands.export import save_all
from tuik8s.ui.control import Acts, Control
from tuik8s.ui.feed import CRDS, Feed
from tuik8s.ui.go import carry_out, completions
from tuik8s.ui.inspect_keys import AGAINST
from tuik8s.ui.machine import Machine, Status
from tuik8s.ui.memory import memory_from, view_of
from tuik8s.ui.palette import Places
from tuik8s.ui.pump import Pump
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.help import HelpScreen, help_rows
from tuik8s.ui.screens.jump import JumpScreen
from tuik8s.ui.screens.listing import Listing
from tuik8s.ui.screens.registry import DIGITS
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.settings import Settings
from tuik8s.ui.theme import DEFAULT_THEME, STYLES, THEMES
from tuik8s.ui.time_keys import GO_TO, SET_BOOKMARK, TO_BOOKMARK
from tuik8s.ui.watch import Watch
from tuik8s.ui.widgets.prompt import Prompt, PromptLine
from tuik8s.ui.widgets.status_bar import StatusBar

QUIT_WITHIN_MS = 2_000
NAMES_MAX = 6
OSC52_BYTES_MAX = 74_000
"""More than this many terminals do not take."""


class Dashboard(ChaosKeys):
    """One window on one cluster. status: asks the supervisor for its processes; machine: files, the
    editor, and what is remembered."""

    TITLE = "tuik8s"
    CSS = STYLES
    COMMANDS = {Places}
    BINDINGS: ClassVar[list[Any]] = [
        *(
            Binding(key, f"go('{name}')", name, show=False, id=f"app.{name}")
            for key, name in DIGITS.items()
        ),
        Binding("colon", "command", "Go to", id="app.command"),
        Binding("question_mark", "help", "Help", id="app.help"),
        Binding("exclamation_mark", "chaos", "Chaos", id="chaos.menu"),
        Binding("minus", "last", "Last view", show=False, id="app.last"),
        Binding("q", "leave", "Back", show=False, id="app.back"),
        Binding("ctrl+q", "quit", "Quit", priority=True, show=False, id="app.quit"),
        Binding("ctrl+c", "interrupt", "Copy; twice: quit", priority=True, show=False,
                id="app.interrupt"),
        Binding("ctrl+s", "save", "Save SVG and data", show=False, id="app.save"),
        Binding("ctrl+o", "jump", "Jump to a pane", show=False, id="app.jump"),
        Binding("ctrl+r", "redraw", "Redraw", show=False, id="app.redraw"),
        Binding("ctrl+e", "header", "Status line", show=False, id="app.header"),
    ]  # fmt: skip

    def __init__(
        self,
        feed: Feed,
        cluster: str,
        status: Status,
        machine: Machine | None = None,
        settings: Settings | None = None,
        control: Control | None = None,
        acts: Acts | None = None,
    ) -> None:
        super().__init__(feed, machine, control, acts)
        self.cluster = cluster
        self.status = status
        self.settings = settings or Settings()
        self.memory = memory_from(self.machine.recall())
        self.warnings: list[str] = []
        """What is wrong with the settings; said at the start."""
        self.next_cluster = ""
        """The cluster whose dashboard is wanted when this one has ended."""
        self.problems = Watch(feed)
        self.pump = Pump(self, self.show_newest, feed.real_ms, self.goes_on)
        feed.client.on_news = self.pump.hear
        self._interrupted_at_ms = -QUIT_WITHIN_MS
        self._trail: list[str] = []
        self._opened: DashboardScreen | None = None
        for theme in THEMES:
            self.register_theme(theme)
        if self.settings.ascii:
            self._filters.append(Ascii())

    async def on_event(self, event: Event) -> None:
        """Keys take effect in the order typed.

        Textual lets a key climb from widget to app before its binding runs, and the next keys do
        not wait: what was typed fast after `:` would act on the table. So a key is taken at once,
        unless a dialog has text typed, or the screen is so new that nothing on it has the keys yet.
        """
        if isinstance(event, InputEvent | Paste | Resize):
            self.pump.stir()
        if isinstance(event, Key) and not event.is_forwarded:
            self.app_focus = True  # whoever types is here, whatever the terminal said before
            if self.focused is not None and await self._take_key(self.focused, event):
                return
        elif isinstance(event, Paste) and isinstance(self.focused, PromptLine):
            await self.focused.take(event)
            return
        await super().on_event(event)

    async def _take_key(self, reader: Widget, event: Key) -> bool:
        """Have a key do what it does where the keys go; False when Textual is to do it."""
        if isinstance(reader, PromptLine):
            if event.is_printable:
                await reader.take(event)
                return True
            if await self._prompt_takes(reader, event.key):
                return True
        elif isinstance(reader, Input):
            return False
        if await self._check_bindings(event.key, priority=True):
            return True
        if await self._check_bindings(event.key):
            return True
        if not isinstance(reader, PromptLine):
            self._say_why_not(event.key)
        return False

    async def _prompt_takes(self, line: PromptLine, key: str) -> bool:
        """Its own keys come before those that a screen has whatever has the keys."""
        for node, bindings in self.screen._binding_chain:
            for binding in bindings.key_to_bindings.get(key, ()) if node is line.parent else ():
                if await self.run_action(binding.action, node):
                    return True
        return False

    def on_mount(self) -> None:
        self.theme = self.memory.theme or self.settings.theme or DEFAULT_THEME
        self.set_keymap(self.settings.keymap)
        self.feed.follow_first()
        self.feed.namespace = self.memory.namespace
        place = self.memory.place or "pods"
        if self.go(place):
            self.go("pods")
            self._go_when_known(place)
        for warning in self.warnings:
            self.notify(warning, severity="warning", timeout=10, markup=False)
        self.pump.start(self.settings.fps)
        self.feed.on_show = self.pump.at_once

    def _go_when_known(self, place: str) -> None:
        """Go there as soon as the custom kinds are known, unless somebody goes elsewhere."""

        def go() -> None:
            if self._trail == ["pods"]:
                self.go(place)

        def known() -> None:
            self.call_later(go)

        self.feed.informer(CRDS).on_sync(known)

    def show_newest(self) -> None:
        """Bring what is on screen up to date; called by the pump."""
        if not self.screen_stack:
            return  # it ends just now
        try:
            self.tick_time()  # time goes on behind a dialog, too
            screen = self.screen
            if isinstance(screen, DashboardScreen) and screen.is_loaded:
                self._show(screen)
        except NoMatches:
            return  # it comes or goes just now, and parts of it are missing: the next tick shows it

    def _show(self, screen: DashboardScreen) -> None:
        screen.pump(self.feed.now_ms())
        wrong = self.problems.in_a_word()
        heard_ms = min(self.feed.now_ms(), self.feed.known_ms())
        name = f"{self.cluster} (read-only)" if self.feed.read_only else self.cluster
        screen.query_one(StatusBar).show(name, self.mode(), heard_ms, screen.title_line(), wrong)

    def use_settings(self, settings: Settings) -> None:
        """Go on with other settings."""
        if settings.fps != self.settings.fps:
            self.pump.start(settings.fps)
        self.settings = settings

    def remember(self) -> None:
        """Have this view again next time."""
        self.memory.namespace = self.feed.namespace
        self.memory.views |= {name: view_of(table) for name, table in self.feed.tables.items()}
        self.machine.remember(self.memory.to_json())

    def exit(self, *args: Any, **options: Any) -> None:
        self.remember()
        super().exit(*args, **options)

    # --- going places -------------------------------------------------------------------------

    @property
    def listing(self) -> Listing | None:
        """The table on screen, if it is one."""
        return self.screen if isinstance(self.screen, Listing) else None

    def run_command(self, text: str) -> str:
        """Carry out what was typed after `:`; what is wrong with it, "" if nothing."""
        problem = carry_out(self, text)
        if text.strip() and not problem:
            self.memory.note_command(text.strip())
        return problem

    def go(self, name: str) -> str:
        """Go to a screen or kind without noting it as a command."""
        return carry_out(self, name)

    def set_namespace(self, name: str) -> str:
        """Show one namespace, "" for all; what is wrong with that, "" if nothing."""
        known = {obj["metadata"]["name"] for obj in self.feed.items("namespaces")}
        if name and known and name not in known:
            return f"no namespace {name!r}, only {', '.join(sorted(known)[:NAMES_MAX])}"
        self.feed.set_namespace(name)
        return ""

    def switch_cluster(self, name: str) -> str:
        """End, and have the dashboard of another cluster opened; what is wrong with that."""
        names = self.machine.clusters()
        if name not in names:
            return f"clusters that run here: {', '.join(names) or 'no other'}"
        self.next_cluster = name
        self.exit()
        return ""

    def open_object(self, resource: str, namespace: str, name: str) -> None:
        """The table of a resource with the cursor on one of its objects."""
        kind = self.feed.kind(resource)
        if kind is None or self.go(kind.resource):
            return
        if namespace and self.feed.namespace not in ("", namespace):
            self.feed.set_namespace(namespace)
        screen, found = self._opened, self.feed.get(kind.resource, namespace, name)
        if isinstance(screen, ResourcesScreen) and found is not None:
            screen.uncover(str(found["metadata"].get("uid") or name))

    def open_pods_of(self, node: str) -> None:
        """The pods of a node, with the column that says where each is."""
        screen = None if self.go("pods") else self._opened
        if isinstance(screen, Listing):
            if not screen.table.shape.wide:
                screen.action_wide()
            screen.set_filter(f"node:^{node}$")

    def open_screen(self, name: str, screen: DashboardScreen) -> None:
        """Show a main screen, in place of the one there is; name: the command that leads here."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        self._opened, self.memory.place = screen, name
        if not self._trail or self._trail[-1] != name:
            self._trail = [*self._trail[-1:], name]

    def action_go(self, name: str) -> None:
        self.go(name)

    def action_last(self) -> None:
        if len(self._trail) > 1:
            self.go(self._trail[-2])

    def action_leave(self) -> None:
        """Leave a detail; on a main screen there is nothing to go back to, :q quits."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.notify("this is the first view; :q or Ctrl+Q quits", timeout=3)

    # --- doing things -------------------------------------------------------------------------

    def action_command(self) -> None:
        self.open_prompt("")

    def open_prompt(self, text: str) -> None:
        """Have a command typed, from this beginning on."""
        if isinstance(self.screen, DashboardScreen):
            prompt = self.screen.query_one(Prompt)
            prompt.open(":", text, completions(self), self.memory.history)

    def prompt_done(self, sign: str, text: str | None) -> str:
        """Do what was entered after a sign; what is wrong with it, "" if nothing."""
        runs = {
            ":": self.run_command,
            GO_TO: self.go_to,
            TO_BOOKMARK: self.go_to,
            SET_BOOKMARK: self.set_bookmark,
            SCENARIO: self.rehearse,
            AGAINST: self.show_difference,
        }
        if text is None or not (text or sign == SET_BOOKMARK):
            return ""
        return runs[sign](text)

    def why_not(self, action: str) -> str:
        """Why one of the app's own actions cannot be had now, "" when it can."""
        if action == "command_palette" and not isinstance(self.screen, DashboardScreen):
            return "a dialog is open"
        return self.feed.why_fixed if action in ("chaos", "shell") else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if self.why_not(action) else True

    def _say_why_not(self, key: str) -> None:
        """A key that does nothing here says why."""
        for _, keys, what, reason in help_rows(self.screen):
            if reason and key in keys:
                self.notify(f"{what}: {reason}", severity="warning", timeout=3, markup=False)
                return

    def action_help(self) -> None:
        self.push_screen(HelpScreen(help_rows(self.screen)))

    def action_command_palette(self) -> None:
        if isinstance(self.screen, DashboardScreen):  # a question is to be answered first
            super().action_command_palette()

    def action_jump(self) -> None:
        panes = [widget for widget in self.screen.focus_chain if widget.region.area]
        self.push_screen(JumpScreen(panes), lambda pane: pane.focus() if pane else None)

    def action_redraw(self) -> None:
        self.refresh(repaint=True, layout=True)

    def action_header(self) -> None:
        for bar in self.screen.query(StatusBar):
            bar.display = not bar.display

    def action_interrupt(self) -> None:
        """Copies what is selected; with nothing selected, twice within two seconds quits."""
        selected = self.screen.get_selected_text()
        now_ms = self.feed.real_ms()
        if selected:
            self.copy(selected, "the selection")
        elif now_ms - self._interrupted_at_ms < QUIT_WITHIN_MS:
            self.exit()
        else:
            self._interrupted_at_ms = now_ms
            self.notify("Ctrl+C again quits; the cluster goes on", timeout=2)

    # --- what leaves the dashboard ------------------------------------------------------------

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard of the terminal."""
        self.copy_to_clipboard(text)
        size = len(text.encode())
        more = "; many terminals do not take so much, :export writes a file"
        self.notify(
            f"copied {what}: {size} bytes by OSC 52{more * (size > OSC52_BYTES_MAX)}", markup=False
        )

    def action_save(self) -> None:
        """The screen as SVG, and what is on it as data and text."""
        problem = save_all(self)
        if problem:
            self.notify(problem, severity="error", markup=False)
