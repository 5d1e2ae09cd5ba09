"""Configurations: which plugins run in which order, and words that name the place of a mistake."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.components.scheduler.profiles import BadConfig, Profile, read_profiles


def _config(**more: Any) -> dict[str, Any]:
    head = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"}
    return {**head, **more}


def _args(name: str, **args: Any) -> dict[str, Any]:
    return _config(profiles=[{"pluginConfig": [{"name": name, "args": args}]}])


def _plugins(**points: Any) -> dict[str, Any]:
    return _config(profiles=[{"plugins": points}])


def test_default_filters_are_upstreams_in_its_order() -> None:
    assert [plugin.name for plugin in Profile().filter] == [
        "NodeUnschedulable",
        "NodeName",
        "TaintToleration",
        "NodeAffinity",
        "NodePorts",
        "NodeResourcesFit",
        "VolumeRestrictions",
        "NodeVolumeLimits",
        "VolumeBinding",
        "VolumeZone",
        "PodTopologySpread",
        "InterPodAffinity",
    ]


def test_sets_switch_plugins_off_and_on() -> None:
    off = {"disabled": [{"name": "*"}], "enabled": [{"name": "NodeName"}]}
    (profile,) = read_profiles(_plugins(filter=off)).values()
    assert [plugin.name for plugin in profile.filter] == ["NodeName"]
    weighed = {"enabled": [{"name": "ImageLocality", "weight": 7}]}
    (profile,) = read_profiles(_plugins(score=weighed)).values()
    assert profile.weight("ImageLocality") == 7
    assert profile.weight("TaintToleration") == 3


def test_null_is_the_default() -> None:
    (profile,) = read_profiles(_args("VolumeBinding", bindTimeoutSeconds=None)).values()
    assert [plugin.bind_timeout_ms for plugin in profile.pre_bind] == [600_000]


def test_profiles_by_scheduler_name() -> None:
    two = _config(profiles=[{"schedulerName": "a"}, {"schedulerName": "b"}])
    assert list(read_profiles(two)) == ["a", "b"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ([], "expected a KubeSchedulerConfiguration (a mapping), got a list"),
        ({"kind": "Pod"}, 'kind is "Pod", expected KubeSchedulerConfiguration'),
        (_config(apiVersion="v1"), "apiVersion: expected one of kubescheduler.config.k8s.io/v1"),
        (_config(profile=[]), "profile: unknown field; did you mean profiles?"),
        (_config(profiles={}), "profiles: expected a list, got a mapping"),
        (_config(percentageOfNodesToScore=101), "expected a whole number from 0 to 100, got 101"),
        (_config(extenders=[{}]), "extenders: extenders are not supported"),
        (_config(profiles=[{}, {}]), 'two profiles are named "default-scheduler"'),
        (_plugins(filters={}), "profiles[0].plugins.filters: unknown field; did you mean filter?"),
        (
            _plugins(filter={"enabled": ["NodeName"]}),
            "profiles[0].plugins.filter.enabled[0]: expected a mapping, got 'NodeName'",
        ),
        (_plugins(score={"enabled": [{}]}), "plugins.score.enabled[0].name: required"),
        (_plugins(filter={"enabled": [{"name": "No"}]}), 'no plugin "No"; known: '),
        (_plugins(queueSort={"disabled": [{"name": "*"}]}), "queueSort: expected one plugin"),
        (_plugins(bind={"disabled": [{"name": "*"}]}), "plugins.bind: expected one plugin"),
        (
            _plugins(permit={"enabled": [{"name": "NodeName"}]}),
            "profiles[0].plugins.permit.enabled: no plugin is asked at this point",
        ),
        (
            _plugins(postBind={"enabled": [{"name": "NodeName"}]}),
            "profiles[0].plugins.postBind.enabled: no plugin is asked at this point",
        ),
        (
            _args("NodeResourcesFit", scoringStrategy={"type": "Least"}),
            "profiles[0].pluginConfig[0].args.scoringStrategy.type: expected one of Least",
        ),
        (
            _args("NodeResourcesFit", scoringStrategy={"type": "RequestedToCapacityRatio"}),
            "args.scoringStrategy.requestedToCapacityRatio.shape: required",
        ),
        (_args("InterPodAffinity", hardPodAffinityWeight=101), "from 0 to 100, got 101"),
        (
            _args("PodTopologySpread", defaultConstraints=[{"maxSkew": 1}]),
            "args.defaultConstraints[0].topologyKey: required",
        ),
        (_args("NodeAffinity", addedAfinity={}), "addedAfinity: unknown field; did you mean added"),
    ],
)
def test_mistakes_are_named_with_their_place(config: Any, message: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read_profiles(config)
    assert message in str(caught.value)
