"""Which words may come next on a command line: from the commands' own argparse definitions.

    ["get", "pods", "-n", "sh"] -> ["shop"]

Nothing is kept up by hand: commands, options and choices are those of the parsers, and what only a
cluster knows its completers ask for (see `completers.py`).
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Iterable, Sequence

from tuik8s.cli.api import ApiClient
from tuik8s.cli.completers import Asked, completer_of
from tuik8s.cli.registry import COMMANDS
from tuik8s.components.supervisor.directory import Refusal, directory_of

Connect = Callable[[dict[str, list[str]]], ApiClient | None]


def candidates(words: Sequence[str], connect: Connect | None = None) -> list[str]:
    """What the last of the words may become; none when nothing is known, or it is a file."""
    connect = connect or connect_running
    *given, word = words or [""]
    if not given:
        return _beginning(word, [*COMMANDS, "--help", "--version"])
    command = COMMANDS.get(given[0])
    if command is None:
        return []
    parser = argparse.ArgumentParser(prog=given[0])
    importlib.import_module(command.module).add_arguments(parser)
    line = _Line(parser)
    for each in given[1:]:
        line.take(each)
    return line.complete(word, connect)


def connect_running(args: dict[str, list[str]]) -> ApiClient | None:
    """A client of the cluster that the arguments mean, None when it does not run."""
    name, data = args.get("name", ["default"])[-1], args.get("data", [""])[-1]
    try:
        running = directory_of(name, data).read_running()
        return None if running is None else ApiClient(running)
    except Refusal:
        return None


class _Line:
    """A command line as far as it is typed: values by argument, and what the next word is for."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.args: dict[str, list[str]] = {}
        self._enter(parser)

    def _enter(self, parser: argparse.ArgumentParser) -> None:
        actions = parser._actions  # the parser has no public list of what it takes
        self._options = {text: a for a in actions for text in a.option_strings}
        self._positionals = [action for action in actions if not action.option_strings]
        self._waiting: argparse.Action | None = None

    def take(self, word: str) -> None:
        """One more whole word."""
        if self._waiting is not None:
            if word != "=":  # how bash splits --option=value
                self._note(self._waiting, word)
                self._waiting = None
            return
        option, equals, value = word.partition("=")
        action = self._options.get(option)
        if action is not None:
            if equals:
                self._note(action, value)
            elif action.nargs != 0:
                self._waiting = action
            return
        positional = self._next_positional()
        if positional is None:
            return
        if isinstance(positional, argparse._SubParsersAction):
            if word in positional.choices:
                self._enter(positional.choices[word])
            return
        self._note(positional, word)

    def complete(self, word: str, connect: Connect) -> list[str]:
        option, equals, value = word.partition("=")
        if self._waiting is not None:
            return self._values(self._waiting, "" if word == "=" else word, connect)
        if equals and option in self._options:
            found = self._values(self._options[option], value, connect)
            return [f"{option}={each}" for each in found]
        if word.startswith("-"):
            return _beginning(word, [text for text in self._options if text.startswith("--")])
        positional = self._next_positional()
        return [] if positional is None else self._values(positional, word, connect)

    def _values(self, action: argparse.Action, word: str, connect: Connect) -> list[str]:
        completer = completer_of(action)
        if completer is None:
            return []
        api = None if action.choices is not None else connect(self.args)
        try:
            before = self.args.get(action.dest, [])
            return _beginning(word, completer(Asked(word, before, self.args, api)))
        except Refusal:
            return []
        finally:
            if api is not None:
                api.close()

    def _next_positional(self) -> argparse.Action | None:
        """The first that is not full."""
        for action in self._positionals:
            if action.nargs in ("+", "*") or action.dest not in self.args:
                return action
        return None

    def _note(self, action: argparse.Action, value: str) -> None:
        self.args.setdefault(action.dest, []).append(value)


def _beginning(word: str, found: Iterable[str]) -> list[str]:
    return sorted({each for each in found if each.startswith(word)})
