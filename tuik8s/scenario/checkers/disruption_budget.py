"""No disruption budget is broken by us: every eviction spends a disruption that its budget allowed.

The budget's status allows as many as it counts healthy pods above what it wants, and the eviction
of a healthy pod takes one away before the pod is told to go. Pods that a fault takes are not ours.

Source: k8s.io/kubernetes pkg/registry/core/pod/storage/eviction.go, pkg/controller/disruption.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.selectors import selector_of
from tuik8s.api.types import Object
from tuik8s.bus.client import object_of
from tuik8s.components.store.types import Change
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.conditions import condition_of
from tuik8s.scenario.state import State

BUDGETS = "poddisruptionbudgets.policy/"
EVICTED = "EvictionByEvictionAPI"


class DisruptionBudget(Checker):
    """Keeps the budgets as the log has them."""

    name = "disruption-budget"

    def __init__(self) -> None:
        self._budgets: dict[str, Object] = {}

    def observe(self, changes: Sequence[Change], state: State) -> None:
        for change in changes:
            if change.key.startswith(BUDGETS):
                self._take_budget(change, state)
            elif self._budgets and change.key.startswith("pods/") and change.previous is not None:
                self._look_at_pod(change, state)

    def _take_budget(self, change: Change, state: State) -> None:
        if change.type == "DELETED":
            self._budgets.pop(change.key, None)
            return
        budget = self._budgets[change.key] = state.decoded(change)
        status = budget.get("status") or {}
        allowed = status.get("disruptionsAllowed", 0)
        spare = max(0, status.get("currentHealthy", 0) - status.get("desiredHealthy", 0))
        if allowed > spare:
            name = budget["metadata"]["name"]
            raise Violation(f"budget {name} allows {allowed} with {spare} to spare", (change.key,))

    def _look_at_pod(self, change: Change, state: State) -> None:
        assert change.previous is not None, "asked of changes to what was there"
        pod, before = state.decoded(change), object_of(change.previous)
        if not _is_evicted(pod) or _is_evicted(before) or not _counts(before):
            return
        name = pod["metadata"]["name"]
        for key, budget in self._budgets.items():
            if key.split("/")[1] != change.key.split("/")[1] or not _covers(budget, before):
                continue
            if name not in ((budget.get("status") or {}).get("disruptedPods") or {}):
                raise Violation(
                    f"pod {name} was evicted without a disruption that budget "
                    f"{budget['metadata']['name']} allowed",
                    (change.key, key),
                )


def _covers(budget: Object, pod: Object) -> bool:
    selector = selector_of((budget.get("spec") or {}).get("selector"))
    return selector.matches(pod["metadata"].get("labels") or {})


def _counts(pod: Object) -> bool:
    """Whether it is healthy, and not on its way already."""
    return condition_of(pod, "Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def _is_evicted(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(c["type"] == "DisruptionTarget" and c.get("reason") == EVICTED for c in conditions)
