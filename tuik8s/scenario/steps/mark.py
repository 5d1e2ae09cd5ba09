"""mark: NAME - a bookmark at this moment, for those who look at the log later: ui --at NAME."""

from __future__ import annotations

from tuik8s.api.bookmarks import PATH, BadName, checked_name
from tuik8s.api.types import Request
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run


class Mark:
    """Gives the newest revision a name; a second mark of that name takes it along."""

    def __init__(self, value: Value) -> None:
        try:
            self._name = checked_name(value.text("a name"))
        except BadName as bad:
            raise value.bad(str(bad)) from None
        self.title = f"mark {self._name}"

    def run(self, run: Run) -> None:
        request = Request(verb="put", path=f"{PATH}/{self._name}")
        run.ask(lambda reply: run.cluster.client.call(request, reply))


def parse(value: Value) -> Mark:
    return Mark(value)
