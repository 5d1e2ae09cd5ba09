"""Answers where a pod would go, without placing it (see `api.what_if`).

The pod is taken out of the columns while it is tried, if it stands there: the answer is where it
would go if it came now. What the attempt would do beyond that (victims, a nomination) is told and
not done.
"""

from __future__ import annotations

from collections.abc import Mapping

from tuik8s.api.types import Object, Reply
from tuik8s.api.what_if import ANSWER, ASK, Question, Verdict, heard, telling
from tuik8s.bus.client import Client
from tuik8s.components.scheduler import explain
from tuik8s.components.scheduler.cluster import Cluster
from tuik8s.components.scheduler.cycle import try_pod
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile
from tuik8s.components.scheduler.verdict import gate
from tuik8s.world.base import World


class WhatIf:
    """Listens for questions from its creation on."""

    def __init__(
        self, world: World, client: Client, cluster: Cluster, profiles: Mapping[str, Profile]
    ) -> None:
        self._client = client
        self._cluster = cluster
        self._profiles = profiles
        self._ties = world.rng("scheduler/what-if")
        client.feeds.tap(ASK, self._on_question)

    def _on_question(self, topic: str, body: bytes) -> None:
        question: Question | None = heard(body, Question)
        if topic != ASK or question is None:
            return
        try:
            verdict = self._answer(question)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            # Whoever asks may send a pod that no API server would have let in.
            verdict = Verdict(question.id, refused=f"this is no valid pod: {problem!r}")
        self._client.call(telling(ANSWER, verdict), _ignore)

    def _answer(self, question: Question) -> Verdict:
        asked = PodInfo(_unplaced(question.pod))
        profile = self._profiles.get(asked.scheduler_name())
        if profile is None:
            known = ", ".join(sorted(self._profiles))
            name = asked.scheduler_name()
            refused = f"spec.schedulerName {name!r} is none of this scheduler's profiles: {known}"
            return Verdict(question.id, refused=refused)
        closed = gate(profile, asked)
        if closed is not None:
            return Verdict(question.id, refused=f"it is not tried: {closed.reason}")
        return Verdict(question.id, decision=self._decide(profile, asked))

    def _decide(self, profile: Profile, pod: PodInfo) -> Object:
        cluster = self._cluster
        placed = cluster.placed.get(pod.key)
        cluster.forget(pod.key)
        try:
            outcome = try_pod(profile, cluster, pod, self._ties)
            return explain.record(profile, cluster, pod, outcome)
        finally:
            if placed is not None:
                cluster.place(*placed)


def _unplaced(pod: Object) -> Object:
    spec = {key: value for key, value in pod["spec"].items() if key != "nodeName"}
    return {**pod, "spec": spec, "status": {}}


def _ignore(reply: Reply) -> None:
    """Who asked gives up by himself."""
