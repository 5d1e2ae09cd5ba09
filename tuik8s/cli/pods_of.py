"""Which pod is meant by a pod's name, or by something that has pods, such as a Service."""

from __future__ import annotations

from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.wanted import wanted_in
from tuik8s.components.supervisor.directory import Refusal


def pods_of(api: ApiClient, kinds: Kinds, word: str, namespace: str) -> list[Object]:
    """The pods of `NAME`, `pod/NAME` or `KIND/NAME`, those that are ready first. Raises Refusal."""
    pods = kinds.find("pods")
    owner, name = _owner(api, kinds, word, namespace)
    if owner is None:
        return [api.get(pods.path(namespace, name))]
    selector = (owner.get("spec") or {}).get("selector") or {}
    labels = selector.get("matchLabels", selector if "matchExpressions" not in selector else {})
    if not labels or not all(isinstance(value, str) for value in labels.values()):
        raise Refusal(f"{word} chooses no pods by labels; name a pod")
    chosen = ",".join(f"{key}={value}" for key, value in labels.items())
    items: list[Object] = api.get(pods.path(namespace, query={"labelSelector": chosen}))["items"]
    if not items:
        raise Refusal(f"{word} has no pods now")
    return sorted(items, key=lambda pod: not is_ready(pod))


def _owner(api: ApiClient, kinds: Kinds, word: str, namespace: str) -> tuple[Object | None, str]:
    """(what has pods, its name); (None, the name) for a pod."""
    if "/" not in word:
        return None, word
    ((resource, (name,)),) = wanted_in(kinds, [word])
    if resource.word == "pod":
        return None, name
    return api.get(resource.path(namespace, name)), name


def is_ready(pod: Object) -> bool:
    """Whether it can be connected to, as its own probes say."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    leaving = pod["metadata"].get("deletionTimestamp")
    return not leaving and any(
        each.get("type") == "Ready" and each.get("status") == "True" for each in conditions
    )


def pod_and_port(
    api: ApiClient, kinds: Kinds, word: str, namespace: str, port: str
) -> tuple[str, int]:
    """A pod and a port of it. Of a Service the port is the Service's, of others the pod's.

    Raises Refusal.
    """
    pod = pods_of(api, kinds, word, namespace)[0]
    phase = (pod.get("status") or {}).get("phase", "")
    if phase != "Running":
        raise Refusal(f"unable to forward port because pod is not running. Current status={phase}")
    name = str(pod["metadata"]["name"])
    owner, _ = _owner(api, kinds, word, namespace)
    wanted: str | int = port
    if owner is not None and owner.get("kind", "Service") == "Service" and "ports" in owner["spec"]:
        wanted = _target(owner, word, port)
    number = parse_int(str(wanted))
    if number is not None:
        return name, number
    for container in pod["spec"]["containers"]:
        for each in container.get("ports") or ():
            if each.get("name") == wanted:
                return name, int(each["containerPort"])
    raise Refusal(f"Pod '{name}' does not have a named port '{wanted}'; give its number")


def _target(service: Object, word: str, port: str) -> str | int:
    """The target of a Service's port, which is given by number or name."""
    there = service["spec"]["ports"]
    for each in there:
        if port in (str(each["port"]), each.get("name")):
            target: str | int = each.get("targetPort", each["port"])
            return target
    shown = ", ".join(str(each["port"]) for each in there)
    name = service["metadata"]["name"]
    raise Refusal(f"Service {name} does not have a service port {port}; it has {shown}")
