"""Defaults of job specs.

Source: k8s.io/kubernetes pkg/apis/batch/v1/defaults.go (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.kinds.pod_spec import template
from tuik8s.api.kinds.strategy import first
from tuik8s.api.types import Object

UNLIMITED: Final = 2**31 - 1


def fill(spec: Object) -> None:
    """Defaults that a job spec gets wherever it stands, in place."""
    if spec.get("template") is None:
        spec["template"] = {}
    template.fill(spec["template"])


def fill_job(spec: Object) -> None:
    """Defaults that only a Job gets: templates of CronJobs are completed when they become one."""
    fill(spec)
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = spec["parallelism"] = 1
    first(spec, "parallelism", 1)
    if spec.get("backoffLimit") is None:
        spec["backoffLimit"] = UNLIMITED if spec.get("backoffLimitPerIndex") is not None else 6
    first(spec, "completionMode", "NonIndexed")
    first(spec, "suspend", False)
    first(spec, "manualSelector", False)
    policy = spec.get("podFailurePolicy")
    if spec.get("podReplacementPolicy") is None:
        spec["podReplacementPolicy"] = "TerminatingOrFailed" if policy is None else "Failed"
    fill_failure_policy(policy)


def fill_failure_policy(policy: Object | None) -> None:
    for rule in (policy or {}).get("rules") or ():
        for pattern in rule.get("onPodConditions") or ():
            if not pattern.get("status"):
                pattern["status"] = "True"
