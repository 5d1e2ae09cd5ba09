"""Windows options, and what pods may not say once they name their operating system.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import forbidden, invalid, not_supported, required
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_CONTAINER_FIELDS: Final = ("initContainers", "containers", "ephemeralContainers")
_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_NET_BIOS = re.compile(r'[^\\/:\*\?"<>|\.][^\\/:\*\?"<>|]{0,14}')
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_BAD_USER = re.compile(r'["/\\:;|=,\+\*\?<>@\[\]]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LINUX_ONLY: Final = "cannot be set for a windows pod"
_POD_LINUX_FIELDS: Final = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
)
_CONTAINER_LINUX_FIELDS: Final = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
)


def options(errors: Errors, path: str, value: Object | None) -> None:
    if value is None:
        return
    name = value.get("gmsaCredentialSpecName")
    if name is not None:
        check(errors, f"{path}.gmsaCredentialSpecName", name, names.dns1123_subdomain)
    spec = value.get("gmsaCredentialSpec")
    if spec is not None:
        at = f"{path}.gmsaCredentialSpec"
        if not spec:
            errors.append(invalid(at, spec, "gmsaCredentialSpec cannot be an empty string"))
        elif len(spec) > 64 * 1024:
            detail = "gmsaCredentialSpec size must be under 64 KiB"
            errors.append(invalid(at, spec, detail))
    user = value.get("runAsUserName")
    if user is not None:
        at = f"{path}.runAsUserName"
        errors.extend(invalid(at, user, f"runAsUserName{text}") for text in _user_problems(user))


def _user_problems(name: str) -> Iterator[str]:
    parts = name.split("\\")
    if not name:
        yield " cannot be an empty string"
    elif _CONTROL.search(name):
        yield " cannot contain control characters"
    elif len(parts) > 2:
        yield " cannot contain more than one backslash"
    else:
        user = parts[-1]
        if len(parts) == 2:
            yield from _domain_problems(parts[0])
        if not user:
            yield "'s User cannot be empty"
        elif len(user) > 104:
            yield "'s User length must not be longer than 104 characters"
        if user and not user.strip(". "):
            yield "'s User cannot contain only periods or spaces"
        if _BAD_USER.search(user):
            yield "'s User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"


def _domain_problems(domain: str) -> Iterator[str]:
    if len(domain) >= 256:
        yield "'s Domain length must be under 256 characters"
    if not _NET_BIOS.fullmatch(domain) and not _DOMAIN.fullmatch(domain):
        yield "'s Domain doesn't match the NetBios nor the DNS format"


def _containers(spec: Object) -> Iterator[tuple[str, Object]]:
    for field in _CONTAINER_FIELDS:
        for i, container in enumerate(spec.get(field) or ()):
            yield f"{field}[{i}]", container


def _host_process(context: Object | None) -> bool | None:
    return ((context or {}).get("windowsOptions") or {}).get("hostProcess")


def host_process(errors: Errors, path: str, spec: Object) -> None:
    """HostProcess containers: all or none, and only with the host's network."""
    pod_wide = _host_process(spec.get("securityContext"))
    total = count = 0
    for at, container in _containers(spec):
        total += 1
        own = _host_process(container.get("securityContext"))
        if pod_wide is not None and own is not None and own != pod_wide:
            shown = str(pod_wide).lower()
            detail = f"pod hostProcess value must be identical if both are specified, was {shown}"
            where = f"{path}.{at}.securityContext.windowsOptions.hostProcess"
            errors.append(invalid(where, own, detail))
        if own or (own is None and pod_wide):
            count += 1
    if not count:
        return
    if count != total:
        detail = (
            "If pod contains any hostProcess containers then all containers must be "
            "HostProcess containers"
        )
        errors.append(invalid(path, "", detail))
    if not spec.get("hostNetwork"):
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        errors.append(invalid(f"{path}.hostNetwork", False, detail))


def operating_system(errors: Errors, path: str, spec: Object) -> None:
    """`os.name`, and the fields of the other system that it rules out."""
    name = spec["os"].get("name", "")
    if not name:
        errors.append(required(f"{path}.os.name", "cannot be empty"))
    elif name not in ("linux", "windows"):
        errors.append(not_supported(f"{path}.os", name, ("linux", "windows")))
    elif name == "linux":
        _linux(errors, path, spec)
    else:
        _windows(errors, path, spec)


def _linux(errors: Errors, path: str, spec: Object) -> None:
    places = [("", spec), *((f"{at}.", container) for at, container in _containers(spec))]
    for at, owner in places:
        if (owner.get("securityContext") or {}).get("windowsOptions") is not None:
            where = f"{path}.{at}securityContext.windowsOptions"
            errors.append(forbidden(where, "windows options cannot be set for a linux pod"))


def _windows(errors: Errors, path: str, spec: Object) -> None:
    context = spec.get("securityContext") or {}
    for field in _POD_LINUX_FIELDS:
        if context.get(field) is not None:
            errors.append(forbidden(f"{path}.securityContext.{field}", _LINUX_ONLY))
    if spec.get("hostUsers") is not None:
        errors.append(forbidden(f"{path}.hostUsers", _LINUX_ONLY))
    for field in ("hostPID", "hostIPC"):
        if spec.get(field):
            errors.append(forbidden(f"{path}.{field}", _LINUX_ONLY))
    if spec.get("shareProcessNamespace") is not None:
        errors.append(forbidden(f"{path}.shareProcessNamespace", _LINUX_ONLY))
    for at, container in _containers(spec):
        own = container.get("securityContext") or {}
        for field in _CONTAINER_LINUX_FIELDS:
            if own.get(field) is not None:
                errors.append(forbidden(f"{path}.{at}.securityContext.{field}", _LINUX_ONLY))
