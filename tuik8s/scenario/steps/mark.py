"""mark: TEXT - an Event in the log that says so, for those who read it later."""

from __future__ import annotations

from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run
from tuik8s.scenario.writes import create_object

REASON = "Mark"


class Mark:
    """Creates an Event about the default namespace."""

    def __init__(self, value: Value) -> None:
        self._text = value.text("a text")
        self.title = f"mark {self._text}"

    def run(self, run: Run) -> None:
        at = format_time(run.now_ms)
        event: Object = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"mark.{run.state.revision}", "namespace": "default"},
            "involvedObject": {"apiVersion": "v1", "kind": "Namespace", "name": "default"},
            "reason": REASON,
            "message": self._text,
            "type": "Normal",
            "source": {"component": "tuik8s-run"},
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
        }
        create_object(run, "events", event)


def parse(value: Value) -> Mark:
    return Mark(value)
