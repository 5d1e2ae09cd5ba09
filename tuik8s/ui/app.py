"""The dashboard's application: keys, commands, and the one pump that feeds whatever is on screen.

    every 100 ms: screen.pump(now) -> tables flush, widgets repaint what changed
    every key:    a binding of the screen, else of the app (`:` goes anywhere, `?` lists them all)

Source of the keys: k9s where it only looks; what changes the cluster asks first (tui.md, 2.2).
"""

from __future__ import annotations

import gc
from typing import Any, ClassVar

from textual.binding import Binding
from textual.css.query import NoMatches
from textual.events import Event, Key
from textual.widgets import Input

from tuik8s.ui.feed import Feed
from tuik8s.ui.history import LogChange
from tuik8s.ui.refs import Ref
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.change import ChangeScreen
from tuik8s.ui.screens.chaos import ChaosMenu
from tuik8s.ui.screens.detail import DetailScreen
from tuik8s.ui.screens.engine import Status
from tuik8s.ui.screens.help import HelpScreen
from tuik8s.ui.screens.registry import DIGITS, SCREENS
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.theme import DEFAULT_THEME, STYLES, THEMES
from tuik8s.ui.time_keys import GO_TO, TO_BOOKMARK, TimeKeys
from tuik8s.ui.watch import Watch
from tuik8s.ui.widgets.prompt import Prompt
from tuik8s.ui.widgets.status_bar import StatusBar

FPS = 10
FREEZE_AFTER_S = 3.0
"""By then the first load is in memory; garbage collections leave it alone from there on."""

COMMANDS = ("ns", "theme", "q", "quit", "help", "chaos")


class Dashboard(TimeKeys):
    """One window on one cluster. status: asks the supervisor for its processes."""

    TITLE = "tuik8s"
    CSS = STYLES
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[Any]] = [
        *(Binding(key, f"go('{name}')", name, show=False) for key, name in DIGITS.items()),
        Binding("colon", "command", "Go to"),
        Binding("question_mark", "help", "Help"),
        Binding("exclamation_mark", "chaos", "Chaos"),
        Binding("minus", "last", "Last view", show=False),
        Binding("q", "leave", "Back", show=False),
        Binding("ctrl+q,ctrl+c", "quit", "Quit", priority=True, show=False),
        Binding("ctrl+s", "save", "Save SVG", show=False),
    ]

    def __init__(self, feed: Feed, cluster: str, status: Status) -> None:
        super().__init__(feed)
        self.cluster = cluster
        self.status = status
        self.problems = Watch(feed)
        self._trail: list[str] = []
        self._opened: DashboardScreen | None = None
        for theme in THEMES:
            self.register_theme(theme)

    async def on_event(self, event: Event) -> None:
        """Keys take effect in the order typed.

        Textual lets a key climb from widget to app before its binding runs, and the next keys do
        not wait: what was typed fast after `:` would act on the table. So a binding runs at once,
        unless somebody types text, or the screen is so new that nothing on it has the keys yet.
        """
        if isinstance(event, Key) and not event.is_forwarded:
            reader = self.focused
            is_command = reader is not None and not isinstance(reader, Input)
            if is_command and await self._check_bindings(event.key):
                return
        await super().on_event(event)

    def on_mount(self) -> None:
        self.theme = DEFAULT_THEME
        for resource in ("nodes", "pods", "services", "events"):
            self.feed.informer(resource)
        self.feed.informer("endpointslices.discovery.k8s.io")
        self.run_command("pods")
        self.set_interval(1 / FPS, self.show_newest)
        self.set_timer(FREEZE_AFTER_S, _freeze)

    def show_newest(self) -> None:
        """Bring what is on screen up to date; called ten times a second."""
        screen = self.screen
        if not isinstance(screen, DashboardScreen) or not screen.is_loaded:
            return
        try:
            self._show(screen)
        except NoMatches:
            return  # it comes or goes just now, and parts of it are missing: the next tick shows it

    def _show(self, screen: DashboardScreen) -> None:
        self.tick_time()
        screen.pump(self.feed.now_ms())
        count = len(self.problems.look())
        wrong = f"! {count} problem{'s' * (count > 1)}" if count else ""
        heard_ms = self.feed.now_ms() if self.feed.is_connected else self.feed.heard_at_ms
        screen.query_one(StatusBar).show(
            self.cluster, self.mode(), heard_ms, screen.title_line(), wrong
        )

    # --- going places -------------------------------------------------------------------------

    def run_command(self, text: str) -> str:
        """Carry out what was typed after `:`; what is wrong with it, "" if nothing."""
        word, _, rest = text.strip().partition(" ")
        if not word:
            return ""
        if word in ("q", "quit", "exit"):
            self.exit()
            return ""
        if word in ("help", "chaos"):
            self.call_later(self.action_help if word == "help" else self.action_chaos)
            return ""
        if word in ("ns", "namespace") and rest:
            self.feed.set_namespace("" if rest in ("all", "*") else rest.strip())
            return ""
        if word == "theme":
            return self._set_theme(rest.strip())
        if word in SCREENS:
            self._go(word, SCREENS[word](self.feed, self.status))
            return ""
        kind = self.feed.kind(word)
        if kind is None:
            return f"no kind or screen {word!r}"
        screen = ResourcesScreen(self.feed, kind)
        if rest and not rest.startswith("/"):
            return f":{word} takes only a filter: :{word} /{rest}"
        problem = screen.set_filter(rest[1:]) if rest else ""
        if not problem:
            self._go(word, screen)
        return problem

    def open_object(self, resource: str, namespace: str, name: str) -> None:
        """The table of a resource with the cursor on one of its objects."""
        kind = self.feed.kind(resource)
        if kind is None or self.run_command(kind.resource):
            return
        screen, found = self._opened, self.feed.get(kind.resource, namespace, name)
        if isinstance(screen, ResourcesScreen) and found is not None:
            screen.point_at(str(found["metadata"].get("uid") or name))

    def open_detail(self, ref: Ref, tab: str = "describe") -> None:
        """Everything about one object."""
        self.push_screen(DetailScreen(self.feed, ref, tab))

    def open_change(self, change: LogChange) -> None:
        """What one change of the log changed."""
        self.push_screen(ChangeScreen(self.feed, change))

    def _go(self, name: str, screen: DashboardScreen) -> None:
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        self._opened = screen
        if not self._trail or self._trail[-1] != name:
            self._trail = [*self._trail[-1:], name]

    def _set_theme(self, name: str) -> str:
        names = [theme.name for theme in THEMES]
        if name not in names:
            return f"themes: {', '.join(names)}"
        self.theme = name
        return ""

    def action_go(self, name: str) -> None:
        self.run_command(name)

    def action_last(self) -> None:
        if len(self._trail) > 1:
            self.run_command(self._trail[-2])

    def action_leave(self) -> None:
        """Leave a detail; on a main screen there is nothing to go back to, :q quits."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.notify("this is the first view; :q or Ctrl+Q quits", timeout=3)

    # --- doing things -------------------------------------------------------------------------

    def action_command(self) -> None:
        if isinstance(self.screen, DashboardScreen):
            words = [*SCREENS, *COMMANDS]
            for kind in self.feed.kinds.all():
                words += [kind.plural, kind.singular, *kind.short_names]
            self.screen.query_one(Prompt).open(":", "", words)

    def on_prompt_done(self, event: Prompt.Done) -> None:
        if not isinstance(self.screen, DashboardScreen):
            return
        prompt = self.screen.query_one(Prompt)
        if event.sign in (":", GO_TO, TO_BOOKMARK) and event.text:
            run = self.run_command if event.sign == ":" else self.go_to
            problem = run(event.text)
            if problem:
                prompt.say(problem)
                return
        prompt.close()

    def action_help(self) -> None:
        found = [active.binding for active in self.screen.active_bindings.values()]
        self.push_screen(HelpScreen(found))

    def action_chaos(self) -> None:
        if isinstance(self.screen, DashboardScreen) and not self.refuse_in_past():
            self.push_screen(ChaosMenu(self.feed, self._target()))

    def _target(self) -> str:
        """The node under the cursor, or of the pod under it, as a fault names it."""
        if not isinstance(self.screen, ResourcesScreen):
            return ""
        obj = self.screen.selected() or {}
        if self.screen.kind.plural == "nodes" and obj:
            return f"node/{obj['metadata']['name']}"
        node = (obj.get("spec") or {}).get("nodeName", "")
        return f"node/{node}" if node else ""

    def action_save(self) -> None:
        try:
            self.notify(f"saved {self.save_screenshot()}", markup=False)
        except OSError as problem:
            self.notify(f"cannot save here: {problem}", severity="error", markup=False)


def _freeze() -> None:
    gc.collect()
    gc.freeze()
