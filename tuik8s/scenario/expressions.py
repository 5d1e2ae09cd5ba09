"""Assertions in CEL over the cluster's objects, with functions that read like kubectl.

    deployment('frontend').status.availableReplicas >= 2
    pods('app=frontend').all(p, p.spec.nodeName != 'node-2')
    get('quota', 'small', 'team-a').status.used.pods == '2'

Every kind is a function: singular `kind(name[, namespace])` is one object ({} when it is absent),
plural `kinds([selector[, namespace]])` a list. `get(kind, name[, namespace])` and `list(kind[,
selector[, namespace]])` take any kind by any name, and `now()` is the cluster's time in seconds.
A field or item that is absent makes the assertion false, not an error, since Kubernetes leaves out
zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cel

from tuik8s.scenario.state import NoSuchKind, State

_KINDS = (
    "pod", "node", "service", "deployment", "replicaset", "statefulset", "daemonset", "job",
    "cronjob", "configmap", "secret", "namespace", "event", "lease", "serviceaccount", "fault",
    "endpointslice", "replicationcontroller", "resourcequota", "limitrange", "ingress",
    "persistentvolumeclaim", "persistentvolume", "poddisruptionbudget", "customresourcedefinition",
)  # fmt: skip


class BadExpression(ValueError):
    """The text is no CEL; the message shows where."""


class Expression:
    """One compiled assertion."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._program = cel.compile(text)
        except ValueError as problem:
            raise BadExpression(str(problem)) from problem

    def holds(self, context: cel.Context) -> bool:
        """Whether it is true now. Raises BadExpression when it is not a yes-or-no question."""
        try:
            result = self._program.execute(context)
        except LookupError:
            return False
        except (TypeError, RuntimeError, ValueError, ArithmeticError) as problem:
            if isinstance(problem.__cause__, NoSuchKind):
                raise BadExpression(str(problem.__cause__)) from problem
            raise BadExpression(f"{self.text}: {problem}") from problem
        if not isinstance(result, bool):
            raise BadExpression(f"{self.text}: is {result!r}, expected true or false")
        return result


def context_of(
    state: State, now_ms: int, variables: Mapping[str, Any] | None = None
) -> cel.Context:
    """What an expression may refer to."""
    context = cel.Context()

    def get(word: str, name: str, namespace: str = "default") -> Any:
        return state.get(word, name, namespace) or {}

    def list_(word: str, selector: str = "", namespace: str = "") -> Any:
        return state.list_(word, selector, namespace)

    context.add_function("get", get)
    context.add_function("list", list_)
    context.add_function("now", lambda: now_ms // 1000)
    for kind in _KINDS:
        plural = "ingresses" if kind == "ingress" else f"{kind}s"
        context.add_function(kind, _one(state, kind))
        context.add_function(plural, _many(state, kind))
    for name, value in (variables or {}).items():
        context.add_variable(name, value)
    return context


def _one(state: State, kind: str) -> Any:
    def one(name: str, namespace: str = "default") -> Any:
        return state.get(kind, name, namespace) or {}

    return one


def _many(state: State, kind: str) -> Any:
    def many(selector: str = "", namespace: str = "") -> Any:
        return state.list_(kind, selector, namespace)

    return many
