"""The nodes of the cluster as columns, and the pods that stand on them.

Rows are nodes in order of their names. A pod that comes or goes changes one row; a node that
changes is refilled; nodes that appear or disappear are merged in by the next `settle`, which
every attempt to schedule begins with. A node that is only known from its pods (its own object
has not arrived, or is gone) has an entry but no row.

    entry "a" --row 0-->  free[cpu]  free[memory] ... | pods | taints | cordoned
    entry "b" --row 1-->  free[cpu]  free[memory] ... | pods | taints | cordoned

Amounts are whole numbers (see `pods.py`); `free` is kept beside `allocatable` and `used`, because
a filter compares against it and nothing else.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from tuik8s.api.types import Object
from tuik8s.components.scheduler.counts import PodCounts
from tuik8s.components.scheduler.labels import LabelColumns
from tuik8s.components.scheduler.pods import Amounts, PodInfo, amounts
from tuik8s.components.scheduler.terms import Taint, taints_of

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_FIRST_RESOURCES: Final = ("cpu", "memory", "ephemeral-storage")


class NodeEntry:
    """One node: its object (None when only its pods are known), its row, its pods."""

    __slots__ = ("allocatable", "images", "labels", "name", "object", "pods", "row", "taints")

    def __init__(self, name: str) -> None:
        self.name = name
        self.object: Object | None = None
        self.row = -1
        self.allocatable: Amounts = {}
        self.labels: dict[str, str] = {}
        self.taints: tuple[Taint, ...] = ()
        self.images: dict[str, int] = {}
        self.pods: dict[str, PodInfo] = {}

    def read(self, node: Object) -> None:
        self.object = node
        status = node.get("status") or {}
        self.allocatable = amounts(status.get("allocatable"))
        self.labels = node["metadata"].get("labels") or {}
        self.taints = taints_of(node)
        self.images = {
            name: image.get("sizeBytes") or 0
            for image in status.get("images") or ()
            for name in image.get("names") or ()
        }

    def cordoned(self) -> bool:
        return bool(((self.object or {}).get("spec") or {}).get("unschedulable"))


class Columns:
    """All nodes; see the module's picture."""

    def __init__(self) -> None:
        self.entries: dict[str, NodeEntry] = {}
        self.names: list[str] = []
        self.resource_index: dict[str, int] = {name: i for i, name in enumerate(_FIRST_RESOURCES)}
        self.taint_sets: dict[tuple[Taint, ...], int] = {(): 0}
        self.labels = LabelColumns()
        self.counts = PodCounts()
        self.port_users: dict[tuple[str, int], dict[str, list[str]]] = {}
        self.images_version = 0
        self._image_columns: dict[str, tuple[Ints, int]] = {}
        self._moved = False
        self._stale: set[str] = set()
        self._size(0)

    def _size(self, count: int) -> None:
        resources = len(self.resource_index)
        self.allocatable: Ints = np.zeros((resources, count), np.int64)
        self.used: Ints = np.zeros((resources, count), np.int64)
        self.free: Ints = np.zeros((resources, count), np.int64)
        self.load: Ints = np.zeros((2, count), np.int64)
        self.pods: Ints = np.zeros(count, np.int64)
        self.pods_free: Ints = np.zeros(count, np.int64)
        self.taint_set: Ints = np.zeros(count, np.int64)
        self.cordoned: Mask = np.zeros(count, np.bool_)

    def __len__(self) -> int:
        return len(self.names)

    # --- nodes

    def set_node(self, node: Object) -> None:
        """Add a node or take over its new object."""
        name = node["metadata"]["name"]
        entry = self.entries.get(name)
        if entry is None:
            entry = self.entries[name] = NodeEntry(name)
        had_images, had_labels, had_object = entry.images, entry.labels, entry.object is not None
        entry.read(node)
        if not had_object:
            self._moved = True
            self._stale.add(name)
            return
        if had_images != entry.images:
            self._images_changed()
        if entry.row < 0:
            return
        if had_labels != entry.labels:
            self.labels.change(entry.row, entry.labels)
        self._fill(entry)

    def remove_node(self, name: str) -> None:
        entry = self.entries.get(name)
        if entry is None or entry.object is None:
            return
        entry.object = None
        self._moved = True

    def has_node(self, name: str) -> bool:
        """Whether the node's own object is here."""
        entry = self.entries.get(name)
        return entry is not None and entry.object is not None

    def settle(self) -> None:
        """Give new nodes their rows and take those of removed nodes away."""
        if not self._moved:
            return
        self._moved = False
        old_row = {name: row for row, name in enumerate(self.names)}
        present = [e for _, e in sorted(self.entries.items()) if e.object is not None]
        self.names = [entry.name for entry in present]
        for entry in [e for e in self.entries.values() if e.object is None]:
            entry.row = -1
            if not entry.pods:
                del self.entries[entry.name]
        source = np.array([old_row.get(name, -1) for name in self.names], np.int64)
        self._gather(source)
        for row, entry in enumerate(present):
            is_new, entry.row = entry.row < 0, row
            if is_new or entry.name in self._stale:
                self._fill(entry)
            if is_new:
                for pod in entry.pods.values():
                    self.counts.move(pod, row, 1)
        self._stale.clear()
        self.labels.reset([entry.labels for entry in present])
        self._images_changed()

    def _gather(self, source: Ints) -> None:
        """Bring the surviving rows into their new places; new rows are zero."""
        kept = source >= 0
        before = (
            self.allocatable, self.used, self.free, self.load,
            self.pods, self.pods_free, self.taint_set, self.cordoned,
        )  # fmt: skip
        self._size(len(source))
        after = (
            self.allocatable, self.used, self.free, self.load,
            self.pods, self.pods_free, self.taint_set, self.cordoned,
        )  # fmt: skip
        for old, new in zip(before, after, strict=True):
            new[..., kept] = old[..., source[kept]]
        self.counts.gather(source)

    def _fill(self, entry: NodeEntry) -> None:
        """Work the row of a node out anew."""
        row = entry.row
        for resource in entry.allocatable:
            self._resource(resource)
        allocatable = self.allocatable[:, row]
        allocatable[:] = 0
        for resource, amount in entry.allocatable.items():
            allocatable[self.resource_index[resource]] = amount
        self.taint_set[row] = self.taint_sets.setdefault(entry.taints, len(self.taint_sets))
        self.cordoned[row] = entry.cordoned()
        self.used[:, row] = 0
        self.load[:, row] = 0
        self.pods[row] = 0
        for pod in entry.pods.values():
            self._use(row, pod, 1)
        self.free[:, row] = self.allocatable[:, row] - self.used[:, row]
        self.pods_free[row] = entry.allocatable.get("pods", 0) - self.pods[row]

    def _resource(self, name: str) -> int:
        """The row of a resource in the matrices; a new one grows them."""
        index = self.resource_index.get(name)
        if index is None:
            index = self.resource_index[name] = len(self.resource_index)
        missing = index + 1 - len(self.free)
        if missing > 0:
            blank = np.zeros((missing, len(self.names)), np.int64)
            self.allocatable = np.vstack((self.allocatable, blank))
            self.used = np.vstack((self.used, blank))
            self.free = np.vstack((self.free, blank))
        return index

    # --- pods

    def add_pod(self, pod: PodInfo, node_name: str) -> None:
        entry = self.entries.get(node_name)
        if entry is None:
            entry = self.entries[node_name] = NodeEntry(node_name)
        entry.pods[pod.key] = pod
        for address, protocol, port in pod.ports:
            users = self.port_users.setdefault((protocol, port), {})
            users.setdefault(node_name, []).append(address)
        if entry.row >= 0:
            self._use(entry.row, pod, 1)
            self.counts.move(pod, entry.row, 1)

    def remove_pod(self, pod: PodInfo, node_name: str) -> None:
        entry = self.entries[node_name]
        del entry.pods[pod.key]
        for address, protocol, port in pod.ports:
            users = self.port_users[(protocol, port)]
            users[node_name].remove(address)
            if not users[node_name]:
                del users[node_name]
        if entry.row >= 0:
            self._use(entry.row, pod, -1)
            self.counts.move(pod, entry.row, -1)
        elif entry.object is None and not entry.pods:
            del self.entries[node_name]

    def _use(self, row: int, pod: PodInfo, sign: int) -> None:
        for resource, amount in pod.requests.items():
            if amount:
                index = self._resource(resource)
                self.used[index, row] += sign * amount
                self.free[index, row] -= sign * amount
        self.load[0, row] += sign * pod.load.get("cpu", 0)
        self.load[1, row] += sign * pod.load.get("memory", 0)
        self.pods[row] += sign
        self.pods_free[row] -= sign

    def pods_on(self, node_name: str) -> list[PodInfo]:
        entry = self.entries.get(node_name)
        return list(entry.pods.values()) if entry else []

    def entry(self, row: int) -> NodeEntry:
        return self.entries[self.names[row]]

    def amount(self, matrix: Ints, resource: str) -> Ints:
        """The column of a resource; zeros when nobody has or wants it."""
        index = self.resource_index.get(resource)
        if index is None or index >= len(matrix):
            return np.zeros(len(self.names), np.int64)
        column: Ints = matrix[index]
        return column

    # --- images

    def _images_changed(self) -> None:
        self.images_version += 1
        self._image_columns.clear()

    def image(self, name: str) -> tuple[Ints, int]:
        """Size of an image on each node that has it (else 0), and on how many nodes it is."""
        found = self._image_columns.get(name)
        if found is None:
            sizes = [self.entries[node].images.get(name, -1) for node in self.names]
            column = np.array(sizes, np.int64)
            found = np.maximum(column, 0), int(np.count_nonzero(column >= 0))
            self._image_columns[name] = found
        return found
