"""What a failure means for a Job, and when it has succeeded enough.

Source: k8s.io/kubernetes pkg/controller/job/{pod_failure_policy,success_policy}.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import name_of, namespace_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.job.indexes import parse


def verdict(job: Object, pod: Object) -> tuple[str, str]:
    """(action, message): FailJob, FailIndex, Ignore or Count, and why for FailJob."""
    rules = (job["spec"].get("podFailurePolicy") or {}).get("rules") or ()
    for number, rule in enumerate(rules):
        why = _matches(rule, pod)
        if why:
            action = str(rule.get("action"))
            return action, f"{why} matching {action} rule at index {number}"
    return "Count", ""


def _matches(rule: Object, pod: Object) -> str:
    place = f"{namespace_of(pod)}/{name_of(pod)}"
    status = pod.get("status") or {}
    codes = rule.get("onExitCodes")
    if codes:
        return _exit_code(codes, status, place)
    for wanted in rule.get("onPodConditions") or ():
        for found in status.get("conditions") or ():
            same_status = found.get("status") == (wanted.get("status") or "True")
            if found.get("type") == wanted.get("type") and same_status:
                return f"Pod {place} has condition {found['type']}"
    return ""


def _exit_code(codes: Object, status: Object, place: str) -> str:
    containers = [
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    ]
    values = codes.get("values") or ()
    for container in containers:
        name = container.get("name")
        if codes.get("containerName") not in (None, name):
            continue
        terminated = (container.get("state") or {}).get("terminated")
        if not terminated or not terminated.get("exitCode"):
            continue
        code = terminated["exitCode"]
        if (code in values) == (codes.get("operator") == "In"):
            return f"Container {name} for pod {place} failed with exit code {code}"
    return ""


def met_rule(job: Object, succeeded: Sequence[int]) -> int | None:
    """The number of the successPolicy rule that is met; None for none."""
    done = set(succeeded)
    for number, rule in enumerate((job["spec"].get("successPolicy") or {}).get("rules") or ()):
        wanted = rule.get("succeededCount")
        if rule.get("succeededIndexes") is None:
            met = wanted is not None and len(done) >= wanted
        else:
            indexes = parse(rule["succeededIndexes"])
            hit = sum(1 for index in indexes if index in done)
            met = hit >= (wanted if wanted is not None else len(indexes))
        if met:
            return number
    return None
