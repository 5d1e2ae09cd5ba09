"""Numbers and statuses of workloads: percentages, counts, annotations, conditions of owners.

Source: apimachinery pkg/util/intstr/intstr.go, k8s.io/kubernetes
pkg/controller/deployment/util/deployment_util.go (`ResolveFenceposts`).
"""

from __future__ import annotations

from tuik8s.api.meta import annotations_of, condition, metadata_of, name_of
from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Update


def replicas_of(obj: Object) -> int:
    """`spec.replicas`, 1 when absent."""
    replicas = (obj.get("spec") or {}).get("replicas")
    return 1 if replicas is None else int(replicas)


def min_ready_seconds_of(obj: Object) -> int:
    return int((obj.get("spec") or {}).get("minReadySeconds") or 0)


def status_of(obj: Object) -> Object:
    return obj.get("status") or {}


def with_status(obj: Object, status: Object) -> Object:
    """The object with another status; everything else is shared."""
    return {**obj, "status": status}


def status_update(resource: str, obj: Object, status: Object) -> Update:
    return Update(resource=resource, obj=with_status(obj, status), subresource="status")


def creation_order(obj: Object) -> tuple[str, str]:
    """What sorts objects oldest first, those of one second by name."""
    return (metadata_of(obj).get("creationTimestamp") or "", name_of(obj))


def count(obj: Object, field: str) -> int:
    """A number in the status, 0 when absent."""
    return int((obj.get("status") or {}).get(field) or 0)


def annotated_number(obj: Object, key: str) -> int | None:
    """The number in an annotation; None when there is none."""
    return _number(annotations_of(obj).get(key, ""))


def _number(text: str) -> int | None:
    return parse_int(text) if text.isdecimal() else None


def int_or_percent(value: int | str | None, total: int, *, round_up: bool) -> int:
    """A count given as a number or as a share of `total`; 0 for what is neither."""
    if value is None or isinstance(value, int):
        return value or 0
    number = _number(value.removesuffix("%")) or 0
    if not value.endswith("%"):
        return number
    share = total * number
    return -(-share // 100) if round_up else share // 100


def fenceposts(
    surge: int | str | None, unavailable: int | str | None, total: int
) -> tuple[int, int]:
    """(surge, unavailable) as counts; never both 0, or a rollout could not move."""
    surge_count = int_or_percent(surge, total, round_up=True)
    unavailable_count = int_or_percent(unavailable, total, round_up=False)
    if surge_count == 0 and unavailable_count == 0:
        unavailable_count = 1
    return surge_count, unavailable_count


def without_zeros(status: Object, keep: tuple[str, ...] = ()) -> Object:
    """A status as it is stored: counts of 0 and absent values left out, but for `keep`."""
    return {k: v for k, v in status.items() if k in keep or (v is not None and v != 0 and v != [])}


def find_condition(status: Object, condition_type: str) -> Object | None:
    for found in status.get("conditions") or ():
        if found.get("type") == condition_type:
            return dict(found)
    return None


def finish_of(job: Object) -> Object | None:
    """The condition with which a Job has ended; None while it has not."""
    found = (condition(job, kind) for kind in ("Complete", "Failed"))
    return next((c for c in found if c is not None and c.get("status") == "True"), None)


def kept_transition(made: Object, before: Object | None) -> Object:
    """The condition, with the time of the last change if its status is that of `before`."""
    if before is None or before.get("status") != made["status"]:
        return made
    since = before.get("lastTransitionTime") or made["lastTransitionTime"]
    return {**made, "lastTransitionTime": since}


def drop_condition(conditions: list[Object], condition_type: str) -> list[Object]:
    return [c for c in conditions if c.get("type") != condition_type]
