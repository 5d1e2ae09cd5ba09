"""What is lost when pods no longer serve: Services without an endpoint, budgets that are broken.

Pure; counted before anything happens, from what is there now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tuik8s.api.selectors import selector_of
from tuik8s.api.types import Object

Items = Callable[[str], Iterable[Object]]
"""resource id -> its objects"""

ENDPOINTS = "endpointslices.discovery.k8s.io"
BUDGETS = "poddisruptionbudgets.policy"
READS = (ENDPOINTS, BUDGETS)
SERVICE_NAME = "kubernetes.io/service-name"
NAMES_MAX = 3


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


def losses_of(pods: Iterable[Object], items: Items) -> Losses:
    """What is lost when these pods serve no more."""
    gone = {_place(pod): pod for pod in pods}
    if not gone:
        return Losses()
    return Losses(tuple(_services(gone, items)), tuple(_budgets(gone.values(), items)))


def _services(gone: dict[tuple[str, str], Object], items: Items) -> list[str]:
    ready: dict[str, int] = defaultdict(int)
    left: dict[str, int] = defaultdict(int)
    for piece in items(ENDPOINTS):
        meta = piece["metadata"]
        name = (meta.get("labels") or {}).get(SERVICE_NAME)
        if name is None:
            continue
        service = f"{meta.get('namespace', '')}/{name}"
        for end in piece.get("endpoints") or ():
            if (end.get("conditions") or {}).get("ready") is False:
                continue
            about = end.get("targetRef") or {}
            ready[service] += 1
            place = (about.get("namespace", meta.get("namespace", "")), about.get("name", ""))
            left[service] += place not in gone
    return sorted(service for service in ready if not left[service])


def _budgets(gone: Iterable[Object], items: Items) -> list[str]:
    healthy = [pod for pod in gone if _is_ready(pod)]
    found = []
    for budget in items(BUDGETS):
        meta, status = budget["metadata"], budget.get("status") or {}
        selector = selector_of(budget["spec"].get("selector"))
        hit = sum(
            pod["metadata"].get("namespace") == meta.get("namespace")
            and selector.matches(pod["metadata"].get("labels") or {})
            for pod in healthy
        )
        wanted = status.get("desiredHealthy", 0)
        after = status.get("currentHealthy", 0) - hit
        if hit and after < wanted:
            found.append(f"{meta.get('namespace', '')}/{meta['name']} ({after} < {wanted})")
    return sorted(found)


def _place(pod: Object) -> tuple[str, str]:
    return pod["metadata"].get("namespace", ""), pod["metadata"]["name"]


def _is_ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def _some(names: tuple[str, ...]) -> str:
    more = f", {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
    return ", ".join(names[:NAMES_MAX]) + more
