"""Where a dashboard looks, as one line to be sent to somebody or kept: `:location`, `:go`. Pure.

tuik8s://demo#48190/pods?n=shop&f=status:Pending&sort=AGE&desc=1&uid=...
         |    |     |    the namespace, filter, order and cursor
         |    |     the command that leads to the view
         |    the revision that is shown; without one it is now
         the cluster
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

SCHEME = "tuik8s://"
FORM = f"{SCHEME}CLUSTER#REVISION/VIEW?n=NAMESPACE&f=FILTER&sort=COLUMN"
_WHOLE = re.compile(r"tuik8s://([^#/?]+)(?:#([1-9][0-9]{0,17}))?/([^?#]+)(?:\?(.*))?", re.ASCII)
_FIELDS = {"n": "namespace", "f": "filter", "sort": "sort", "desc": "descending", "uid": "uid"}


class BadLocation(Exception):
    """The text is no location; it says what would be one."""


class Location(NamedTuple):
    """revision: 0 is now; namespace: "" is all; descending: "1" or ""; uid: of the object under
    the cursor."""

    cluster: str
    view: str
    revision: int = 0
    namespace: str = ""
    filter: str = ""
    sort: str = ""
    descending: str = ""
    uid: str = ""

    def __str__(self) -> str:
        moment = f"#{self.revision}" if self.revision else ""
        given = {short: getattr(self, name) for short, name in _FIELDS.items()}
        query = urlencode({short: value for short, value in given.items() if value})
        path = f"{quote(self.cluster, safe='')}{moment}/{quote(self.view, safe='')}"
        return f"{SCHEME}{path}{'?' * bool(query)}{query}"


def parse_location(text: str) -> Location:
    """Raises BadLocation."""
    found = _WHOLE.fullmatch(text.strip())
    if found is None:
        raise BadLocation(f"{text.strip()!r} is no location: {FORM}")
    cluster, revision, view, query = found.groups()
    given = dict(parse_qsl(query or ""))
    unknown = [name for name in given if name not in _FIELDS]
    if unknown:
        raise BadLocation(f"a location has no {unknown[0]!r}, only {', '.join(_FIELDS)}")
    return Location(
        unquote(cluster),
        unquote(view),
        int(revision or 0),
        **{_FIELDS[name]: value for name, value in given.items()},
    )
