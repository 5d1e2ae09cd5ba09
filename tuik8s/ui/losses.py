"""What is lost when pods no longer serve: Services without an endpoint, budgets that are broken.

Pure; counted before anything happens, from what is there now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tuik8s.api.selectors import LabelSelector, selector_of
from tuik8s.api.types import Object

Items = Callable[[str], Iterable[Object]]
"""resource id -> its objects"""

ENDPOINTS = "endpointslices.discovery.k8s.io"
BUDGETS = "poddisruptionbudgets.policy"
READS = (ENDPOINTS, BUDGETS)
SERVICE_NAME = "kubernetes.io/service-name"
NAMES_MAX = 3

Place = tuple[str, str]
"""namespace and name"""


class Losses(NamedTuple):
    """Services that lose their last ready endpoint, and budgets that are broken, each in words."""

    services: tuple[str, ...] = ()
    budgets: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.services or self.budgets)

    @property
    def words(self) -> str:
        """`2 Services lose their last endpoint (a/x, a/y) · PDB a/x violated (1 < 2)`."""
        parts = []
        if self.services:
            count = len(self.services)
            verb = "Services lose their" if count > 1 else "Service loses its"
            parts.append(f"{count} {verb} last endpoint ({_some(self.services)})")
        if self.budgets:
            plural = "s" if len(self.budgets) > 1 else ""
            parts.append(f"PDB{plural} {_some(self.budgets)} violated")
        return " · ".join(parts)


class _Budget(NamedTuple):
    namespace: str
    name: str
    selector: LabelSelector
    wanted: int
    healthy: int


class Stake:
    """What there is to lose: gone over once, then asked for any pods."""

    def __init__(self, items: Items) -> None:
        self._services = _services(items(ENDPOINTS))
        self._budgets = [_budget(each) for each in items(BUDGETS)]

    def lost_with(self, pods: Iterable[Object]) -> Losses:
        """What is lost when these pods serve no more."""
        gone = {place_of(pod): pod for pod in pods}
        services = sorted(
            service
            for service, places in self._services.items()
            if all(place in gone for place in places)
        )
        healthy = [pod for pod in gone.values() if _is_ready(pod)]
        return Losses(tuple(services), tuple(sorted(self._broken(healthy))))

    def _broken(self, pods: list[Object]) -> Iterable[str]:
        """Budgets that do not have as many healthy pods as they want without these."""
        for budget in self._budgets:
            hit = sum(
                pod["metadata"].get("namespace") == budget.namespace
                and budget.selector.matches(pod["metadata"].get("labels") or {})
                for pod in pods
            )
            after = budget.healthy - hit
            if hit and after < budget.wanted:
                yield f"{budget.namespace}/{budget.name} ({after} < {budget.wanted})"


def losses_of(pods: list[Object], items: Items) -> Losses:
    """What is lost when these pods serve no more."""
    return Stake(items).lost_with(pods) if pods else Losses()


def _services(slices: Iterable[Object]) -> dict[str, list[Place]]:
    """Services that have ready endpoints -> the pods behind those."""
    found: dict[str, list[Place]] = {}
    for piece in slices:
        meta = piece["metadata"]
        name = (meta.get("labels") or {}).get(SERVICE_NAME)
        if name is None:
            continue
        service = f"{meta.get('namespace', '')}/{name}"
        for end in piece.get("endpoints") or ():
            if (end.get("conditions") or {}).get("ready") is False:
                continue
            about = end.get("targetRef") or {}
            place = (about.get("namespace", meta.get("namespace", "")), about.get("name", ""))
            found.setdefault(service, []).append(place)
    return found


def _budget(obj: Object) -> _Budget:
    meta, status = obj["metadata"], obj.get("status") or {}
    return _Budget(
        meta.get("namespace", ""),
        meta["name"],
        selector_of(obj["spec"].get("selector")),
        status.get("desiredHealthy", 0),
        status.get("currentHealthy", 0),
    )


def place_of(obj: Object) -> Place:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def _is_ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)


def _some(names: tuple[str, ...]) -> str:
    more = f", {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
    return ", ".join(names[:NAMES_MAX]) + more
