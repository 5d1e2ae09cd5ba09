"""The conditions that pods put on nodes and on other pods, parsed and hashable.

Terms are values: two pods of one Deployment have equal terms, so whoever counts matches for a
term keeps one count for all of them. A term's `key` is its canonical text.

Source: pkg/scheduler/framework AffinityTerm, k8s.io/component-helpers scheduling/corev1 (1.36).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tuik8s.api.selectors import LabelSelector, selector_of
from tuik8s.api.types import Object

if TYPE_CHECKING:
    from tuik8s.components.scheduler.pods import PodInfo

NO_SCHEDULE: Final = "NoSchedule"
PREFER_NO_SCHEDULE: Final = "PreferNoSchedule"
NO_EXECUTE: Final = "NoExecute"
HARD: Final = "DoNotSchedule"


class Taint(NamedTuple):
    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        return (
            f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"
        )


class Toleration(NamedTuple):
    key: str
    operator: str
    value: str
    effect: str

    def tolerates(self, taint: Taint) -> bool:
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        if self.operator == "Exists":
            return True
        return bool(self.key) and self.value == taint.value


class PreferredNodeTerm(NamedTuple):
    weight: int
    term: Object


class Selector:
    """A label selector with a canonical key; None selects nothing."""

    __slots__ = ("_matches", "key")

    def __init__(self, selector: Object | None) -> None:
        self.key = canonical(selector)
        self._matches: LabelSelector = selector_of(selector)

    def matches(self, labels: Mapping[str, str]) -> bool:
        return self._matches.matches(labels)


class AffinityTerm:
    """One podAffinity or podAntiAffinity term of a pod.

    namespaces and namespace_selector are united; a pod whose namespace or labels fit is a match.
    """

    __slots__ = ("key", "namespace_selector", "namespaces", "selector", "topology_key")

    def __init__(self, term: Object, pod: PodInfo) -> None:
        self.topology_key: str = term.get("topologyKey", "")
        self.namespace_selector: Selector | None = None
        wanted = term.get("namespaceSelector")
        if wanted is not None:
            self.namespace_selector = Selector(wanted)
        named = term.get("namespaces") or ()
        self.namespaces = frozenset(named)
        if not named and wanted is None:
            self.namespaces = frozenset((pod.namespace,))
        self.selector = Selector(_with_label_keys(term, pod.labels))
        spaces = ",".join(sorted(self.namespaces))
        space_key = self.namespace_selector.key if self.namespace_selector else "-"
        self.key = f"{self.topology_key}|{spaces}|{space_key}|{self.selector.key}"

    def covers(self, namespace: str, namespace_labels: Mapping[str, str]) -> bool:
        if namespace in self.namespaces:
            return True
        selector = self.namespace_selector
        return selector is not None and selector.matches(namespace_labels)

    def matches(self, pod: PodInfo, namespace_labels: Mapping[str, str]) -> bool:
        return self.covers(pod.namespace, namespace_labels) and self.selector.matches(pod.labels)


class SpreadConstraint(NamedTuple):
    max_skew: int
    topology_key: str
    hard: bool
    selector: Selector
    min_domains: int
    honor_affinity: bool
    honor_taints: bool


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def taints_of(node: Object) -> tuple[Taint, ...]:
    return tuple(
        Taint(taint.get("key", ""), taint.get("value") or "", taint.get("effect", ""))
        for taint in (node.get("spec") or {}).get("taints") or ()
    )


def tolerations(items: list[Object] | None) -> tuple[Toleration, ...]:
    return tuple(
        Toleration(
            item.get("key") or "",
            item.get("operator") or "Equal",
            item.get("value") or "",
            item.get("effect") or "",
        )
        for item in items or ()
    )


def untolerated(
    taints: tuple[Taint, ...], tolerated: tuple[Toleration, ...], effects: frozenset[str]
) -> Taint | None:
    """The first taint of one of the effects that nothing tolerates."""
    for taint in taints:
        if taint.effect in effects and not any(t.tolerates(taint) for t in tolerated):
            return taint
    return None


def preferred_node_terms(items: list[Object] | None) -> tuple[PreferredNodeTerm, ...]:
    return tuple(
        PreferredNodeTerm(item["weight"], item.get("preference") or {}) for item in items or ()
    )


def affinity_terms(items: list[Object] | None, pod: PodInfo) -> tuple[AffinityTerm, ...]:
    return tuple(AffinityTerm(item, pod) for item in items or ())


def preferred_affinity_terms(
    items: list[Object] | None, pod: PodInfo, sign: int
) -> tuple[tuple[int, AffinityTerm], ...]:
    """Preferred terms with their weight; wishes to stay apart count negative."""
    return tuple(
        (sign * item["weight"], AffinityTerm(item.get("podAffinityTerm") or {}, pod))
        for item in items or ()
    )


def spread_constraints(
    items: list[Object] | None, labels: Mapping[str, str]
) -> tuple[SpreadConstraint, ...]:
    return tuple(
        SpreadConstraint(
            max_skew=item["maxSkew"],
            topology_key=item["topologyKey"],
            hard=item.get("whenUnsatisfiable", HARD) == HARD,
            selector=Selector(_with_label_keys(item, labels)),
            min_domains=item.get("minDomains") or 1,
            honor_affinity=item.get("nodeAffinityPolicy", "Honor") == "Honor",
            honor_taints=item.get("nodeTaintsPolicy", "Ignore") == "Honor",
        )
        for item in items or ()
    )


def _with_label_keys(term: Object, labels: Mapping[str, str]) -> Object | None:
    """The labelSelector with matchLabelKeys and mismatchLabelKeys merged, as the API does it."""
    selector: Object | None = term.get("labelSelector")
    same = [key for key in term.get("matchLabelKeys") or () if key in labels]
    other = [key for key in term.get("mismatchLabelKeys") or () if key in labels]
    if selector is None or not (same or other):
        return selector
    added = [{"key": key, "operator": "In", "values": [labels[key]]} for key in same]
    added += [{"key": key, "operator": "NotIn", "values": [labels[key]]} for key in other]
    present = list(selector.get("matchExpressions") or ())
    merged = present + [requirement for requirement in added if requirement not in present]
    return {**selector, "matchExpressions": merged}
