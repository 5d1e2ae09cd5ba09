"""Pods behind Services: which pods, which ports, and which Services a pod's change concerns.

Source: k8s.io/endpointslice util (`ShouldPodBeInEndpoints`, `FindPort`, `podEndpointsChanged`,
`TriggerTimeTracker`), 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tuik8s.api.meta import (
    condition,
    is_deleting,
    is_terminal,
    labels_of,
    name_of,
    namespace_of,
    uid_of,
)
from tuik8s.api.selectors import selector_of_map
from tuik8s.api.times import parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Change, View
from tuik8s.components.controllers.parts.pods import is_ready

TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
HEADLESS = "service.kubernetes.io/headless"
SERVICE_NAME = "kubernetes.io/service-name"
SLICE_MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
PODS_PER_PACE_MS = 6
PACE_MS_MAX = 500


def pace_ms(pods: int) -> int:
    """How long to leave a Service of so many pods alone after looking at it."""
    return min(pods // PODS_PER_PACE_MS, PACE_MS_MAX)


def selected_pods(service: Object, view: View) -> list[Object]:
    selector = selector_of_map(service["spec"].get("selector") or {})
    namespace = namespace_of(service)
    near = view.glance("pods", "namespace", namespace)
    names = [name_of(pod) for pod in near if selector.matches(labels_of(pod))]
    return [p for name in names if (p := view.get("pods", namespace, name)) is not None]


def is_headless(service: Object) -> bool:
    return bool(service["spec"].get("clusterIP") == "None")


def publishes_unready(service: Object) -> bool:
    return bool(service["spec"].get("publishNotReadyAddresses"))


def pod_ips(pod: Object) -> list[str]:
    status = pod.get("status") or {}
    found = [entry.get("ip") for entry in status.get("podIPs") or () if entry.get("ip")]
    return found or [ip for ip in (status.get("podIP"),) if ip]


def belongs(pod: Object, with_terminating: bool) -> bool:
    """Whether a pod of the selection is a backend at all."""
    if is_terminal(pod) or not pod_ips(pod):
        return False
    return with_terminating or not is_deleting(pod)


def target_ref(pod: Object) -> Object:
    return {
        "kind": "Pod",
        "namespace": namespace_of(pod),
        "name": name_of(pod),
        "uid": uid_of(pod),
    }


def hostname_for(pod: Object, service: Object) -> str:
    """The name under which a headless Service lists this pod; "" for none."""
    spec = pod.get("spec") or {}
    if spec.get("hostname") and spec.get("subdomain") == name_of(service):
        return str(spec["hostname"])
    return ""


def find_port(pod: Object, port: Object) -> int | None:
    """The number on which this pod serves a Service's port; None when it does not."""
    target = port.get("targetPort", port.get("port"))
    if isinstance(target, int):
        return target
    wanted = port.get("protocol") or "TCP"
    for container in _serving_containers(pod):
        for declared in container.get("ports") or ():
            protocol = declared.get("protocol") or "TCP"
            if declared.get("name") == target and protocol == wanted:
                return int(declared["containerPort"])
    return None


def _serving_containers(pod: Object) -> Iterable[Object]:
    spec = pod.get("spec") or {}
    yield from spec.get("containers") or ()
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            yield container


def ports_of(service: Object) -> Sequence[Object]:
    return service["spec"].get("ports") or ()


def services_of_pod(change: Change, view: View) -> Sequence[Key]:
    """Services that select the pod, now or before, when anything that they show changed."""
    return change.once("services", lambda: _services_of_pod(change, view))


def _services_of_pod(change: Change, view: View) -> list[Key]:
    if change.keeps(_face):
        return []
    seen = (change.last,) if change.keeps(labels_of) else change.seen
    labels = [labels_of(pod) for pod in seen]
    keys = []
    for service in view.list_("services", namespace_of(change.last)):
        wanted = (service.get("spec") or {}).get("selector")
        if wanted and any(wanted.items() <= have.items() for have in labels):
            keys.append(Key("services", namespace_of(service), name_of(service)))
    return keys


def _face(pod: Object) -> tuple[object, ...]:
    """All of a pod that endpoints show. The phase is not in it, as upstream."""
    spec = pod.get("spec") or {}
    return (
        pod_ips(pod),
        spec.get("nodeName"),
        is_ready(pod),
        is_deleting(pod),
        labels_of(pod),
        spec.get("hostname"),
        spec.get("subdomain"),
        uid_of(pod),
    )


class TriggerTimes:
    """When the change happened that the next write of a Service's endpoints shows.

    Remembers, per Service, the time of the last change seen of the Service and of each pod; the
    earliest of those that are new is the trigger; of a new Service its creation. Only an annotation
    for measurements depends on it, so nothing is lost with it at a restart.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], dict[str, int]] = {}

    def forget(self, namespace: str, name: str) -> None:
        self._seen.pop((namespace, name), None)

    def trigger_ms(self, service: Object, pods: Iterable[Object]) -> int | None:
        key = (namespace_of(service), name_of(service))
        before = self._seen.get(key, {})
        service_ms = parse_time(service["metadata"]["creationTimestamp"])
        now = {"": service_ms}
        for pod in pods:
            if (at_ms := _pod_trigger_ms(pod)) is not None:
                now[name_of(pod)] = at_ms
        self._seen[key] = now
        if not before:
            return service_ms
        fresh = [at for name, at in now.items() if at > before.get(name, -1)]
        return min(fresh, default=None)


def _pod_trigger_ms(pod: Object) -> int | None:
    ready = condition(pod, "Ready")
    at = ready.get("lastTransitionTime") if ready else None
    return parse_time(at) if at else None
