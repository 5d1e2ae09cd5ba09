"""ImageLocality: nodes that already have the pod's (large) images are preferred.

Source: pkg/scheduler/framework/plugins/imagelocality (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.framework import MAX_NODE_SCORE, Cycle, Ints
from tuik8s.components.scheduler.pods import PodInfo

_MEBIBYTE: Final = 1024 * 1024
_LEAST: Final = 23 * _MEBIBYTE
_MOST_PER_CONTAINER: Final = 1000 * _MEBIBYTE


class ImageLocality:
    name = "ImageLocality"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        columns = cycle.columns
        images = cycle.pod.images
        total: Ints | None = None
        for image in images:
            sizes, nodes = columns.image(image)
            if nodes:
                # A rare image is worth less: otherwise one node would attract every pod.
                shared = (sizes[rows] * (nodes / len(columns))).astype(np.int64)
                total = shared if total is None else total + shared
        if total is None:
            return np.zeros(len(rows), np.int64)
        most = _MOST_PER_CONTAINER * len(images)
        clamped = np.clip(total, _LEAST, most)
        scores: Ints = MAX_NODE_SCORE * (clamped - _LEAST) // (most - _LEAST)
        return scores

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return False
