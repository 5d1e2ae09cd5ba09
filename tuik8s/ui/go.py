"""What may be typed after `:`: a screen, a kind with its namespace and filter, or a command.

    :pods                the table of a kind, by any of its names
    :po shop /web @demo  of one namespace, filtered, in another cluster
    :routes  :theme dark a screen, a command with what it wants

Source: the grammar of k9s's prompt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuik8s.api.kinds.base import Kind
from tuik8s.ui.commands.registry import BY_NAME
from tuik8s.ui.screens.listing import Listing
from tuik8s.ui.screens.registry import SCREENS
from tuik8s.ui.screens.resources import ResourcesScreen
from tuik8s.ui.settings import nearest

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

ALL = ("all", "*")


def carry_out(dashboard: Dashboard, text: str) -> str:
    """Do what a command says; what is wrong with it, "" if nothing."""
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if not word:
        return ""
    if word in BY_NAME:
        return BY_NAME[word].run(dashboard, rest)
    if word in SCREENS:
        dashboard.open_screen(word, SCREENS[word](dashboard.feed, dashboard.status))
        return ""
    kind = dashboard.feed.kind(word)
    if kind is None:
        return f"no kind or screen {word!r}{nearest(word, _words(dashboard))}"
    return _open_kind(dashboard, word, kind, rest)


def _open_kind(dashboard: Dashboard, word: str, kind: Kind, rest: str) -> str:
    where, slash, wanted = rest.partition("/")
    namespace = ""
    for each in where.split():
        if each.startswith("@"):
            return dashboard.switch_cluster(each[1:])
        if namespace or not kind.namespaced:
            return f":{word} takes only a filter: :{word} /{rest}"
        namespace = each
    if namespace:
        problem = dashboard.set_namespace("" if namespace in ALL else namespace)
        if problem:
            return f"a filter is :{word} /{namespace}; {problem}"
    screen = ResourcesScreen(dashboard.feed, kind)
    problem = _restore(dashboard, screen, wanted if slash else None)
    if not problem:
        dashboard.open_screen(word, screen)
    return problem


def _restore(dashboard: Dashboard, screen: Listing, wanted: str | None) -> str:
    """Show a table as it was shown last time, with another filter where one is asked for."""
    view = dashboard.memory.views.pop(screen.kind.storage or screen.kind.resource, None)
    if view is not None:
        screen.set_view(view)
    return screen.set_filter(wanted) if wanted is not None else ""


def completions(dashboard: Dashboard) -> Callable[[str], list[str]]:
    """A function from what is typed to what it may become, best first."""
    words = _words(dashboard)

    def complete(text: str) -> list[str]:
        name, blank, rest = text.partition(" ")
        if not blank:
            return [word for word in words if word.startswith(name.lower()) and name]
        command = BY_NAME.get(name)
        if command is not None:
            options = list(command.complete(dashboard))
        else:
            kind = dashboard.feed.kind(name)
            names = (obj["metadata"]["name"] for obj in dashboard.feed.items("namespaces"))
            options = ["all", *sorted(names)] if kind is not None and kind.namespaced else []
        before, _, last = rest.rpartition(" ")
        start = f"{name} {before} " if before else f"{name} "
        return [start + option for option in options if option.lower().startswith(last.lower())]

    return complete


def _words(dashboard: Dashboard) -> list[str]:
    words = [*SCREENS, *BY_NAME]
    for kind in dashboard.feed.kinds.all():
        if "list" in kind.verbs:
            words += [kind.plural, kind.singular, *kind.short_names]
    return list(dict.fromkeys(words))
