"""Profiles: which plugins run at which extension point, with which weight and arguments.

Read from a KubeSchedulerConfiguration (v1). `multiPoint` sets enable or disable a plugin at all
its extension points; a set of one point has the last word there; `*` disables all.

Source: pkg/scheduler/apis/config/v1/default_plugins.go and runtime/framework.go (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tuik8s.api.types import Object
from tuik8s.components.scheduler.config_shape import BadConfig, check_config
from tuik8s.components.scheduler.framework import Plugin
from tuik8s.components.scheduler.plugins.registry import PLUGINS

__all__ = ["BadConfig", "Profile", "read_profiles"]

_WEIGHTS: Final = {
    "TaintToleration": 3,
    "NodeAffinity": 2,
    "PodTopologySpread": 2,
    "InterPodAffinity": 2,
}
# The method that makes a plugin take part in an extension point.
_POINTS: Final = {
    "preEnqueue": "pre_enqueue",
    "queueSort": "order",
    "preFilter": "pre_filter",
    "filter": "filter",
    "postFilter": "post_filter",
    "preScore": "pre_score",
    "score": "score",
    "reserve": "reserve",
    "preBind": "pre_bind",
    "bind": "binding",
}


class Profile:
    """One scheduler name with its plugins, in order, per extension point."""

    def __init__(
        self,
        name: str = "default-scheduler",
        plugins: Mapping[str, Any] | None = None,
        plugin_config: Mapping[str, Mapping[str, Any]] | None = None,
        percentage: int = 0,
    ) -> None:
        self.name = name
        self.percentage = percentage
        plugins, args = plugins or {}, plugin_config or {}
        order, self.weights = _multi_point(plugins.get("multiPoint") or {})
        built: dict[str, Plugin] = {}

        def instance(plugin_name: str) -> Plugin:
            if plugin_name not in PLUGINS:
                known = ", ".join(sorted(PLUGINS))
                raise BadConfig(f'profile "{name}": no plugin "{plugin_name}"; known: {known}')
            if plugin_name not in built:
                built[plugin_name] = PLUGINS[plugin_name](args.get(plugin_name) or {})
            return built[plugin_name]

        def at(point: str) -> tuple[Any, ...]:
            chosen = self._at_point(order, plugins.get(point) or {})
            found = [instance(n) for n in chosen]
            return tuple(p for p in found if hasattr(p, _POINTS[point]))

        def only(point: str) -> Any:
            found = at(point)
            if len(found) != 1:
                raise BadConfig(f'profile "{name}": plugins.{point}: expected one plugin')
            return found[0]

        self.pre_enqueue = at("preEnqueue")
        self.queue_sort = only("queueSort")
        self.pre_filter = at("preFilter")
        self.filter = at("filter")
        self.post_filter = at("postFilter")
        self.pre_score = at("preScore")
        self.score = at("score")
        self.reserve = at("reserve")
        self.pre_bind = at("preBind")
        self.bind = only("bind")
        self.plugins: Mapping[str, Plugin] = built

    def _at_point(self, order: list[str], sets: Object) -> list[str]:
        off = {item["name"] for item in sets.get("disabled") or ()}
        chosen = [] if "*" in off else [name for name in order if name not in off]
        for item in sets.get("enabled") or ():
            if item.get("weight"):
                self.weights[item["name"]] = item["weight"]
            if item["name"] in chosen:
                chosen.remove(item["name"])
            chosen.append(item["name"])
        return chosen

    def weight(self, plugin_name: str) -> int:
        return self.weights.get(plugin_name, 1)


def _multi_point(sets: Object) -> tuple[list[str], dict[str, int]]:
    weights = dict(_WEIGHTS)
    off = {item["name"] for item in sets.get("disabled") or ()}
    order = [] if "*" in off else [name for name in PLUGINS if name not in off]
    for item in sets.get("enabled") or ():
        if item.get("weight"):
            weights[item["name"]] = item["weight"]
        if item["name"] not in order:
            order.append(item["name"])
    return order, weights


def _given(args: Mapping[str, Any] | None) -> dict[str, Any]:
    """Arguments without those that are null, which mean the default as if they were not there."""
    return {name: value for name, value in (args or {}).items() if value is not None}


def read_profiles(config: Object | None) -> dict[str, Profile]:
    """The profiles of a KubeSchedulerConfiguration by scheduler name; None: the default one.

    Errors: BadConfig.
    """
    if config is None:
        config = {}
    else:
        check_config(config)
    profiles: dict[str, Profile] = {}
    for item in config.get("profiles") or [dict[str, Any]()]:
        name = item.get("schedulerName") or "default-scheduler"
        if name in profiles:
            raise BadConfig(f'two profiles are named "{name}"')
        args = {c["name"]: _given(c.get("args")) for c in item.get("pluginConfig") or ()}
        share = item.get("percentageOfNodesToScore") or config.get("percentageOfNodesToScore") or 0
        profiles[name] = Profile(name, item.get("plugins"), args, share)
    return profiles
