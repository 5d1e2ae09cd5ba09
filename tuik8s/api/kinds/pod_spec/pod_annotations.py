"""Annotations that once were fields: seccomp, AppArmor, mirror pods, deletion cost.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tuik8s.api.errors import forbidden, invalid
from tuik8s.api.kinds.validation.paths import local_descending
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object

MIRROR: Final = "kubernetes.io/config.mirror"
APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP_POD: Final = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER: Final = "container.seccomp.security.alpha.kubernetes.io/"
_DELETION_COST: Final = "controller.kubernetes.io/pod-deletion-cost"
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")


def validate(errors: Errors, path: str, annotations: dict[str, str] | None, spec: Object) -> None:
    """`path` is that of the annotations."""
    if not annotations:
        return
    if MIRROR in annotations and not spec.get("nodeName"):
        detail = "must set spec.nodeName if mirror pod annotation is set"
        errors.append(invalid(f"{path}[{MIRROR}]", annotations[MIRROR], detail))
    cost = annotations.get(_DELETION_COST)
    if cost is not None and not _is_int32(cost):
        errors.append(invalid(f"{path}[{_DELETION_COST}]", cost, "must be a 32bit integer"))
    if SECCOMP_POD in annotations:
        _seccomp(errors, f"{path}.{SECCOMP_POD}", annotations[SECCOMP_POD])
    for key, value in annotations.items():
        if key.startswith(SECCOMP_CONTAINER):
            _seccomp(errors, f"{path}.{key}", value)
    for key, value in annotations.items():
        if key.startswith(APP_ARMOR):
            _app_armor(errors, f"{path}[{key}]", key.removeprefix(APP_ARMOR), value, spec)


def _is_int32(text: str) -> bool:
    has_odd_start = text.startswith("+") or (text.startswith("0") and text != "0")
    return not has_odd_start and parse_int(text, 32) is not None


def _seccomp(errors: Errors, path: str, profile: str) -> None:
    if profile in ("runtime/default", "docker/default", "unconfined"):
        return
    if profile.startswith("localhost/"):
        local_descending(errors, path, profile.removeprefix("localhost/"))
    else:
        errors.append(invalid(path, profile, "must be a valid seccomp profile"))


def _app_armor(errors: Errors, path: str, container: str, profile: str, spec: Object) -> None:
    if all(each.get("name") != container for _, each in containers_of(spec)):
        errors.append(invalid(path, container, "container not found"))
    known = profile in ("", "runtime/default", "unconfined") or profile.startswith("localhost/")
    if not known:
        errors.append(invalid(path, profile, f'invalid AppArmor profile name: "{profile}"'))


def containers_of(spec: Object) -> Iterator[tuple[str, Object]]:
    """Every container of a pod spec with its place (`initContainers[0]`), init ones first."""
    for field in _CONTAINERS:
        for i, container in enumerate(spec.get(field) or ()):
            yield f"{field}[{i}]", container


def fields_agree(
    errors: Errors, path: str, annotations: dict[str, str] | None, spec: Object
) -> None:
    """Where annotation and field both say something, they say the same."""
    if not annotations:
        return
    pod_context = spec.get("securityContext") or {}
    if SECCOMP_POD in annotations:
        at = f"{path}.securityContext.seccompProfile"
        profile = pod_context.get("seccompProfile")
        _agrees(errors, at, annotations[SECCOMP_POD], profile, "seccomp")
    for place, container in containers_of(spec):
        profile = (container.get("securityContext") or {}).get("seccompProfile")
        value = annotations.get(SECCOMP_CONTAINER + container.get("name", ""))
        at = f"{path}.{place}.securityContext.seccompProfile"
        _agrees(errors, at, value, profile, "seccomp")
    if (spec.get("os") or {}).get("name") == "windows":
        return
    for place, container in containers_of(spec):
        own = (container.get("securityContext") or {}).get("appArmorProfile")
        profile = own or pod_context.get("appArmorProfile")
        value = annotations.get(APP_ARMOR + container.get("name", ""))
        at = f"{path}.{place}.securityContext.appArmorProfile"
        _agrees(errors, at, value, profile, "apparmor")


def _agrees(
    errors: Errors, path: str, annotation: str | None, profile: Object | None, word: str
) -> None:
    if annotation is None or profile is None:
        return
    kind, differs = profile.get("type", ""), "in annotation and field must match"
    expected = {"Unconfined": ["unconfined"], "RuntimeDefault": ["runtime/default"]}
    if word == "seccomp":
        expected["RuntimeDefault"].append("docker/default")
    if kind in expected:
        if annotation not in expected[kind]:
            errors.append(forbidden(f"{path}.type", f"{word} type {differs}"))
    elif kind == "Localhost":
        if not annotation.startswith("localhost/"):
            errors.append(forbidden(f"{path}.type", f"{word} type {differs}"))
        elif annotation.removeprefix("localhost/") != profile.get("localhostProfile"):
            errors.append(forbidden(f"{path}.localhostProfile", f"{word} profile {differs}"))


def from_annotations(annotations: dict[str, str] | None, spec: Object) -> None:
    """AppArmor annotations become fields where there is none (pods, at creation)."""
    for _, container in containers_of(spec):
        value = (annotations or {}).get(APP_ARMOR + container.get("name", ""))
        context = container.get("securityContext") or {}
        if value is None or context.get("appArmorProfile"):
            continue
        profile = _profile_of(value)
        if profile is not None and profile != (spec.get("securityContext") or {}).get(
            "appArmorProfile"
        ):
            container["securityContext"] = {**context, "appArmorProfile": profile}


def _profile_of(value: str) -> Object | None:
    if value == "unconfined":
        return {"type": "Unconfined"}
    if value in ("", "runtime/default"):
        return {"type": "RuntimeDefault"} if value else None
    if value.startswith("localhost/") and value != "localhost/":
        return {"type": "Localhost", "localhostProfile": value.removeprefix("localhost/")}
    return None
