"""The scheduling framework: what the extension points are given and what they answer.

    PreFilter -> Filter -> PreScore -> Score -> Reserve -> PreBind -> Bind
                   `-> nobody left: PostFilter

A plugin works on all nodes at once. `filter` answers with `Refused` values, each a mask of nodes
and the reason; `score` with one whole number per node asked about. A refusal of the pod as a
whole, a wait or a skip is a `Status`.

Source: k8s.io/kube-scheduler/framework/interface.go (1.36), made for vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from tuik8s.api.types import Object

if TYPE_CHECKING:
    from tuik8s.components.scheduler.cluster import Cluster
    from tuik8s.components.scheduler.columns import Columns
    from tuik8s.components.scheduler.events import ClusterEvent
    from tuik8s.components.scheduler.pods import PodInfo

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MAX_NODE_SCORE: Final = 100


class Code(StrEnum):
    """What the framework does on each answer of a plugin."""

    SUCCESS = "Success"  # go on
    ERROR = "Error"  # give up this attempt, try again after the back-off
    UNSCHEDULABLE = "Unschedulable"  # refuse; taking other pods away might help
    UNRESOLVABLE = "UnschedulableAndUnresolvable"  # refuse; preemption cannot help
    WAIT = "Wait"  # hold the pod before it is bound (PreBind)
    SKIP = "Skip"  # do not call this plugin again for this pod
    PENDING = "Pending"  # refuse until an event of this plugin (gates)


class Status(NamedTuple):
    code: Code = Code.SUCCESS
    reason: str = ""
    plugin: str = ""

    @property
    def ok(self) -> bool:
        return self.code in (Code.SUCCESS, Code.SKIP)


OK: Final = Status()
SKIP: Final = Status(Code.SKIP)


def unresolvable(reason: str) -> Status:
    return Status(Code.UNRESOLVABLE, reason)


class Refused(NamedTuple):
    """Nodes that a plugin refuses for one reason.

    hopeless: whether taking pods away from the node cannot help, for all of them or per node.
    """

    nodes: Mask
    reason: str
    hopeless: Mask | bool = False


class Wanted(NamedTuple):
    """A merge patch that has to be made before a pod is bound."""

    resource: str
    namespace: str
    name: str
    body: Object


class Remedy(NamedTuple):
    """The smallest change, on one node, after which a plugin would accept the pod there.

    cost: to compare remedies; about how much of what was asked has to change, in percent.
    """

    text: str
    cost: int


class Cycle:
    """One attempt: the pod, the nodes, and what plugins noted for themselves (`state`)."""

    __slots__ = ("cluster", "columns", "only", "pod", "skipped", "skipped_scores", "state")

    def __init__(self, pod: PodInfo, cluster: Cluster) -> None:
        self.pod = pod
        self.cluster = cluster
        self.columns: Columns = cluster.columns
        self.state: dict[str, Any] = {}
        self.skipped: set[str] = set()
        self.skipped_scores: set[str] = set()
        self.only: Mask | None = None  # nodes that PreFilter results leave; None: all


class Plugin(Protocol):
    """Any plugin; the protocols of the extension points are in `plugins/base.py`."""

    name: str

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        """Whether the event may make a pod schedulable that this plugin refused."""
        ...


class UndoStack:
    """Steps that take an attempt back, run newest first when it fails late."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] = []

    def push(self, step: Callable[[], None]) -> None:
        self._steps.append(step)

    def unwind(self) -> None:
        while self._steps:
            self._steps.pop()()

    def clear(self) -> None:
        self._steps.clear()


def normalized(scores: Ints, *, reverse: bool = False) -> Ints:
    """Scores brought to 0..100 relative to the highest; reversed: the highest becomes 0.

    Source: plugins/helper/normalize_score.go.
    """
    highest = int(scores.max()) if len(scores) else 0
    if highest == 0:
        return np.full(len(scores), MAX_NODE_SCORE, np.int64) if reverse else scores
    scaled = scores * MAX_NODE_SCORE // highest
    result: Ints = MAX_NODE_SCORE - scaled if reverse else scaled
    return result
