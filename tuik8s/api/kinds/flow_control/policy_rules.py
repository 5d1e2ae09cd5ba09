"""Who and what a FlowSchema is about.

Source: k8s.io/kubernetes pkg/apis/flowcontrol/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import forbidden, invalid, not_supported, required
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_SUBJECTS: Final = {"Group": "group", "ServiceAccount": "serviceAccount", "User": "user"}
_VERBS: Final = (
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "proxy",
    "update",
    "watch",
)


def validate(errors: Errors, path: str, rule: Object) -> None:
    subjects = rule.get("subjects") or []
    if not subjects:
        errors.append(required(f"{path}.subjects", "subjects must contain at least one value"))
    for i, subject in enumerate(subjects):
        _subject(errors, f"{path}.subjects[{i}]", subject)
    resources, others = rule.get("resourceRules") or [], rule.get("nonResourceRules") or []
    if not resources and not others:
        detail = "at least one of resourceRules and nonResourceRules has to be non-empty"
        errors.append(required(path, detail))
    for i, entry in enumerate(resources):
        _resource_rule(errors, f"{path}.resourceRules[{i}]", entry)
    for i, entry in enumerate(others):
        _other_rule(errors, f"{path}.nonResourceRules[{i}]", entry)


def _subject(errors: Errors, path: str, subject: Object) -> None:
    kind = subject.get("kind", "")
    if kind not in _SUBJECTS:
        errors.append(not_supported(f"{path}.kind", kind, sorted(_SUBJECTS)))
        return
    own = _SUBJECTS[kind]
    if subject.get(own) is None:
        detail = f"{own} is required when subject kind is '{kind}'"
        errors.append(required(f"{path}.{own}", detail))
    elif own == "serviceAccount":
        _service_account(errors, f"{path}.{own}", subject[own])
    elif not subject[own].get("name"):
        errors.append(required(f"{path}.{own}.name"))
    for other in ("user", "group", "serviceAccount"):
        if other != own and subject.get(other) is not None:
            its_kind = next(kind for kind, field in _SUBJECTS.items() if field == other)
            detail = f"{other} is forbidden when subject kind is not '{its_kind}'"
            errors.append(forbidden(f"{path}.{other}", detail))


def _service_account(errors: Errors, path: str, account: Object) -> None:
    name, namespace = account.get("name", ""), account.get("namespace", "")
    if not name:
        errors.append(required(f"{path}.name"))
    elif name != "*":
        check(errors, f"{path}.name", name, names.dns1123_subdomain)
    if namespace:
        check(errors, f"{path}.namespace", namespace, names.dns1123_label)
    else:
        detail = "must specify namespace for service account"
        errors.append(required(f"{path}.namespace", detail))


def _verbs(errors: Errors, path: str, verbs: list[str]) -> None:
    if not verbs:
        errors.append(required(path, "verbs must contain at least one value"))
    elif "*" in verbs:
        _alone(errors, path, verbs, "verbs")
    elif not set(verbs) <= set(_VERBS):
        errors.append(not_supported(path, verbs, _VERBS))


def _alone(errors: Errors, path: str, values: list[str], words: str) -> None:
    if "*" in values and len(values) > 1:
        detail = f"if '*' is present, must not specify other {words}"
        errors.append(invalid(path, values, detail))


def _resource_rule(errors: Errors, path: str, rule: Object) -> None:
    _verbs(errors, f"{path}.verbs", rule.get("verbs") or [])
    for field, one, words in (
        ("apiGroups", "api group", "api groups"),
        ("resources", "resource", "resources"),
    ):
        values = rule.get(field) or []
        if not values:
            detail = f"resource rules must supply at least one {one}"
            errors.append(required(f"{path}.{field}", detail))
        _alone(errors, f"{path}.{field}", values, words)
    spaces, at = rule.get("namespaces") or [], f"{path}.namespaces"
    if not spaces and not rule.get("clusterScope"):
        detail = "resource rules that are not cluster scoped must supply at least one namespace"
        errors.append(required(at, detail))
    elif "*" in spaces:
        _alone(errors, at, spaces, "namespaces")
    else:
        for i, space in enumerate(spaces):
            check(errors, f"{at}[{i}]", space, names.dns1123_label)


def _other_rule(errors: Errors, path: str, rule: Object) -> None:
    _verbs(errors, f"{path}.verbs", rule.get("verbs") or [])
    urls, at = rule.get("nonResourceURLs") or [], f"{path}.nonResourceURLs"
    if not urls:
        errors.append(required(at, "nonResourceURLs must contain at least one value"))
    elif "*" in urls:
        _alone(errors, at, urls, "non-resource URLs")
    else:
        for i, url in enumerate(urls):
            _url(errors, f"{at}[{i}]", url)


def _url(errors: Errors, path: str, url: str) -> None:
    if not url:
        errors.append(invalid(path, url, "must not be empty"))
    elif url == "/":
        return
    elif not url.startswith("/"):
        errors.append(invalid(path, url, "must start with slash"))
    elif " " in url:
        errors.append(invalid(path, url, "must not contain white-space"))
    elif "//" in url:
        errors.append(invalid(path, url, "must not contain double slash"))
    elif "*" in url[:-1]:
        errors.append(invalid(path, url, "wildcard can only do suffix matching"))
