"""A pod is bound once: its node never changes.

Source: k8s.io/kubernetes pkg/registry/core/pod/storage (assignPod refuses a second binding).
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.components.store.types import Change
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.state import State


class PodBoundOnce(Checker):
    """Remembers where every pod was first seen bound."""

    name = "pod-bound-once"

    def __init__(self) -> None:
        self._bound: dict[str, str] = {}

    def observe(self, changes: Sequence[Change], state: State) -> None:
        for change in changes:
            if not change.key.startswith("pods/"):
                continue
            pod = state.decoded(change)
            node, uid = pod["spec"].get("nodeName", ""), pod["metadata"]["uid"]
            first = self._bound.setdefault(uid, node) or node
            if node != first:
                name = pod["metadata"]["name"]
                raise Violation(f"pod {name} moved from {first} to {node!r}", (change.key,))
            self._bound[uid] = first
