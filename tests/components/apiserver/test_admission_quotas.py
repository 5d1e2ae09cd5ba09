"""Quotas and limit ranges."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import MAPS, PODS, Api, pod

QUOTAS = "/api/v1/namespaces/default/resourcequotas"
RANGES = "/api/v1/namespaces/default/limitranges"


def with_resources(name: str, **parts: dict[str, str]) -> Any:
    out = pod(name)
    out["spec"]["containers"][0]["resources"] = parts
    return out


def set_quota(api: Api, **hard: str) -> None:
    """A quota that its controller has seen."""
    hard = {name.replace("_", "."): amount for name, amount in hard.items()}
    api.post(QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": hard}})
    status = {"hard": hard, "used": dict.fromkeys(hard, "0")}
    assert api.patch(f"{QUOTAS}/q/status", {"status": status}).code == 200
    api.simulation.run_ms(10)


def used(api: Api) -> dict[str, str]:
    out: dict[str, str] = api.get(f"{QUOTAS}/q").body["status"]["used"]
    return out


def test_creations_count_until_nothing_is_left(api: Api) -> None:
    set_quota(api, pods="1")
    assert api.post(PODS, pod("a")).code == 201
    assert used(api) == {"pods": "1"}
    answer = api.post(PODS, pod("b"))
    why = "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"
    assert (answer.code, answer.body["message"]) == (403, f'pods "b" is forbidden: {why}')
    assert used(api) == {"pods": "1"}


def test_a_dry_run_counts_nothing(api: Api) -> None:
    set_quota(api, configmaps="1")
    for _ in range(2):
        assert api.post(f"{MAPS}?dryRun=All", {"metadata": {"name": "a"}}).code == 201
    assert used(api) == {"configmaps": "0"}


def test_a_quota_without_status_limits_nothing(api: Api) -> None:
    api.post(QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}}})
    assert api.post(PODS, pod("a")).code == 201


def test_compute_must_be_specified(api: Api) -> None:
    set_quota(api, requests_cpu="1")
    answer = api.post(PODS, pod("a"))
    assert "failed quota: q: must specify requests.cpu for: c" in answer.body["message"]
    assert api.post(PODS, with_resources("b", requests={"cpu": "600m"})).code == 201
    answer = api.post(PODS, with_resources("c", requests={"cpu": "600m"}))
    assert "requested: requests.cpu=600m, used: requests.cpu=600m" in answer.body["message"]


def test_limit_ranges_fill_in_and_say_so(api: Api) -> None:
    limit = {"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"memory": "1Mi"}}
    api.post(RANGES, {"metadata": {"name": "r"}, "spec": {"limits": [limit]}})
    api.simulation.run_ms(10)
    made = api.post(PODS, pod("a")).body
    resources = made["spec"]["containers"][0]["resources"]
    assert resources == {
        "limits": {"cpu": "500m"},
        "requests": {"cpu": "500m", "memory": "1Mi"},
    }
    text = "LimitRanger plugin set: cpu, memory request for container c; cpu limit for container c"
    assert made["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == text


@pytest.mark.parametrize(
    ("bound", "parts", "why"),
    [
        ({"min": {"cpu": "1"}}, {"requests": {"cpu": "1m"}}, "is 1, but request is 1m"),
        ({"max": {"cpu": "1"}}, {"limits": {"cpu": "2"}}, "is 1, but limit is 2"),
        (
            {"maxLimitRequestRatio": {"cpu": "1500m"}},
            {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}},
            "is 1500m, but provided ratio is 2.000000",
        ),
    ],
)
def test_bounds(api: Api, bound: dict[str, Any], parts: dict[str, Any], why: str) -> None:
    limit = {"type": "Pod", **bound}
    api.post(RANGES, {"metadata": {"name": "r"}, "spec": {"limits": [limit]}})
    api.simulation.run_ms(10)
    answer = api.post(PODS, with_resources("a", **parts))
    assert answer.code == 403
    assert answer.body["message"].endswith(why)
