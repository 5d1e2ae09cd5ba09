"""DefaultBinder: a pod is bound by creating its `binding` subresource.

Source: pkg/scheduler/framework/plugins/defaultbinder (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuik8s.api.types import Object
from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.pods import PodInfo


class DefaultBinder:
    name = "DefaultBinder"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def binding(self, pod: PodInfo, node_name: str) -> Object:
        """The Binding to create for the pod; its uid makes sure it is still the same pod."""
        return {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": pod.name, "namespace": pod.namespace, "uid": pod.uid},
            "target": {"kind": "Node", "name": node_name},
        }

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return False
