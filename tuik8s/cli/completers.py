"""What an argument may be completed with, asked for by `candidates.py`.

An argument that knows its values has a *completer*, set where it is added:

    completes(parser.add_argument("-n", ...), namespaces)
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tuik8s.components.supervisor.directory import Refusal, all_directories

if TYPE_CHECKING:
    from tuik8s.cli.api import ApiClient


class Asked(NamedTuple):
    """What a completer knows.

    word: what is typed of the value. before: values that the argument has already. args: values of
    all arguments by name. api: of the cluster that they mean, None when it does not run.
    """

    word: str
    before: Sequence[str]
    args: Mapping[str, Sequence[str]]
    api: ApiClient | None


Completer = Callable[[Asked], Iterable[str]]


def completes(action: argparse.Action, completer: Completer) -> None:
    vars(action)["completer"] = completer


def completer_of(action: argparse.Action) -> Completer | None:
    """Its own, or its choices."""
    if action.choices is not None:
        choices = [str(choice) for choice in action.choices]
        return lambda asked: choices
    found: Completer | None = vars(action).get("completer")
    return found


def clusters(asked: Asked) -> Iterable[str]:
    return [directory.path.name for directory in all_directories()]


def namespaces(asked: Asked) -> Iterable[str]:
    if asked.api is None:
        return []
    return _names(asked.api, "/api/v1/namespaces")


def objects(asked: Asked) -> Iterable[str]:
    """A kind; after a kind its names; after KIND/ the same as KIND/NAME."""
    if asked.api is None:
        return []
    from tuik8s.cli.discovery import Kinds

    kinds = Kinds(asked.api)
    namespace = (asked.args.get("namespace") or ["default"])[-1]
    kind, slash, _ = asked.word.partition("/")
    if not slash and not asked.before:
        return [resource.plural for resource in kinds.all if "list" in resource.verbs]
    word = kind if slash else asked.before[0]
    if not slash and "/" in word:
        word = word.partition("/")[0]
        kind, slash = word, "/"
    try:
        names = _names(asked.api, kinds.find(word).path(namespace))
    except Refusal:
        return []
    return [f"{kind}{slash}{name}" if slash else name for name in names]


def named_objects(asked: Asked) -> Iterable[str]:
    """KIND/NAME; pods before anybody has said which kind."""
    if "/" in asked.word or asked.api is None:
        return objects(asked)
    return [f"pod/{name}" for name in pods(asked)]


def containers(asked: Asked) -> Iterable[str]:
    """Those of the pod that was named."""
    pod = (asked.args.get("pod") or [""])[-1].removeprefix("pod/")
    if asked.api is None or not pod or "/" in pod:
        return []
    namespace = (asked.args.get("namespace") or ["default"])[-1]
    spec = asked.api.get(f"/api/v1/namespaces/{namespace}/pods/{pod}")["spec"]
    return [each["name"] for each in (*spec["containers"], *spec.get("initContainers", ()))]


def fault_targets(asked: Asked) -> Iterable[str]:
    """What can be broken; after heal the faults."""
    if asked.api is None:
        return []
    if asked.args.get("action") == ["heal"]:
        return ["all", *_names(asked.api, "/apis/chaos.tuik8s.dev/v1/faults")]
    if "/" in asked.word and not asked.word.startswith("component/"):
        return objects(asked)
    nodes = [f"node/{name}" for name in _names(asked.api, "/api/v1/nodes")]
    return [*nodes, *(f"component/{name}" for name in components(asked))]


def pods(asked: Asked) -> Iterable[str]:
    """A pod's name, or KIND/NAME of something that has pods."""
    if asked.api is None or "/" in asked.word:
        return objects(asked)
    namespace = (asked.args.get("namespace") or ["default"])[-1]
    return _names(asked.api, f"/api/v1/namespaces/{namespace}/pods")


def components(asked: Asked) -> Iterable[str]:
    from tuik8s.components.supervisor.directory import directory_of
    from tuik8s.world.log_files import party_of

    name = (asked.args.get("name") or ["default"])[-1]
    directory = directory_of(name, (asked.args.get("data") or [""])[-1])
    return sorted(filter(None, (party_of(path.name) for path in directory.logs.glob("*.log"))))


def log_writers(asked: Asked) -> Iterable[str]:
    """Pods, what has pods, and processes."""
    return [*pods(asked), *components(asked)]


def _names(api: ApiClient, path: str) -> list[str]:
    accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    return [item["metadata"]["name"] for item in api.get(path, accept)["items"]]
