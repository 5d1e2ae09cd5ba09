"""The palette (Ctrl+P): screens, kinds, commands, clusters and objects, found by some letters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tuik8s.ui.commands.registry import COMMANDS
from tuik8s.ui.rowsource import escaped
from tuik8s.ui.screens.registry import SCREENS

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

OBJECTS_MAX = 50


class Place(NamedTuple):
    """Something to go to or do: what is shown, and the command that does it."""

    text: str
    help: str
    command: str


class Places(Provider):
    """What the prompt knows, and the objects that were looked at."""

    @property
    def dashboard(self) -> Dashboard:
        return cast("Dashboard", self.app)

    async def discover(self) -> Hits:
        for place in [*self._screens(), *self._commands()]:
            yield DiscoveryHit(place.text, partial(self._go, place), help=place.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        found = 0
        named = [*self._screens(), *self._kinds(), *self._commands(), *self._clusters()]
        for place in [*named, *self._objects()]:
            score = matcher.match(place.text)
            if score and found < OBJECTS_MAX:
                found += 1
                # What Textual highlights it takes for markup; names may have brackets in them.
                plain = escaped(place.text)
                shown = Content(plain) if "[" in plain else matcher.highlight(plain)
                yield Hit(score, shown, partial(self._go, place), text=plain, help=place.help)

    def _go(self, place: Place) -> None:
        if place.command.startswith("object "):
            self.dashboard.open_object(*place.command.split(" ", 3)[1:])
            return
        if place.command.endswith(" "):  # it wants to be told more
            self.dashboard.open_prompt(place.command)
            return
        problem = self.dashboard.run_command(place.command)
        if problem:
            self.dashboard.notify(problem, severity="warning", markup=False)

    def _screens(self) -> Iterator[Place]:
        for name in SCREENS:
            yield Place(name, "screen", name)

    def _kinds(self) -> Iterator[Place]:
        for kind in self.dashboard.feed.kinds.all():
            if "list" in kind.verbs:
                short = ", ".join(kind.short_names)
                yield Place(kind.plural, f"{kind.api_version} {short}".strip(), kind.resource)

    def _commands(self) -> Iterator[Place]:
        for command in COMMANDS:
            more = " " if command.usage else ""
            yield Place(command.shown, command.help, command.names[0] + more)

    def _clusters(self) -> Iterator[Place]:
        for name in self.dashboard.machine.clusters():
            yield Place(f"cluster {name}", "another cluster of this machine", f"ctx {name}")

    def _objects(self) -> Iterator[Place]:
        feed = self.dashboard.feed
        for resource in feed.in_use:
            kind = feed.kind(resource)
            for obj in feed.items(resource) if kind is not None and resource != "events" else ():
                meta = obj["metadata"]
                namespace = meta.get("namespace", "")
                where = f" in {namespace}" if namespace else ""
                singular = kind.singular if kind is not None else resource
                command = f"object {resource} {namespace} {meta['name']}"
                yield Place(f"{singular}/{meta['name']}", f"object{where}", command)
