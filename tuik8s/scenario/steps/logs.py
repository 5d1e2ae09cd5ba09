"""logs: {of: pod/NAME, contains: TEXT, within: DURATION} - what a container wrote, or did not.

Also `matches` (a regular expression that some line has), `without` (a text that no line has),
`container`, and `previous: true` for the container before its last restart. Without `within` the
log is looked at once.
"""

from __future__ import annotations

import re

from tuik8s.api.types import Request
from tuik8s.scenario.names import parse_name
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Run, refusal_of

FIELDS = ("of", "container", "previous", "contains", "matches", "without", "within")
LOOK_EVERY_MS = 500
SHOWN_LINES = 3


class Logs:
    """Looks at the log of a container."""

    def __init__(self, value: Value) -> None:
        fields = value.fields("logs", FIELDS)
        if "of" not in fields:
            raise value.bad("logs needs of, such as pod/web-0")
        if not {"contains", "matches", "without"} & set(fields):
            raise value.bad("logs needs one of contains, matches, without")
        self._pod = parse_name(fields["of"])
        if self._pod.kind.lower() not in ("pod", "pods", "po"):
            raise fields["of"].bad(f"only pods have logs, got {fields['of'].raw!r}")
        self._query = {}
        if "container" in fields:
            self._query["container"] = fields["container"].text("a container")
        if "previous" in fields and fields["previous"].flag("previous"):
            self._query["previous"] = "true"
        self._contains = fields["contains"].text("a text") if "contains" in fields else ""
        self._without = fields["without"].text("a text") if "without" in fields else ""
        matches = fields.get("matches")
        self._matches = matches.checked(_regex, "a regular expression") if matches else None
        within = fields.get("within")
        self._within_ms = within.duration_ms("a time to wait at most") if within else 0
        self.title = f"logs of {self._pod}"

    def run(self, run: Run) -> None:
        end_ms = run.now_ms + self._within_ms
        while True:
            wrong = self._wrong(*self._read(run))
            if not wrong:
                return
            if run.now_ms >= end_ms:
                raise Failed(
                    f"{self.title}: {wrong}", (f"pods/{self._pod.namespace}/{self._pod.name}",)
                )
            run.advance(min(LOOK_EVERY_MS, end_ms - run.now_ms))

    def _read(self, run: Run) -> tuple[str, str]:
        """(the text, why there is none)."""
        reply = run.reply_to(lambda on_reply: run.cluster.client.call(self._request(), on_reply))
        if not reply.ok:
            return "", refusal_of(reply)
        data = reply.objects[0] if reply.objects else b""
        return data.decode(errors="replace"), ""

    def _request(self) -> Request:
        return Request(
            verb="get",
            resource="pods",
            subresource="log",
            namespace=self._pod.namespace,
            name=self._pod.name,
            query={name: [value] for name, value in self._query.items()},
        )

    def _wrong(self, text: str, refusal: str) -> str:
        if refusal:
            return refusal
        lines = text.splitlines()
        shown = " | ".join(lines[-SHOWN_LINES:]) or "nothing"
        if self._contains and self._contains not in text:
            return f"{self._contains!r} is not in it; its last lines: {shown}"
        if self._matches and not any(self._matches.search(line) for line in lines):
            return f"no line matches {self._matches.pattern!r}; its last lines: {shown}"
        if self._without and self._without in text:
            return f"{self._without!r} is in it"
        return ""


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as problem:
        raise ValueError(str(problem)) from problem


def parse(value: Value) -> Logs:
    return Logs(value)
