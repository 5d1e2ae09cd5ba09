"""The verdict on a run: plain records, as --json prints them. Times count from its start."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec

from tuik8s.scenario.parameters import setting_of


class StepResult(msgspec.Struct, kw_only=True):
    """One step as it went. line 0: it stands in no file, but at the end of every run."""

    title: str
    file: str
    line: int
    phase: str
    """steps or liveness."""
    verdict: str
    at_ms: int
    took_ms: int
    reason: str = ""


class Failure(msgspec.Struct, kw_only=True):
    """Where a run went wrong. objects: keys, or prefixes of keys, that the reason is about."""

    reason: str
    revision: int
    at_ms: int
    file: str
    line: int
    step: str
    objects: list[str] = []


class Outcome(msgspec.Struct, kw_only=True):
    """How a run ended.

    verdict: passed, failed, or error for a defect of ours, with a traceback. digest: of the log.
    revision: where it ended or failed. begin_ms: the cluster's clock at the start.
    """

    name: str
    file: str
    verdict: str
    seed: int
    parameters: dict[str, Any] = {}
    digest: str
    revision: int
    begin_ms: int
    simulated_ms: int
    reason: str = ""
    failure: Failure | None = None
    traceback: str = ""
    steps: list[StepResult] = []

    @property
    def repeat_command(self) -> str:
        """What one types to see the same again."""
        words = ["tuik8s", "run", self.file, "--seed", str(self.seed)]
        for name, value in self.parameters.items():
            words += ["--set", setting_of(name, value)]
        return shlex.join(words)
