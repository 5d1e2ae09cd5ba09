"""refused: {STEP: ..., because: TEXT} - a step that the API must refuse, with this in its reason.

refused: {apply: third-pod.yaml, because: exceeded quota}
refused: {drain: {node: node-2, within: 30s}, because: disruption budget}
"""

from __future__ import annotations

from tuik8s.scenario.place import Value, nearest
from tuik8s.scenario.run import Failed, Refusal, Run
from tuik8s.scenario.steps.base import Parse, Step


class Refused:
    """Runs another step and wants it to fail."""

    def __init__(self, step: Step, because: str) -> None:
        self._step = step
        self._because = because
        self.title = f"refused {step.title}"

    def run(self, run: Run) -> None:
        try:
            self._step.run(run)
        except Refusal as refusal:
            if self._because in str(refusal):
                return
            told = f"{self.title}: because of something else than {self._because!r}: {refusal}"
            raise Failed(told, refusal.keys) from refusal
        raise Failed(f"{self.title}: it was not refused", run.asked())


def parse_refused(value: Value, steps: dict[str, Parse]) -> Refused:
    """steps: those that may be refused, by their word."""
    fields = value.fields("refused")
    words = [word for word in fields if word != "because"]
    if len(words) != 1 or "because" not in fields:
        raise value.bad("expected refused: {STEP: ..., because: TEXT}")
    word = words[0]
    if word not in steps:
        known = ", ".join(steps)
        raise value.bad(f"nobody refuses {word!r}; {nearest(word, steps)}known: {known}")
    return Refused(steps[word](fields[word]), fields["because"].text("a part of the reason"))
