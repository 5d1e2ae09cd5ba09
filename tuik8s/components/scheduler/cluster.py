"""Everything the scheduler knows of the cluster: nodes and pods as columns, the rest by key.

Fed with whole objects (`set` and `remove`), from informers or from manifests. Pods that are bound
or assumed stand in the columns; nominated pods are remembered beside them with their node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.scheduler.columns import Columns
from tuik8s.components.scheduler.framework import Ints
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import AffinityTerm, Selector

NAMESPACES: Final = "namespaces"
SERVICES: Final = "services"
CONTROLLERS: Final = "replicationcontrollers"
REPLICA_SETS: Final = "replicasets.apps"
STATEFUL_SETS: Final = "statefulsets.apps"
CLAIMS: Final = "persistentvolumeclaims"
VOLUMES: Final = "persistentvolumes"
CLASSES: Final = "storageclasses.storage.k8s.io"
CSI_NODES: Final = "csinodes.storage.k8s.io"
BUDGETS: Final = "poddisruptionbudgets.policy"

# Resources other than nodes and pods that decisions depend on, in the order they are listed.
OTHER_RESOURCES: Final = (
    NAMESPACES, SERVICES, CONTROLLERS, REPLICA_SETS, STATEFUL_SETS,
    CLAIMS, VOLUMES, CLASSES, CSI_NODES, BUDGETS,
)  # fmt: skip


class Cluster:
    def __init__(self) -> None:
        self.columns = Columns()
        self.placed: dict[str, tuple[PodInfo, str]] = {}
        self.nominated: dict[str, tuple[PodInfo, str]] = {}
        self._objects: dict[str, dict[tuple[str, str], Object]] = {r: {} for r in OTHER_RESOURCES}

    # --- objects other than pods and nodes

    def set(self, resource: str, obj: Object) -> None:
        meta = obj["metadata"]
        if resource == NAMESPACES:
            self.columns.counts.forget_conditions()
        self._objects[resource][(meta.get("namespace", ""), meta["name"])] = obj

    def remove(self, resource: str, namespace: str, name: str) -> None:
        self._objects[resource].pop((namespace, name), None)

    def get(self, resource: str, name: str, namespace: str = "") -> Object | None:
        return self._objects[resource].get((namespace, name))

    def items(self, resource: str, namespace: str | None = None) -> Iterator[Object]:
        """Objects of a resource, of one namespace or of all, in no order that may matter."""
        for (space, _), obj in self._objects[resource].items():
            if namespace is None or space == namespace:
                yield obj

    def namespace_labels(self, namespace: str) -> Mapping[str, str]:
        found = self.get(NAMESPACES, namespace)
        labels: Mapping[str, str] = {} if found is None else found["metadata"].get("labels") or {}
        return labels

    # --- pods

    def place(self, pod: PodInfo, node_name: str) -> None:
        """The pod stands on the node (bound, or assumed to be bound soon)."""
        self.forget(pod.key)
        self.placed[pod.key] = (pod, node_name)
        self.columns.add_pod(pod, node_name)

    def forget(self, key: str) -> None:
        found = self.placed.pop(key, None)
        if found is not None:
            self.columns.remove_pod(*found)

    def nominate(self, pod: PodInfo, node_name: str) -> None:
        self.nominated[pod.key] = (pod, node_name)

    def withdraw(self, key: str) -> None:
        self.nominated.pop(key, None)

    def nominated_before(self, pod: PodInfo) -> list[tuple[PodInfo, str]]:
        """Nominated pods whose room this pod has to respect: of at least its priority."""
        if not self.nominated:
            return []
        return [
            (other, node)
            for other, node in self.nominated.values()
            if other.priority >= pod.priority
            and other.key != pod.key
            and node in self.columns.entries
        ]

    # --- counting

    def matching_spread(self, namespace: str, selector: Selector) -> Ints:
        """Pods per node that a spread constraint counts: not those being deleted."""

        def matches(pod: PodInfo) -> bool:
            return (
                pod.namespace == namespace and not pod.terminating and selector.matches(pod.labels)
            )

        return self._matching(f"spread|{namespace}|{selector.key}", matches)

    def matching_terms(self, terms: tuple[AffinityTerm, ...]) -> Ints:
        """Pods per node that match all of these affinity terms."""

        def matches(pod: PodInfo) -> bool:
            labels = self.namespace_labels(pod.namespace)
            return all(term.matches(pod, labels) for term in terms)

        return self._matching("terms|" + "&".join(term.key for term in terms), matches)

    def _matching(self, key: str, matches: Callable[[PodInfo], bool]) -> Ints:
        return self.columns.counts.matching(key, matches, self._rows)

    def _rows(self) -> Iterable[tuple[int, PodInfo]]:
        entries = self.columns.entries
        for pod, node_name in self.placed.values():
            row = entries[node_name].row
            if row >= 0:
                yield row, pod
