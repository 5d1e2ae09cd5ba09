"""Which nodes a pod could use by selector and taints, apart from any plugin's verdict.

NodeAffinity and TaintToleration refuse by these; PodTopologySpread counts by them.

Source: k8s.io/component-helpers scheduling/corev1/nodeaffinity and helpers (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tuik8s.components.scheduler.columns import Columns
from tuik8s.components.scheduler.framework import Ints, Mask
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import NO_EXECUTE, NO_SCHEDULE, Taint, untolerated

FORBIDDING: Final = frozenset((NO_SCHEDULE, NO_EXECUTE))


def required_nodes(columns: Columns, pod: PodInfo) -> Mask:
    """Nodes that match the pod's nodeSelector and required node affinity."""
    labels = columns.labels
    if pod.node_terms is None:
        return labels.selected(pod.node_selector)
    mask = labels.matching(pod.node_terms, columns.names)
    return mask & labels.selected(pod.node_selector) if pod.node_selector else mask


def forbids(taints: tuple[Taint, ...], pod: PodInfo) -> bool:
    return untolerated(taints, pod.tolerations, FORBIDDING) is not None


def tolerated_nodes(columns: Columns, pod: PodInfo) -> Mask:
    """Nodes all of whose NoSchedule and NoExecute taints the pod tolerates."""
    refusing = per_taint_set(columns, lambda taints: int(forbids(taints, pod)))
    mask: Mask = refusing[columns.taint_set] == 0
    return mask


def per_taint_set(columns: Columns, judge: Callable[[tuple[Taint, ...]], int]) -> Ints:
    """One number per distinct set of taints, to be looked up by `columns.taint_set`."""
    return np.fromiter((judge(taints) for taints in columns.taint_sets), np.int64)
