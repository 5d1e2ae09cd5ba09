"""What was changed from the dashboard, and the moment just before it, to which an undo goes.

    delete pods a, b --answer: revision 290--> the log: our first change of a is 289 --> undo to 288

What the dashboard has heard may be a second behind, and others write meanwhile, also kinds that it
does not follow: so the moment is taken from the answer and the log, not from what was heard.
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.types import Reply
from tuik8s.bus.client import Client, refusal_of
from tuik8s.ui.logbook import Logbook, Page
from tuik8s.ui.past import Moment

OnText = Callable[[str], None]
"""Told what went wrong, "" when nothing did."""


class Deeds:
    """on_act is told what was done, and the moment just before it."""

    def __init__(self, client: Client) -> None:
        self.on_act: Callable[[str, Moment], None] = lambda what, before: None
        self._log = Logbook(client)
        self._last = (-1, 0)
        """(what was heard when they were asked for, the revision before the first of them): what
        is asked for at once, such as the deletion of all that is marked, is undone at once."""

    def taking(
        self, what: str, heard: Moment, on_text: OnText, key: str = ""
    ) -> Callable[[Reply], None]:
        """Takes the answer to a deed. heard: the newest moment known when it was asked for; key: of
        the object in the log, where a deed may be several changes of it."""

        def answered(reply: Reply) -> None:
            on_text(refusal_of(reply))
            if not reply.code:  # it may have been done
                self._did(what, heard, heard.revision)
            elif not reply.ok or 0 < reply.revision <= heard.revision:
                return  # nothing was changed
            elif not key:
                self._did(what, heard, reply.revision - 1)
            else:
                self._log.page(
                    lambda page: self._did(what, heard, _before(page, reply.revision)),
                    after=heard.revision, key=key, values=False,
                )  # fmt: skip

        return answered

    def _did(self, what: str, heard: Moment, before: int) -> None:
        asked, first = self._last
        revision = min(first, before) if asked == heard.revision else before
        self._last = (heard.revision, revision)
        self.on_act(what, heard._replace(revision=revision))


def _before(page: Page, last: int) -> int:
    """The revision before our first change. last: that of our last one; others may follow."""
    found = [each for each in page.changes if each.moment.revision <= last]
    ours = [each.moment.revision for each in found if each.author == found[-1].author]
    return (ours[0] if ours else last) - 1
