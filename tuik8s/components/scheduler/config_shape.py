"""Is this a KubeSchedulerConfiguration? The first mistake is named with its place.

    profiles[0].pluginConfig[1].args.scoringStrategy.type: expected one of ..., got "Least"

Source: k8s.io/kube-scheduler/config/v1 types and pkg/scheduler/apis/config/validation (1.36):
unknown fields are refused as upstream's strict decoding does. Extenders, and plugins at Permit and
PostBind, are refused, since nobody would call them here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Final

Check = Callable[[Any, str], None]
API_VERSION: Final = "kubescheduler.config.k8s.io/v1"
KIND: Final = "KubeSchedulerConfiguration"


class BadConfig(Exception):
    """The configuration names something that does not exist, or has the wrong shape."""


def check_config(config: Any) -> None:
    """Errors: BadConfig."""
    if not isinstance(config, Mapping):
        raise BadConfig(f"expected a {KIND} (a mapping), got {_shown(config)}")
    if config.get("kind") != KIND:
        raise BadConfig(
            f'kind is "{config.get("kind", "")}", expected {KIND} (apiVersion {API_VERSION})'
        )
    _CONFIG(config, "")


def _text(*choices: str) -> Check:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, str):
            raise BadConfig(f"{place}: expected a text, got {_shown(value)}")
        if choices and value not in choices:
            raise BadConfig(f'{place}: expected one of {", ".join(choices)}, got "{value}"')

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: Any, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            wanted = f"a whole number from {least} to {most}"
            raise BadConfig(f"{place}: expected {wanted}, got {_shown(value)}")

    return check


def _flag(value: Any, place: str) -> None:
    if not isinstance(value, bool):
        raise BadConfig(f"{place}: expected true or false, got {_shown(value)}")


def _mapping(value: Any, place: str) -> None:
    if not isinstance(value, Mapping):
        raise BadConfig(f"{place}: expected a mapping, got {_shown(value)}")


def _any(value: Any, place: str) -> None:
    """Nothing that decisions depend on."""


def _each(item: Check) -> Check:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, list):
            raise BadConfig(f"{place}: expected a list, got {_shown(value)}")
        for index, one in enumerate(value):
            item(one, f"{place}[{index}]")

    return check


def _fields(needed: tuple[str, ...] = (), /, **known: Check) -> Check:
    def check(value: Any, place: str) -> None:
        _mapping(value, place)
        for name, one in value.items():
            where = f"{place}.{name}" if place else str(name)
            if name not in known:
                near = get_close_matches(str(name), known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
                raise BadConfig(f"{where}: unknown field; {hint}")
            if one is not None:
                known[name](one, where)
        for name in needed:
            if not value.get(name):
                raise BadConfig(f"{place}.{name}: required")

    return check


def _no_extenders(value: Any, place: str) -> None:
    if value:
        raise BadConfig(f"{place}: extenders are not supported; write the rule as a plugin")


def _nobody_asks(value: Any, place: str) -> None:
    _SET(value, place)
    if value.get("enabled"):
        raise BadConfig(f"{place}.enabled: no plugin is asked at this point")


def _plugin_config(value: Any, place: str) -> None:
    """One item of pluginConfig; arguments of plugins that are not ours are theirs to check."""
    _fields(("name",), name=_text(), args=_mapping)(value, place)
    shape = _ARGS.get(value["name"])
    if shape is not None and value.get("args") is not None:
        _fields(apiVersion=_text(), kind=_text(), **shape)(value["args"], f"{place}.args")


def _strategy(value: Any, place: str) -> None:
    _STRATEGY_FIELDS(value, place)
    if value.get("type") != "RequestedToCapacityRatio":
        return
    where = f"{place}.requestedToCapacityRatio.shape"
    shape = (value.get("requestedToCapacityRatio") or {}).get("shape")
    if not shape:
        raise BadConfig(f"{where}: required, at least one point")
    for index, (left, right) in enumerate(pairwise(shape), 1):
        if right.get("utilization", 0) <= left.get("utilization", 0):
            raise BadConfig(f"{where}[{index}].utilization: expected more than the point before")


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)


_RESOURCES: Final = _each(_fields(("name",), name=_text(), weight=_whole(0, 100)))
_SHAPE: Final = _each(_fields(utilization=_whole(0, 100), score=_whole(0, 10)))
_STRATEGY_FIELDS: Final = _fields(
    type=_text("LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"),
    resources=_RESOURCES,
    requestedToCapacityRatio=_fields(shape=_SHAPE),
)
_CONSTRAINT: Final = _fields(
    ("topologyKey", "maxSkew", "whenUnsatisfiable"),
    topologyKey=_text(),
    maxSkew=_whole(1, 2**31 - 1),
    whenUnsatisfiable=_text("DoNotSchedule", "ScheduleAnyway"),
    minDomains=_whole(1, 2**31 - 1),
    nodeAffinityPolicy=_text("Honor", "Ignore"),
    nodeTaintsPolicy=_text("Honor", "Ignore"),
)
_ARGS: Final[dict[str, dict[str, Check]]] = {
    "NodeResourcesFit": {
        "ignoredResources": _each(_text()),
        "ignoredResourceGroups": _each(_text()),
        "scoringStrategy": _strategy,
    },
    "NodeResourcesBalancedAllocation": {"resources": _RESOURCES},
    "InterPodAffinity": {
        "hardPodAffinityWeight": _whole(0, 100),
        "ignorePreferredTermsOfExistingPods": _flag,
    },
    "PodTopologySpread": {
        "defaultConstraints": _each(_CONSTRAINT),
        "defaultingType": _text("System", "List"),
    },
    "NodeAffinity": {"addedAffinity": _mapping},
    "DefaultPreemption": {
        "minCandidateNodesPercentage": _whole(0, 100),
        "minCandidateNodesAbsolute": _whole(0, 2**31 - 1),
    },
    "VolumeBinding": {"bindTimeoutSeconds": _whole(0, 2**31 - 1), "shape": _SHAPE},
}
_PLUGIN: Final = _fields(("name",), name=_text(), weight=_whole(0, 2**31 - 1))
_SET: Final = _fields(enabled=_each(_PLUGIN), disabled=_each(_PLUGIN))
_POINTS: Final = (
    "preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "score",
    "reserve", "preBind", "bind", "multiPoint",
)  # fmt: skip
_PROFILE: Final = _fields(
    schedulerName=_text(),
    percentageOfNodesToScore=_whole(0, 100),
    plugins=_fields(**dict.fromkeys(_POINTS, _SET), permit=_nobody_asks, postBind=_nobody_asks),
    pluginConfig=_each(_plugin_config),
)
_CONFIG: Final = _fields(
    apiVersion=_text(API_VERSION),
    kind=_text(KIND),
    profiles=_each(_PROFILE),
    percentageOfNodesToScore=_whole(0, 100),
    podInitialBackoffSeconds=_whole(1, 2**31 - 1),
    podMaxBackoffSeconds=_whole(1, 2**31 - 1),
    parallelism=_whole(1, 2**31 - 1),
    extenders=_no_extenders,
    leaderElection=_any,
    clientConnection=_any,
    enableProfiling=_any,
    enableContentionProfiling=_any,
    delayCacheUntilActive=_any,
)
