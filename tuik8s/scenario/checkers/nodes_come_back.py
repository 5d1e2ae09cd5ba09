"""Nodes come back: one that was Ready is Ready again once all faults are healed."""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.components.store.types import Change
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.conditions import condition_of
from tuik8s.scenario.state import State


class NodesComeBack(Checker):
    """Remembers the nodes that were Ready."""

    name = "nodes-come-back"

    def __init__(self) -> None:
        self._were_ready: dict[str, None] = {}

    def observe(self, changes: Sequence[Change], state: State) -> None:
        for change in changes:
            if change.key.startswith("nodes/"):
                if change.type == "DELETED":
                    self._were_ready.pop(change.key, None)
                elif condition_of(state.decoded(change), "Ready") == "True":
                    self._were_ready[change.key] = None

    def unfinished(self, state: State) -> str:
        nodes = {f"nodes//{node['metadata']['name']}": node for node in state.list_("nodes")}
        behind = [
            f"node {key.rpartition('/')[2]} is not Ready"
            for key in self._were_ready
            if key in nodes and condition_of(nodes[key], "Ready") != "True"
        ]
        return "; ".join(behind)

    def finish(self, state: State) -> None:
        told = self.unfinished(state)
        if told:
            raise Violation(told)
