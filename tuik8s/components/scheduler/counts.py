"""How many pods match a condition on each node, kept by increments.

Two tables, each an array over the nodes per entry:

- `matching`: for a condition that scheduled pods had to meet (a spread constraint, an affinity
  term of an incoming pod): pods per node that meet it. Made on first use by counting every pod
  once; from then on a pod that comes or goes changes one number.
- `holders`: for each affinity term that pods on nodes carry: pods per node that carry it. An
  incoming pod is compared with each distinct term, not with each pod.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import AffinityTerm

Ints = npt.NDArray[np.int64]
Match = Callable[[PodInfo], bool]

ANTI: Final = "anti"
NEAR: Final = "near"
PREFERRED: Final = "preferred"
_CONDITIONS_MAX: Final = 256


class _Condition:
    __slots__ = ("matches", "pods")

    def __init__(self, matches: Match, pods: Ints) -> None:
        self.matches = matches
        self.pods = pods


class Holder:
    """A term carried by `count` pods; `pods` says how many on which node."""

    __slots__ = ("count", "kind", "pods", "term", "weight")

    def __init__(self, kind: str, weight: int, term: AffinityTerm, nodes: int) -> None:
        self.kind = kind
        self.weight = weight
        self.term = term
        self.count = 0
        self.pods: Ints = np.zeros(nodes, np.int64)


class PodCounts:
    def __init__(self) -> None:
        self._nodes = 0
        self._conditions: dict[str, _Condition] = {}
        self._holders: dict[str, dict[tuple[int, str], Holder]] = {
            ANTI: {},
            NEAR: {},
            PREFERRED: {},
        }

    def matching(
        self, key: str, matches: Match, placed: Callable[[], Iterable[tuple[int, PodInfo]]]
    ) -> Ints:
        """Pods per node that match; key is the condition's identity, placed lists all pods."""
        found = self._conditions.get(key)
        if found is None:
            if len(self._conditions) >= _CONDITIONS_MAX:
                del self._conditions[next(iter(self._conditions))]
            found = _Condition(matches, np.zeros(self._nodes, np.int64))
            for row, pod in placed():
                if matches(pod):
                    found.pods[row] += 1
            self._conditions[key] = found
        return found.pods

    def forget_conditions(self) -> None:
        """Count anew when asked: what the conditions mean has changed (namespace labels)."""
        self._conditions.clear()

    def holders(self, kind: str) -> Iterable[Holder]:
        return self._holders[kind].values()

    def move(self, pod: PodInfo, row: int, sign: int) -> None:
        """A pod came to a row (sign 1) or left it (-1)."""
        for condition in self._conditions.values():
            if condition.matches(pod):
                condition.pods[row] += sign
        for term in pod.anti_affinity:
            self._hold(ANTI, 0, term, row, sign)
        for term in pod.affinity:
            self._hold(NEAR, 0, term, row, sign)
        for weight, term in pod.preferred_affinity:
            self._hold(PREFERRED, weight, term, row, sign)

    def _hold(self, kind: str, weight: int, term: AffinityTerm, row: int, sign: int) -> None:
        table = self._holders[kind]
        identity = (weight, term.key)
        holder = table.get(identity)
        if holder is None:
            holder = table[identity] = Holder(kind, weight, term, self._nodes)
        holder.count += sign
        holder.pods[row] += sign
        if holder.count == 0:
            del table[identity]

    def gather(self, source: Ints) -> None:
        """Follow the rows to new places (-1: a new row, zero)."""
        self._nodes = len(source)
        kept = source >= 0

        def moved(old: Ints) -> Ints:
            new = np.zeros(len(source), np.int64)
            new[kept] = old[source[kept]]
            return new

        for condition in self._conditions.values():
            condition.pods = moved(condition.pods)
        for table in self._holders.values():
            for identity, holder in list(table.items()):
                holder.pods = moved(holder.pods)
                holder.count = int(holder.pods.sum())
                if holder.count == 0:
                    del table[identity]
