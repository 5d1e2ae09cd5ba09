"""Replicas converge after healing: what owns pods has as many as it wants, or says why not.

Whether they run is another question: an image may be broken, a cluster may be full on purpose.
"""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.conditions import condition_of
from tuik8s.scenario.state import State

KINDS = ("replicasets", "replicationcontrollers", "statefulsets", "deployments")


class ReplicasConverge(Checker):
    """Counts replicas where they are reported, once the newest spec was seen."""

    name = "replicas-converge"

    def unfinished(self, state: State) -> str:
        behind = [
            told for kind in KINDS for obj in state.list_(kind) if (told := _behind(kind, obj))
        ]
        return "; ".join(behind)

    def finish(self, state: State) -> None:
        told = self.unfinished(state)
        if told:
            raise Violation(told)


def _behind(kind: str, obj: Object) -> str:
    """How far an object is from what it wants, "" when it is there or may not go on."""
    meta, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    name = f"{kind.split('.')[0][:-1]} {meta['namespace']}/{meta['name']}"
    if "deletionTimestamp" in meta or spec.get("paused"):
        return ""
    if status.get("observedGeneration", 0) < meta.get("generation", 0):
        return f"{name}: its controller has not seen its newest spec"
    if condition_of(obj, "ReplicaFailure") == "True" or kind in ("deployments", "statefulsets"):
        return ""
    wanted, there = spec.get("replicas", 1), status.get("replicas", 0)
    return "" if there == wanted else f"{name} has {there} replicas, and wants {wanted}"
