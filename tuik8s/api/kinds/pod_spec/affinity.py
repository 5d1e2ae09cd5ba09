"""Node and pod affinity, topology spread, tolerations, taints.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from tuik8s.api.kinds.validation.labels import label_name, label_value, selector
from tuik8s.api.kinds.validation.resources import POSITIVE
from tuik8s.api.kinds.validation.values import Errors, one_of
from tuik8s.api.types import Object

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_WEIGHT: Final = "must be in the range 1-100"
EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_NODE_POLICIES: Final = ("Honor", "Ignore")


def validate(errors: Errors, path: str, affinity: Object) -> None:
    node = affinity.get("nodeAffinity")
    if node is not None:
        _node_affinity(errors, f"{path}.nodeAffinity", node)
    for field in ("podAffinity", "podAntiAffinity"):
        value = affinity.get(field)
        if value is not None:
            _pod_affinity(errors, f"{path}.{field}", value)


def _node_affinity(errors: Errors, path: str, value: Object) -> None:
    if value.get(_REQUIRED) is not None:
        node_selector(errors, f"{path}.{_REQUIRED}", value[_REQUIRED])
    for i, term in enumerate(value.get(_PREFERRED) or ()):
        at = f"{path}.{_PREFERRED}[{i}]"
        if not 1 <= term.get("weight", 0) <= 100:
            errors.append(invalid(f"{at}.weight", term.get("weight", 0), _WEIGHT))
        _node_selector_term(errors, f"{at}.preference", term.get("preference") or {}, False)


def node_selector(errors: Errors, path: str, value: Object) -> None:
    terms = value.get("nodeSelectorTerms")
    if not terms:
        detail = "must have at least one node selector term"
        errors.append(required(f"{path}.nodeSelectorTerms", detail))
        return
    for i, term in enumerate(terms):
        _node_selector_term(errors, f"{path}.nodeSelectorTerms[{i}]", term, True)


def _node_selector_term(errors: Errors, path: str, term: Object, checks_values: bool) -> None:
    for i, requirement in enumerate(term.get("matchExpressions") or ()):
        at = f"{path}.matchExpressions[{i}]"
        _node_requirement(errors, at, requirement, checks_values)
    for i, requirement in enumerate(term.get("matchFields") or ()):
        _node_field_requirement(errors, f"{path}.matchFields[{i}]", requirement)


def _node_requirement(errors: Errors, path: str, rq: Object, checks_values: bool) -> None:
    operator, values = rq.get("operator", ""), rq.get("values") or []
    at = f"{path}.values"
    if operator in ("In", "NotIn"):
        if not values:
            errors.append(required(at, "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(forbidden(at, detail))
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            errors.append(required(at, detail))
    else:
        errors.append(invalid(f"{path}.operator", operator, "not a valid selector operator"))
    label_name(errors, f"{path}.key", rq.get("key", ""))
    if checks_values:
        for i, value in enumerate(values):
            label_value(errors, f"{at}[{i}]", value)


def _node_field_requirement(errors: Errors, path: str, rq: Object) -> None:
    operator, values, key = rq.get("operator", ""), rq.get("values") or [], rq.get("key", "")
    if operator not in ("In", "NotIn"):
        errors.append(invalid(f"{path}.operator", operator, "not a valid selector operator"))
    elif len(values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        errors.append(required(f"{path}.values", detail))
    if key != "metadata.name":
        errors.append(invalid(f"{path}.key", key, "not a valid field selector key"))
        return
    for i, value in enumerate(values):
        for message in names.dns1123_subdomain(value):
            errors.append(invalid(f"{path}.values[{i}]", value, message))


def _pod_affinity(errors: Errors, path: str, value: Object) -> None:
    for i, term in enumerate(value.get(_REQUIRED) or ()):
        _pod_term(errors, f"{path}.{_REQUIRED}[{i}]", term)
    for i, weighted in enumerate(value.get(_PREFERRED) or ()):
        at = f"{path}.{_PREFERRED}[{i}]"
        if not 1 <= weighted.get("weight", 0) <= 100:
            errors.append(invalid(f"{at}.weight", weighted.get("weight", 0), _WEIGHT))
        _pod_term(errors, f"{at}.podAffinityTerm", weighted.get("podAffinityTerm") or {})


def _pod_term(errors: Errors, path: str, term: Object) -> None:
    selector(errors, f"{path}.labelSelector", term.get("labelSelector"))
    selector(errors, f"{path}.namespaceSelector", term.get("namespaceSelector"))
    for namespace in term.get("namespaces") or ():
        for message in names.dns1123_label(namespace):
            errors.append(invalid(f"{path}.namespace", namespace, message))
    _label_keys(errors, path, term)
    topology = term.get("topologyKey", "")
    if not topology:
        errors.append(required(f"{path}.topologyKey", "can not be empty"))
    label_name(errors, f"{path}.topologyKey", topology)


def _label_keys(errors: Errors, path: str, term: Object) -> None:
    """matchLabelKeys and mismatchLabelKeys; by now they are merged into the selector."""
    match, mismatch = term.get("matchLabelKeys") or [], term.get("mismatchLabelKeys") or []
    if not match and not mismatch:
        return
    chosen = term.get("labelSelector")
    for field, keys in (("matchLabelKeys", match), ("mismatchLabelKeys", mismatch)):
        if keys and chosen is None:
            detail = "must not be specified when labelSelector is not set"
            errors.append(forbidden(f"{path}.{field}", detail))
        elif keys:
            for i, key in enumerate(keys):
                label_name(errors, f"{path}.{field}[{i}]", key)
    if chosen is not None:
        _merged_keys(errors, path, match, chosen)
    for i, key in enumerate(match):
        if key in mismatch:
            detail = "exists in both matchLabelKeys and mismatchLabelKeys"
            errors.append(invalid(f"{path}.matchLabelKeys[{i}]", key, detail))


def _merged_keys(errors: Errors, path: str, keys: list[str], chosen: Object) -> None:
    index = {key: i for i, key in enumerate(keys)}
    seen = set(chosen.get("matchLabels") or {})
    for expression in chosen.get("matchExpressions") or ():
        key = expression.get("key", "")
        if key in index and key in seen:
            detail = "exists in both matchLabelKeys and labelSelector"
            errors.append(invalid(f"{path}[{index[key]}]", key, detail))
        seen.add(key)


def topology_spread(errors: Errors, path: str, constraints: list[Object]) -> None:
    for i, constraint in enumerate(constraints):
        at = f"{path}[{i}]"
        skew, action = constraint.get("maxSkew", 0), constraint.get("whenUnsatisfiable", "")
        if skew <= 0:
            errors.append(invalid(f"{at}.maxSkew", skew, POSITIVE))
        if not constraint.get("topologyKey"):
            errors.append(required(f"{at}.topologyKey", "can not be empty"))
        one_of(errors, f"{at}.whenUnsatisfiable", action, ("DoNotSchedule", "ScheduleAnyway"))
        _not_repeated(errors, at, constraint, constraints[i + 1 :])
        _min_domains(errors, f"{at}.minDomains", constraint.get("minDomains"), action)
        for field in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            if constraint.get(field) is not None:
                one_of(errors, f"{at}.{field}", constraint[field], _NODE_POLICIES)
        _label_keys(errors, at, constraint)
        selector(errors, f"{at}.labelSelector", constraint.get("labelSelector"))


def _not_repeated(errors: Errors, path: str, constraint: Object, rest: list[Object]) -> None:
    def pair(one: Object) -> tuple[str, str]:
        return one.get("topologyKey", ""), one.get("whenUnsatisfiable", "")

    if any(pair(other) == pair(constraint) for other in rest):
        shown = "{" + ", ".join(pair(constraint)) + "}"
        errors.append(duplicate(f"{path}.{{topologyKey, whenUnsatisfiable}}", shown))


def _min_domains(errors: Errors, path: str, value: int | None, action: str) -> None:
    if value is None:
        return
    if value <= 0:
        errors.append(invalid(path, value, POSITIVE))
    if action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        errors.append(invalid(path, value, detail))


def tolerations(errors: Errors, path: str, values: list[Object]) -> None:
    for i, toleration in enumerate(values):
        at = f"{path}[{i}]"
        key, operator = toleration.get("key", ""), toleration.get("operator", "")
        effect = toleration.get("effect", "")
        if key:
            label_name(errors, f"{at}.key", key)
        elif operator != "Exists":
            detail = (
                "operator must be Exists when `key` is empty, "
                'which means "match all values and all keys"'
            )
            errors.append(invalid(f"{at}.operator", operator, detail))
        if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
            detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            errors.append(invalid(f"{at}.effect", effect, detail))
        _toleration_value(errors, f"{at}.operator", operator, toleration.get("value", ""))
        if effect and effect not in EFFECTS:
            errors.append(not_supported(f"{at}.effect", effect, EFFECTS))


def _toleration_value(errors: Errors, path: str, operator: str, value: str) -> None:
    if operator in ("Equal", ""):
        messages = names.label_value(value)
        if messages:
            errors.append(invalid(path, value, ";".join(messages)))
    elif operator == "Exists":
        if value:
            detail = "value must be empty when `operator` is 'Exists'"
            errors.append(invalid(path, value, detail))
    else:
        # Lt and Gt wait behind a feature that is off, yet upstream lists them when one is used.
        listed = ("Equal", "Exists", "Lt", "Gt") if operator in ("Lt", "Gt") else None
        errors.append(not_supported(path, operator, listed or ("Equal", "Exists")))


def taints(errors: Errors, path: str, values: list[Object]) -> None:
    """Taints of a node: sound, and unique by key and effect."""
    seen: set[tuple[str, str]] = set()
    for i, taint in enumerate(values):
        at, key, effect = f"{path}[{i}]", taint.get("key", ""), taint.get("effect", "")
        label_name(errors, f"{at}.key", key)
        messages = names.label_value(taint.get("value", ""))
        if messages:
            errors.append(invalid(f"{at}.value", taint.get("value", ""), ";".join(messages)))
        if not effect:
            errors.append(required(f"{at}.effect"))
        elif effect not in EFFECTS:
            errors.append(not_supported(f"{at}.effect", effect, EFFECTS))
        if (key, effect) in seen:
            errors.append(_repeated_taint(at, taint))
        seen.add((key, effect))


def _repeated_taint(path: str, taint: dict[str, Any]) -> FieldError:
    shown = {
        "Key": taint.get("key", ""),
        "Value": taint.get("value", ""),
        "Effect": taint.get("effect", ""),
        "TimeAdded": taint.get("timeAdded"),
    }
    error = duplicate(path, shown)
    detail = f"{error.text}: taints must be unique by key and effect pair"
    return FieldError(path, error.reason, detail)
