"""DynamicResources: pods that name resource claims wait, since no driver allocates them here.

Source: pkg/scheduler/framework/plugins/dynamicresources (1.36). Upstream allocates devices out of
ResourceSlices; tuik8s emulates no devices, so a pod whose claim is not yet allocated stays
pending, with upstream's reason for a missing claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.framework import OK, SKIP, Cycle, Ints, Status, unresolvable
from tuik8s.components.scheduler.pods import PodInfo


class DynamicResources:
    name = "DynamicResources"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def pre_filter(self, cycle: Cycle) -> Status:
        claims = (cycle.pod.object.get("spec") or {}).get("resourceClaims") or ()
        if not claims:
            return SKIP
        name = claims[0].get("resourceClaimName") or claims[0].get("name", "")
        return unresolvable(f'resourceclaim "{name}" not found')

    def pre_score(self, cycle: Cycle, rows: Ints) -> Status:
        return OK

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        return np.zeros(len(rows), np.int64)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return event.resource == "resourceclaims.resource.k8s.io"
