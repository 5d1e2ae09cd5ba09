"""What the kubelets say their pods use, asked when somebody wants to know and kept for a while.

A summary is of a whole window of time, and there is nothing new to hear before the next one is
over. A kubelet that does not answer is not asked again before that, either.

Source: kubernetes-sigs/metrics-server pkg/scraper (0.8) asks every 15 s, whether or not anybody
wants to know.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Final

import msgspec

from tuik8s.components.apiserver.effects import Effect, Fetched, KubeletCall, Together

RESOLUTION_MS: Final = 10_000
"""Kubelets measure in windows of this length, which begin at whole multiples of it."""
_TIMEOUT_MS: Final = 2_000
_AT_ONCE: Final = 64


class Cpu(msgspec.Struct, rename="camel"):
    time: str
    usage_nano_cores: int


class Memory(msgspec.Struct, rename="camel"):
    working_set_bytes: int


class Stats(msgspec.Struct, rename="camel"):
    """The usage of a container, by its name."""

    name: str
    cpu: Cpu
    memory: Memory


class PodReference(msgspec.Struct, rename="camel"):
    uid: str


class PodStats(msgspec.Struct, rename="camel"):
    pod_ref: PodReference
    containers: list[Stats]


class NodeStats(msgspec.Struct, rename="camel"):
    cpu: Cpu
    memory: Memory


class Summary(msgspec.Struct, rename="camel"):
    """What one kubelet said; see the kubelet's `summary.py`."""

    node: NodeStats
    pods: list[PodStats]


_decode: Final = msgspec.json.Decoder(Summary).decode


class Summaries:
    """The summaries of this window, by node; those of an earlier one are forgotten."""

    def __init__(self) -> None:
        self._window = 0
        self._known: dict[str, Summary | None] = {}

    @property
    def count(self) -> int:
        return len(self._known)

    def of(self, nodes: Sequence[str], now_ms: int) -> Generator[Effect, Any, dict[str, Summary]]:
        """Summaries by node, without those of nodes whose kubelets do not answer."""
        window = now_ms // RESOLUTION_MS
        if window != self._window:
            self._window, self._known = window, {}
        known = self._known  # of this window, also when the answers come in the next one
        unknown = [node for node in nodes if node not in known]
        for start in range(0, len(unknown), _AT_ONCE):
            asked = unknown[start : start + _AT_ONCE]
            calls = [
                KubeletCall(node, "GET", "/stats/summary", timeout_ms=_TIMEOUT_MS) for node in asked
            ]
            answers = yield Together(tuple(calls))
            for node, answer in zip(asked, answers, strict=True):
                known[node] = _read(answer)
        found = ((node, known[node]) for node in nodes)
        return {node: summary for node, summary in found if summary is not None}


def _read(answer: Fetched) -> Summary | None:
    if answer.status != 200:
        return None
    try:
        return _decode(answer.body)
    except msgspec.MsgspecError:
        return None
