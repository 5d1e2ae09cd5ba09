"""The dashboard as lines of text: for screen readers, pipes and terminals that place nothing.

    pods, po default, deploy /web    the rows of a kind, one a line, "HEADING value; ..."
    describe NAME   yaml NAME        one object of the kind listed last
    problems                         what is wrong
    overview, routes, timeline ...   a screen, as its text
    diff b1 now, vs -10m, bookmarks  what differs, the kind listed last beside itself, moments
    why NAME   trace NAME   logs ... a screen about one object of the kind listed last
    @-10m, @#4711, \\               another moment; now again
    help   quit

Each answer is complete in itself: nothing is drawn over, nothing is said by colour or place. The
screens are those of the dashboard, which runs without a terminal for it (`ui_plain`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.ui import filter as filters
from tuik8s.ui.commands.registry import BY_NAME
from tuik8s.ui.describe import describe, yaml_of
from tuik8s.ui.feed import Feed
from tuik8s.ui.refs import ref_of
from tuik8s.ui.screens.bookmarks import line_of
from tuik8s.ui.screens.registry import SCREENS
from tuik8s.ui.settings import nearest
from tuik8s.ui.watch import Watch

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

COMPARING = {name: each for name, each in BY_NAME.items() if each.opens_screen}
"""Commands that lead to a screen of their own."""

OF_ONE = ("why", "decision", "trace", "xray", "routes", "logs", "ownership", "changes")
"""Screens, and tabs, about one object."""

HELP = f"""\
KIND [NAMESPACE|all] [/FILTER]   list objects, by any name of the kind: pods, deploy, po default
describe NAME, yaml NAME         one object of the kind listed last
{", ".join(OF_ONE)} NAME
                                 more about it
{", ".join(SCREENS)}
                                 the screens of the dashboard, as their text
{chr(10).join(f"{each.shown[1:]:<33}{each.help}" for each in COMPARING.values())}
bookmarks                        moments by name
problems                         what is wrong in the cluster
@-10m, @12:04:10, @#4711, @NAME  go to another moment; \\ alone goes back to now
help                             this, and how filters are written
quit                             end; the cluster goes on"""

WORDS = ("describe", "yaml", *OF_ONE, *SCREENS, *COMPARING, "bookmarks", "problems", "help", "quit")


class PlainReader:
    """Answers lines with lines; all that it knows comes from the feed of a dashboard that nobody
    sees."""

    def __init__(self, dashboard: Dashboard) -> None:
        self.dashboard = dashboard
        self.feed: Feed = dashboard.feed
        self.kind: Kind | None = None
        """The kind listed last."""
        self._watch = Watch(self.feed)
        self._answers: dict[str, Callable[[str], list[str] | None]] = {
            "describe": lambda name: self._one(name, self._described),
            "yaml": lambda name: self._one(name, lambda obj: yaml_of(obj).splitlines()),
            "problems": lambda _: self._problems(),
            "bookmarks": lambda _: self._bookmarks(),
            "help": lambda _: [*HELP.splitlines(), "", *filters.GRAMMAR.splitlines()],
        }

    def needs(self, line: str) -> list[str]:
        """The resources that must have been heard of before a line can be answered."""
        word = line.split()[0] if line.split() else ""
        kind = self.feed.kind(word) if word not in WORDS else None
        if kind is None:
            return []
        return [kind.storage or kind.resource, "namespaces"]

    def answer(self, line: str) -> list[str] | None:
        """The lines that answer one; None: they are those of the screen, as soon as it has all."""
        word, _, rest = line.strip().partition(" ")
        if not word:
            return []
        if word in self._answers:
            return self._answers[word](rest.strip())
        if word in OF_ONE and rest:
            return self._one(rest.strip(), lambda obj: self._look_at(word, obj))
        if word in SCREENS:
            return self._opened(self.dashboard.go(word))
        if word in COMPARING:
            if self.kind is not None:
                self.dashboard.go(self.kind.resource)  # a table beside itself is that of the kind
            return self._opened(self.dashboard.go(line))
        if word[0] == "@":
            return self._opened(self.dashboard.go_to(line))
        if word == "\\":
            self.dashboard.action_live()
            return None
        kind = self.feed.kind(word)
        if kind is None:
            names = [*WORDS, *(kind.plural for kind in self.feed.kinds.all())]
            return [f"no kind or command {word!r}{nearest(word, names)}; help lists them"]
        self.kind = kind
        return self._list(kind, rest)

    def _list(self, kind: Kind, rest: str) -> list[str]:
        namespace, slash, text = (part.strip() for part in rest.partition("/"))
        known = {obj["metadata"]["name"] for obj in self.feed.items("namespaces")}
        if namespace and not kind.namespaced:
            return [f"{kind.plural} are in no namespace; a filter begins with /"]
        if namespace not in known | {"", "all"}:
            return [f"no namespace {namespace!r}; there are {', '.join(sorted(known))}"]
        if namespace:
            self.feed.set_namespace("" if namespace == "all" else namespace)
        table = self.feed.table(kind)
        try:
            table.store.set_filter(filters.parse(text, table.hidden) if slash else None)
        except filters.BadFilter as bad:
            return [filters.explain(text, bad)]
        self.feed.flush(kind)
        table.age(table.store.order, self.feed.now_ms())
        total, shown = table.store.counts
        lines = [f"{shown} of {total} {kind.plural}" if slash else f"{total} {kind.plural}"]
        names = [column.name for column in table.store.columns]
        for uid in table.store.order:
            cells = table.store.get(uid).cells
            said = [
                f"{name} {cell.text}" for name, cell in zip(names, cells, strict=True) if cell.text
            ]
            lines.append("; ".join(said))
        return lines

    def _look_at(self, word: str, obj: Object) -> list[str] | None:
        """Open a screen about one object."""
        assert self.kind is not None
        dashboard, ref = self.dashboard, ref_of(self.kind, obj)
        opens = {"trace": dashboard.open_trace, "xray": dashboard.open_xray,
                 "routes": dashboard.open_routes}  # fmt: skip
        if word in opens:
            return self._opened(opens[word](ref))
        if word == "why":
            dashboard.open_why(ref)
        elif word == "decision":
            dashboard.open_decision(ref)
        else:
            dashboard.open_detail(ref, word)
        return None

    def _opened(self, problem: str) -> list[str] | None:
        return [problem] if problem else None

    def _one(self, name: str, said: Callable[[Object], list[str] | None]) -> list[str] | None:
        if self.kind is None:
            return ["list a kind first: pods"]
        found = [o for o in self.feed.table(self.kind).objects() if o["metadata"]["name"] == name]
        if len(found) != 1:
            names = [str(o["metadata"]["name"]) for o in self.feed.table(self.kind).objects()]
            how = "no" if not found else str(len(found))
            return [f"{how} {self.kind.plural} named {name!r}{nearest(name, names)}"]
        return said(found[0])

    def _described(self, obj: Object) -> list[str]:
        return describe(obj, self.feed.events_about(obj), self.feed.now_ms()).splitlines()

    def _bookmarks(self) -> list[str]:
        found = [" ".join(line_of(each).split()) for each in self.dashboard.bookmarks.all()]
        return found or ["no bookmarks yet; m in the dashboard sets one"]

    def _problems(self) -> list[str]:
        found = self._watch.look()
        return [problem.text for problem in found] or ["nothing is wrong"]
