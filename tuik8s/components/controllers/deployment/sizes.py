"""How many replicas each ReplicaSet of a Deployment should have: arithmetic only.

Source: k8s.io/kubernetes pkg/controller/deployment/{sync,rolling}.go and
util/deployment_util.go (`NewRSNewReplicas`, `GetReplicaSetProportion`), 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import name_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.parts.workloads import (
    annotated_number,
    count,
    creation_order,
    fenceposts,
    int_or_percent,
    replicas_of,
)

MAX = "deployment.kubernetes.io/max-replicas"
Sizes = dict[str, int]
"""Name of a ReplicaSet -> replicas it should have."""


def is_rolling(deployment: Object) -> bool:
    return bool(_strategy(deployment).get("type", "RollingUpdate") == "RollingUpdate")


def _strategy(deployment: Object) -> Object:
    return deployment["spec"].get("strategy") or {}


def _rolling(deployment: Object) -> Object:
    return _strategy(deployment).get("rollingUpdate") or {}


def surge_of(deployment: Object) -> int:
    if not is_rolling(deployment):
        return 0
    limits = _rolling(deployment)
    return fenceposts(
        limits.get("maxSurge", "25%"), limits.get("maxUnavailable", "25%"), replicas_of(deployment)
    )[0]


def unavailable_of(deployment: Object) -> int:
    replicas = replicas_of(deployment)
    if not is_rolling(deployment) or replicas == 0:
        return 0
    limits = _rolling(deployment)
    allowed = fenceposts(
        limits.get("maxSurge", "25%"), limits.get("maxUnavailable", "25%"), replicas
    )[1]
    return min(allowed, replicas)


def total(sets: Sequence[Object]) -> int:
    return sum(replicas_of(rs) for rs in sets)


def available(sets: Sequence[Object]) -> int:
    return sum(count(rs, "availableReplicas") for rs in sets)


def new_size(deployment: Object, sets: Sequence[Object], present: int) -> int:
    """Replicas for the new ReplicaSet, which has `present`, among all `sets`."""
    wanted = replicas_of(deployment)
    if not is_rolling(deployment):
        return wanted
    surge = int_or_percent(_rolling(deployment).get("maxSurge", "25%"), wanted, round_up=True)
    room = wanted + surge - total(sets)
    if room <= 0:
        return present
    return present + min(room, wanted - present)


def scaled_down_old(deployment: Object, new: Object, old: Sequence[Object]) -> Sizes:
    """Sizes of the old ReplicaSets in the next step of a rolling update; empty: no change.

    Unhealthy old replicas go first, as far as the budget reaches; then healthy ones, as long as
    enough pods stay available.
    """
    at_least = replicas_of(deployment) - unavailable_of(deployment)
    new_unavailable = replicas_of(new) - count(new, "availableReplicas")
    budget = total(old) + replicas_of(new) - at_least - new_unavailable
    if total(old) == 0 or budget <= 0:
        return {}
    sizes = {name_of(rs): replicas_of(rs) for rs in old}
    _drop_unhealthy(sizes, old, budget)
    _drop_available(sizes, old, available([*old, new]) - at_least)
    return {name_of(rs): sizes[name_of(rs)] for rs in old if sizes[name_of(rs)] != replicas_of(rs)}


def _drop_unhealthy(sizes: Sizes, old: Sequence[Object], budget: int) -> None:
    for rs in old:
        unhealthy = replicas_of(rs) - count(rs, "availableReplicas")
        dropped = min(budget, max(unhealthy, 0), replicas_of(rs))
        sizes[name_of(rs)] -= dropped
        budget -= dropped


def _drop_available(sizes: Sizes, old: Sequence[Object], surplus: int) -> None:
    for rs in old:
        if surplus <= 0:
            return
        dropped = min(sizes[name_of(rs)], surplus)
        sizes[name_of(rs)] -= dropped
        surplus -= dropped


def proportional(deployment: Object, active: Sequence[Object]) -> Sizes:
    """Share a change of `spec.replicas` between ReplicaSets that are all in use.

    Largest first (`active` comes newest first when growing, oldest first when shrinking); what
    rounding leaves over goes to the first.
    """
    wanted = replicas_of(deployment)
    allowed = wanted + surge_of(deployment) if wanted > 0 else 0
    to_add = allowed - total(active)
    added = 0
    sizes: Sizes = {}
    for rs in active:
        share = _proportion(rs, deployment, to_add, added)
        sizes[name_of(rs)] = replicas_of(rs) + share
        added += share
    if active and to_add != 0:
        first = name_of(active[0])
        sizes[first] = max(0, sizes[first] + to_add - added)
    return sizes


def _proportion(rs: Object, deployment: Object, to_add: int, added: int) -> int:
    if replicas_of(rs) == 0 or to_add == 0 or to_add == added:
        return 0
    fraction = _fraction(rs, deployment)
    left = to_add - added
    return min(fraction, left) if to_add > 0 else max(fraction, left)


def _fraction(rs: Object, deployment: Object) -> int:
    """By how much this ReplicaSet's size changes if it keeps its share of the whole."""
    present = replicas_of(rs)
    if replicas_of(deployment) == 0:
        return -present
    noted = annotated_number(rs, MAX)
    before = count(deployment, "replicas") if noted is None else noted
    if before == 0:
        return 0
    after = replicas_of(deployment) + surge_of(deployment)
    return (2 * present * after + before) // (2 * before) - present


def largest_first(sets: Sequence[Object], growing: bool) -> list[Object]:
    """Biggest first; among equals the newest when growing, the oldest when shrinking."""
    by_age = sorted(sets, key=creation_order, reverse=growing)
    return sorted(by_age, key=lambda rs: -replicas_of(rs))
