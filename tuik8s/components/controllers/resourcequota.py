"""The status of quotas: what is limited, and how much of it is used.

Admission counts what is created; this controller counts everything anew whenever something of
the namespace came, went, or changed what it uses.

Source: k8s.io/kubernetes pkg/controller/resourcequota/resource_quota_controller.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api import quantity
from tuik8s.api import quota_usage as usage
from tuik8s.api.meta import is_deleting, is_terminal, name_of, namespace_of
from tuik8s.api.quota_usage import Usage
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import NOTHING, Change, Plan, View, Wake, itself
from tuik8s.components.controllers.parts.workloads import status_of, status_update

RESOURCE = "resourcequotas"
_PODS_PER_PACE_MS = 5
_PACE_MS_MAX = 1_000
_SPEC_MATTERS = frozenset(("services", "persistentvolumeclaims", "pods"))


def _quotas_around(change: Change, view: View) -> list[Key]:
    """The quotas of the namespace, when the change can matter to a sum."""
    namespace = namespace_of(change.last)
    if not namespace or change.resource == RESOURCE:
        return []
    quotas = view.by_index(RESOURCE, "namespace", namespace)
    if not quotas or not _matters(change):
        return []
    return [Key(RESOURCE, namespace, name_of(quota)) for quota in quotas]


def _matters(change: Change) -> bool:
    old, new = change.old, change.new
    if old is None or new is None:
        return True
    if change.resource not in _SPEC_MATTERS:
        return False
    if old.get("spec") != new.get("spec"):
        return True
    return is_terminal(old) != is_terminal(new) or is_deleting(old) != is_deleting(new)


class ResourceQuotaReconciler:
    """Count what each quota limits."""

    name = "resourcequota"
    account = "resourcequota-controller"
    component = "resourcequota-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(RESOURCE, itself), Wake("*", _quotas_around))

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        quota = view.get(RESOURCE, key.namespace, key.name)
        if quota is None:
            return NOTHING
        hard: dict[str, str] = (quota.get("spec") or {}).get("hard") or {}
        found = _measure(quota, hard, view, now_ms)
        used = {name: str(found[name]) for name in sorted(hard) if name in found}
        pods = len(view.glance("pods", "namespace", key.namespace))
        pace_ms = min(pods // _PODS_PER_PACE_MS, _PACE_MS_MAX)
        status = {"hard": hard, "used": used}
        if _same(status_of(quota), status):
            return Plan(pace_ms=pace_ms)
        return Plan(writes=(status_update(RESOURCE, quota, status),), pace_ms=pace_ms)


def _same(present: Object, wanted: Object) -> bool:
    if not present:
        return not wanted["hard"]
    return all((present.get(part) or {}) == wanted[part] for part in ("hard", "used"))


def _measure(quota: Object, hard: dict[str, str], view: View, now_ms: int) -> Usage:
    namespace = namespace_of(quota)
    zero = quantity.of_value(0)
    total: Usage = {name: zero for name in hard if _is_measured(name)}
    scoped = bool(quota["spec"].get("scopes") or quota["spec"].get("scopeSelector"))
    if any(_is_of_pods(name) for name in hard):
        for pod in view.list_("pods", namespace):
            if usage.pod_counts(pod, now_ms) and usage.in_scopes(pod, quota):
                usage.add(total, usage.pod_usage(pod))
    if scoped:
        return total
    if any(name.startswith("services") for name in hard):
        for service in view.list_("services", namespace):
            usage.add(total, usage.service_usage(service))
    if any(name.endswith(("requests.storage", "persistentvolumeclaims")) for name in hard):
        for claim in view.list_("persistentvolumeclaims", namespace):
            usage.add(total, usage.claim_usage(claim))
    for name in hard:
        resource = name.removeprefix("count/")
        if name.startswith("count/") or (usage.is_standard(name) and name != "services"):
            total[name] = quantity.of_value(len(view.list_(resource, namespace)))
    return total


def _is_of_pods(name: str) -> bool:
    if name in ("pods", "cpu", "memory", "ephemeral-storage"):
        return True
    return name.startswith(("requests.", "limits.", "hugepages-")) and name != "requests.storage"


def _is_measured(name: str) -> bool:
    """Whether this controller knows how to count it; others stay out of `used`."""
    if _is_of_pods(name) or name.startswith("count/") or usage.is_standard(name):
        return True
    return name.startswith("services.") or name.endswith(
        ("requests.storage", "persistentvolumeclaims")
    )
