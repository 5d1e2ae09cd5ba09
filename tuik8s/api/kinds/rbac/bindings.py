"""RoleBinding and ClusterRoleBinding: what they share.

Source: k8s.io/kubernetes pkg/apis/rbac (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, invalid, not_supported, required
from tuik8s.api.kinds.base import Column, Rules
from tuik8s.api.kinds.printing import AGE, NAME, Cell, text
from tuik8s.api.kinds.strategy import first_text
from tuik8s.api.kinds.validation.go_values import Struct, go_value
from tuik8s.api.kinds.validation.text import check, required_name
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.names import name_is_path_segment
from tuik8s.api.types import Object

GROUP: Final = "rbac.authorization.k8s.io"
_SUBJECTS: Final = ("ServiceAccount", "User", "Group")
_REFERENCE: Final = Struct(
    {"APIGroup": ("apiGroup", ""), "Kind": ("kind", ""), "Name": ("name", "")}
)


def default(binding: Object) -> None:
    if binding.get("roleRef") is None:
        binding["roleRef"] = {}
    first_text(binding["roleRef"], "apiGroup", GROUP)
    for subject in binding.get("subjects") or ():
        if subject.get("kind") in ("User", "Group"):
            first_text(subject, "apiGroup", GROUP)


def _validate(binding: Object, kinds: tuple[str, ...], is_namespaced: bool) -> list[FieldError]:
    errors: Errors = []
    ref = binding["roleRef"]
    if ref.get("apiGroup", "") != GROUP:
        errors.append(not_supported("roleRef.apiGroup", ref.get("apiGroup", ""), (GROUP,)))
    if ref.get("kind", "") not in kinds:
        errors.append(not_supported("roleRef.kind", ref.get("kind", ""), kinds))
    required_name(errors, "roleRef.name", ref.get("name"), names.path_segment_name)
    for i, subject in enumerate(binding.get("subjects") or ()):
        _subject(errors, f"subjects[{i}]", subject, is_namespaced)
    return errors


def _subject(errors: Errors, path: str, subject: Object, is_namespaced: bool) -> None:
    name, kind, group = (subject.get(field, "") for field in ("name", "kind", "apiGroup"))
    if not name:
        errors.append(required(f"{path}.name"))
    if kind == "ServiceAccount":
        if name:
            check(errors, f"{path}.name", name, names.dns1123_subdomain)
        if group:
            errors.append(not_supported(f"{path}.apiGroup", group, ("",)))
        if not is_namespaced and not subject.get("namespace"):
            errors.append(required(f"{path}.namespace"))
    elif kind not in _SUBJECTS:
        errors.append(not_supported(f"{path}.kind", kind, _SUBJECTS))
    elif group != GROUP:
        errors.append(not_supported(f"{path}.apiGroup", group, (GROUP,)))


def _subjects(kind: str) -> Cell:
    def cell(binding: Object, now_ms: int) -> Any:
        return ", ".join(
            "/".join(part for part in (_namespace(subject), subject.get("name", "")) if part)
            for subject in binding.get("subjects") or ()
            if subject.get("kind") == kind
        )

    return cell


def _namespace(subject: Object) -> str:
    space: str = subject.get("namespace", "") if subject.get("kind") == "ServiceAccount" else ""
    return space


def _role(binding: Object, now_ms: int) -> Any:
    ref = binding.get("roleRef") or {}
    return f"{ref.get('kind', '')}/{ref.get('name', '')}"


def _columns(place: str) -> tuple[Column, ...]:
    return (
        NAME,
        text("Role", _role, "@roleRef"),
        AGE,
        text("Users", _subjects("User"), f"Users in the {place}", 1),
        text("Groups", _subjects("Group"), f"Groups in the {place}", 1),
        text("ServiceAccounts", _subjects("ServiceAccount"), f"ServiceAccounts in the {place}", 1),
    )


def rules_for(kinds: tuple[str, ...], is_namespaced: bool, place: str) -> Rules:
    """Rules of one kind of binding: the kinds of role it may name, and what it is called."""

    def validate(binding: Object) -> list[FieldError]:
        return _validate(binding, kinds, is_namespaced)

    def validate_update(new: Object, old: Object) -> list[FieldError]:
        errors = validate(new)
        after, before = (go_value(side.get("roleRef"), _REFERENCE) for side in (new, old))
        if after != before:
            errors.append(invalid("roleRef", after, "cannot change roleRef"))
        return errors

    return Rules(
        default=default,
        validate=validate,
        validate_update=validate_update,
        columns=_columns(place),
        validate_name=name_is_path_segment,
        generation_ignores=None,
        create_on_update=True,
    )
