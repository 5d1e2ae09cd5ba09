"""A pod is bound once: its node never changes, and it is a node that exists when it is bound.

Source: k8s.io/kubernetes pkg/registry/core/pod/storage (assignPod refuses a second binding).
"""

from __future__ import annotations

from tuik8s.scenario.checkers.base import Violation
from tuik8s.scenario.state import State


class PodBoundOnce:
    """Remembers where every pod was first seen bound."""

    name = "pod-bound-once"

    def __init__(self) -> None:
        self._bound: dict[str, str] = {}

    def observe(self, state: State, now_ms: int) -> None:
        for pod in state.list_("pods"):
            node, uid = pod["spec"].get("nodeName", ""), pod["metadata"]["uid"]
            first = self._bound.setdefault(uid, node) or node
            if node != first:
                raise Violation(f"pod {pod['metadata']['name']} moved from {first} to {node!r}")
            self._bound[uid] = first

    def finish(self, state: State, now_ms: int) -> None:
        self.observe(state, now_ms)
