"""What a fault would do to what runs here, in a few words, before it is made. Pure.

node-stop node/node-2    4 pods · 1 Service loses its last endpoint (shop/cart)
clock-skew node/node-2   4 pods run there
"""

from __future__ import annotations

from collections.abc import Iterator

from tuik8s.api.selectors import NOTHING, LabelSelector, selector_of, selector_of_map
from tuik8s.api.types import Object
from tuik8s.ui.losses import Items, losses_of

WORKLOADS = {
    "deployment": "deployments.apps",
    "replicaset": "replicasets.apps",
    "statefulset": "statefulsets.apps",
    "daemonset": "daemonsets.apps",
    "job": "jobs.batch",
}
"""What stands for its pods in a target, and its resource."""
STALLS = {
    "apiserver": "every component and client waits",
    "controller-manager": "nothing is repaired, scaled or rolled out",
    "scheduler": "new pods stay Pending",
}
FINISHED = ("Succeeded", "Failed")


class Consequences:
    """Of faults on what there is now; each target is looked at once."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._pods: dict[str, list[Object]] = {}
        self._lost: dict[str, str] = {}

    def of(self, target: str, *, downs_pods: bool) -> str:
        """Of a fault on a target; downs_pods: its pods serve no more. "" when nothing is known."""
        kind, _, name = target.partition("/")
        if kind == "component" and name in STALLS:
            return STALLS[name]
        count = len(self._pods_of(target))
        pods = f"{count} pod{'s' * (count != 1)}"
        if kind == "service":
            return f"{pods} behind it"
        if not downs_pods or name.startswith("kube-proxy/"):
            return f"{pods} run there" if kind in ("node", "component") and name else ""
        lost = self._losses_of(target)
        return f"{pods} · {lost}" if lost else pods

    def _losses_of(self, target: str) -> str:
        if target not in self._lost:
            self._lost[target] = losses_of(self._pods_of(target), self._items).words
        return self._lost[target]

    def _pods_of(self, target: str) -> list[Object]:
        found = self._pods.get(target)
        if found is None:
            found = self._pods[target] = [
                pod
                for pod in _chosen(target, self._items)
                if (pod.get("status") or {}).get("phase") not in FINISHED
            ]
        return found


def _chosen(target: str, items: Items) -> Iterator[Object]:
    kind, _, name = target.partition("/")
    if kind in ("node", "component"):
        node = name.rpartition("/")[2]
        yield from (pod for pod in items("pods") if pod["spec"].get("nodeName") == node)
        return
    namespace, _, name = name.rpartition("/")
    inside = [pod for pod in items("pods") if pod["metadata"].get("namespace") == namespace]
    if kind == "pod":
        yield from (pod for pod in inside if pod["metadata"]["name"] == name)
        return
    selector = _selector(kind, namespace, name, items)
    yield from (pod for pod in inside if selector.matches(pod["metadata"].get("labels") or {}))


def _selector(kind: str, namespace: str, name: str, items: Items) -> LabelSelector:
    """The selector of a Service or a workload; of one that is not there: none matches."""
    for obj in items("services" if kind == "service" else WORKLOADS.get(kind, "services")):
        meta = obj["metadata"]
        if (meta.get("namespace"), meta["name"]) == (namespace, name):
            selector = obj["spec"].get("selector")
            if kind == "service":
                return selector_of_map(selector) if selector else NOTHING
            return selector_of(selector)
    return NOTHING
