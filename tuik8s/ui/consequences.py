"""What a fault would do to what runs here, in a few words, before it is made. Pure.

node-stop node/node-2    4 pods · 1 Service loses its last endpoint (shop/cart)
clock-skew node/node-2   4 pods run there
"""

from __future__ import annotations

from functools import cached_property

from tuik8s.api.selectors import NOTHING, LabelSelector, selector_of, selector_of_map
from tuik8s.api.types import Object
from tuik8s.ui.losses import Items, Place, Stake, place_of

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
    """Of faults on what there is now; it is gone over once, each target is looked at once."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._lost: dict[str, str] = {}
        self._selectors: dict[str, dict[Place, LabelSelector]] = {}

    def of(self, target: str, *, downs_pods: bool) -> str:
        """Of a fault on a target; downs_pods: its pods serve no more. "" when nothing is known."""
        kind, _, name = target.partition("/")
        if kind == "component" and name in STALLS:
            return STALLS[name]
        chosen = self._chosen(kind, name)
        pods = f"{len(chosen)} pod{'s' * (len(chosen) != 1)}"
        if kind == "service":
            return f"{pods} behind it"
        if not downs_pods or name.startswith("kube-proxy/"):
            return f"{pods} run there" if kind in ("node", "component") and name else ""
        if target not in self._lost:
            self._lost[target] = self._stake.lost_with(chosen).words if chosen else ""
        lost = self._lost[target]
        return f"{pods} · {lost}" if lost else pods

    @cached_property
    def _stake(self) -> Stake:
        return Stake(self._items)

    @cached_property
    def _pods(self) -> dict[str, dict[str | None, list[Object]]]:
        """The pods that have not ended, by node, by namespace, and by both names."""
        found: dict[str, dict[str | None, list[Object]]] = {"node": {}, "namespace": {}, "pod": {}}
        for pod in self._items("pods"):
            if (pod.get("status") or {}).get("phase") not in FINISHED:
                (namespace, name), node, lean = (
                    place_of(pod),
                    pod["spec"].get("nodeName"),
                    _lean(pod),
                )
                places = {"node": node, "namespace": namespace, "pod": f"{namespace}/{name}"}
                for by, value in places.items():
                    found[by].setdefault(value, []).append(lean)
        return found

    def _chosen(self, kind: str, name: str) -> list[Object]:
        """The pods of a target."""
        if kind in ("node", "component"):
            return self._pods["node"].get(name.rpartition("/")[2], [])
        if kind == "pod":
            return self._pods["pod"].get(name, [])
        namespace, _, name = name.rpartition("/")
        selector = self._selectors_of(kind).get((namespace, name), NOTHING)
        inside = self._pods["namespace"].get(namespace, [])
        return [pod for pod in inside if selector.matches(pod["metadata"].get("labels") or {})]

    def _selectors_of(self, kind: str) -> dict[Place, LabelSelector]:
        """Of all Services, or of all workloads of a kind."""
        if kind not in self._selectors:
            resource = "services" if kind == "service" else WORKLOADS.get(kind, "")
            objects = self._items(resource) if resource else ()
            self._selectors[kind] = {place_of(obj): _selector(obj, kind) for obj in objects}
        return self._selectors[kind]


def _selector(obj: Object, kind: str) -> LabelSelector:
    selector = (obj.get("spec") or {}).get("selector")
    if kind == "service":
        return selector_of_map(selector) if selector else NOTHING
    return selector_of(selector)


def _lean(pod: Object) -> Object:
    """What is looked at here: thousands of whole pods would be many megabytes."""
    meta, conditions = pod["metadata"], (pod.get("status") or {}).get("conditions") or ()
    return {
        "metadata": {name: meta.get(name) for name in ("namespace", "name", "labels")},
        "status": {"conditions": [each for each in conditions if each.get("type") == "Ready"]},
    }
