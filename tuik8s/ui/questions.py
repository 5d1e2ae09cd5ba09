"""Questions to the scheduler that are on their way, and what is done with each answer."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.types import Object, Reply
from tuik8s.api.what_if import ANSWER, ASK, WITHIN_MS, Question, Verdict, heard, telling
from tuik8s.bus.client import Client
from tuik8s.world.base import Timer

OnVerdict = Callable[[Verdict], None]

SILENCE = (
    f"no scheduler answered within {WITHIN_MS // 1000} s; is one running? :engine lists the "
    "processes"
)


class Questions:
    """One for a dashboard: it hears all answers, and knows which are its own."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: dict[str, tuple[OnVerdict, Timer]] = {}
        client.feeds.tap(ANSWER, self._on_answer)

    def ask(self, pod: Object, on_verdict: OnVerdict) -> None:
        """Where would this pod go? on_verdict is called once, within WITHIN_MS."""
        id_ = self._client.next_key()
        silence = Verdict(id_, refused=SILENCE)
        timer = self._client.world.call_after(WITHIN_MS, lambda: self._settle(silence))
        self._waiting[id_] = (on_verdict, timer)

        def told(reply: Reply) -> None:
            if not reply.ok and reply.code:
                why = f"the API server does not pass the question on (code {reply.code})"
                self._settle(Verdict(id_, refused=why))

        self._client.call(telling(ASK, Question(id_, pod)), told, idempotency=id_)

    def _on_answer(self, topic: str, body: bytes) -> None:
        verdict: Verdict | None = heard(body, Verdict)
        if verdict is not None:
            self._settle(verdict)

    def _settle(self, verdict: Verdict) -> None:
        """Hand over an answer; somebody else's and late ones are dropped."""
        found = self._waiting.pop(verdict.id, None)
        if found is not None:
            on_verdict, timer = found
            timer.cancel()
            on_verdict(verdict)
