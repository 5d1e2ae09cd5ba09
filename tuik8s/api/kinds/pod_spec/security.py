"""Security contexts of pods and containers.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

import re
from typing import Any, Final

from tuik8s.api.errors import duplicate, forbidden, invalid, not_supported, required, too_long
from tuik8s.api.kinds.pod_spec import windows
from tuik8s.api.kinds.validation.paths import local_descending
from tuik8s.api.kinds.validation.values import Errors, one_of, user_or_group_id
from tuik8s.api.types import Object

_PROFILES: Final = ("Localhost", "RuntimeDefault", "Unconfined")
_SYSCTL: Final = r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"
_SYSCTL_PATTERN = re.compile(_SYSCTL)
_IPC_SYSCTLS: Final = ("kernel.msg", "kernel.shm", "kernel.sem", "fs.mqueue.", "kernel/")
_SHARED_PID: Final = "ShareProcessNamespace and HostPID cannot both be enabled"


def pod_context(errors: Errors, path: str, context: Object, spec: Object) -> None:
    """A pod's security context; host namespaces stand beside it in the spec."""
    if context:
        for field in ("fsGroup", "runAsUser", "runAsGroup"):
            user_or_group_id(errors, f"{path}.{field}", context.get(field))
        for i, group in enumerate(context.get("supplementalGroups") or ()):
            user_or_group_id(errors, f"{path}.supplementalGroups[{i}]", group)
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        errors.append(invalid(f"{path}.shareProcessNamespace", True, _SHARED_PID))
    if not context:
        return
    if context.get("sysctls"):
        _sysctls(errors, f"{path}.sysctls", context["sysctls"], spec)
    policy = context.get("fsGroupChangePolicy")
    if policy is not None:
        one_of(errors, f"{path}.fsGroupChangePolicy", policy, ("Always", "OnRootMismatch"))
    _seccomp(errors, f"{path}.seccompProfile", context.get("seccompProfile"))
    windows.options(errors, f"{path}.windowsOptions", context.get("windowsOptions"))
    _app_armor(errors, f"{path}.appArmorProfile", context.get("appArmorProfile"))
    groups = context.get("supplementalGroupsPolicy")
    if groups is not None:
        one_of(errors, f"{path}.supplementalGroupsPolicy", groups, ("Merge", "Strict"))
    change = context.get("seLinuxChangePolicy")
    if change is not None:
        one_of(errors, f"{path}.seLinuxChangePolicy", change, ("MountOption", "Recursive"))


def _sysctls(errors: Errors, path: str, values: list[Object], spec: Object) -> None:
    seen: set[str] = set()
    for i, sysctl in enumerate(values):
        at, name = f"{path}[{i}].name", sysctl.get("name", "")
        if not name:
            errors.append(required(at))
        elif len(name) > 253 or not _SYSCTL_PATTERN.match(name):
            detail = f"must have at most 253 characters and match regex {_SYSCTL}"
            errors.append(invalid(at, name, detail))
        elif name in seen:
            errors.append(duplicate(at, name))
        dotted = name.replace("/", ".")
        if spec.get("hostNetwork") and dotted.startswith("net."):
            detail = "may not be specified when 'hostNetwork' is true"
            errors.append(invalid(at, name, detail))
        elif spec.get("hostIPC") and dotted.startswith(_IPC_SYSCTLS):
            errors.append(invalid(at, name, "may not be specified when 'hostIPC' is true"))
        seen.add(name)


def container_context(errors: Errors, path: str, context: Object, host_users: bool) -> None:
    for field in ("runAsUser", "runAsGroup"):
        user_or_group_id(errors, f"{path}.{field}", context.get(field))
    proc_mount = context.get("procMount")
    if proc_mount is not None:
        at = f"{path}.procMount"
        one_of(errors, at, proc_mount, ("Default", "Unmasked"))
        if host_users and proc_mount == "Unmasked":
            errors.append(invalid(at, proc_mount, "`hostUsers` must be false to use `Unmasked`"))
    _seccomp(errors, f"{path}.seccompProfile", context.get("seccompProfile"))
    if context.get("allowPrivilegeEscalation") is False:
        _no_escalation(errors, path, context)
    windows.options(errors, f"{path}.windowsOptions", context.get("windowsOptions"))
    _app_armor(errors, f"{path}.appArmorProfile", context.get("appArmorProfile"))


def _no_escalation(errors: Errors, path: str, context: Object) -> None:
    prefix = "cannot set `allowPrivilegeEscalation` to false and"
    if context.get("privileged"):
        errors.append(invalid(path, _internal(context), f"{prefix} `privileged` to true"))
    added = (context.get("capabilities") or {}).get("add") or ()
    if "CAP_SYS_ADMIN" in added:
        detail = f"{prefix} `capabilities.Add` CAP_SYS_ADMIN"
        errors.append(invalid(path, _internal(context), detail))


def _internal(context: Object) -> dict[str, Any]:
    """A security context as Go prints its internal struct."""
    capabilities = context.get("capabilities")
    return {
        "Capabilities": capabilities
        and {"Add": capabilities.get("add"), "Drop": capabilities.get("drop")},
        "Privileged": context.get("privileged"),
        "SELinuxOptions": context.get("seLinuxOptions"),
        "WindowsOptions": context.get("windowsOptions"),
        "RunAsUser": context.get("runAsUser"),
        "RunAsGroup": context.get("runAsGroup"),
        "RunAsNonRoot": context.get("runAsNonRoot"),
        "ReadOnlyRootFilesystem": context.get("readOnlyRootFilesystem"),
        "AllowPrivilegeEscalation": context.get("allowPrivilegeEscalation"),
        "ProcMount": context.get("procMount"),
        "SeccompProfile": context.get("seccompProfile"),
        "AppArmorProfile": context.get("appArmorProfile"),
    }


def _seccomp(errors: Errors, path: str, profile: Object | None) -> None:
    if profile is None:
        return
    kind, local = profile.get("type", ""), profile.get("localhostProfile")
    if not kind:
        errors.append(required(f"{path}.type", "type is required when seccompProfile is set"))
    elif kind not in _PROFILES:
        errors.append(not_supported(f"{path}.type", kind, _PROFILES))
    at = f"{path}.localhostProfile"
    if kind == "Localhost":
        if local is None:
            errors.append(required(at, "must be set when seccomp type is Localhost"))
        else:
            local_descending(errors, at, local)
    elif local is not None:
        shown = {"Type": kind, "LocalhostProfile": local}
        errors.append(invalid(at, shown, "can only be set when seccomp type is Localhost"))


def _app_armor(errors: Errors, path: str, profile: Object | None) -> None:
    if profile is None:
        return
    kind, local = profile.get("type", ""), profile.get("localhostProfile")
    at = f"{path}.localhostProfile"
    if kind == "Localhost":
        missing = "must be set when AppArmor type is Localhost"
        if local is None or not local:
            errors.append(required(at, missing))
        elif local != local.strip():
            errors.append(invalid(at, local, "must not be padded with whitespace"))
        if len(local or "") > 4095:
            errors.append(too_long(at, 4095))
    elif kind in _PROFILES:
        if local is not None:
            errors.append(invalid(at, local, "can only be set when AppArmor type is Localhost"))
    elif not kind:
        errors.append(required(f"{path}.type", "type is required when appArmorProfile is set"))
    else:
        errors.append(not_supported(f"{path}.type", kind, _PROFILES))


def host_users(errors: Errors, path: str, spec: Object) -> None:
    """A pod with users of its own may not share other namespaces, nor have block devices."""
    if spec.get("hostUsers") is not False:
        return
    detail = "when `hostUsers` is false"
    for field, word in (
        ("hostNetwork", "hostNetwork"),
        ("hostPID", "HostPID"),
        ("hostIPC", "HostIPC"),
    ):
        if spec.get(field):
            errors.append(forbidden(f"{path}.{word}", detail))
    for containers in ("initContainers", "containers", "ephemeralContainers"):
        for i, container in enumerate(spec.get(containers) or ()):
            if container.get("volumeDevices"):
                errors.append(forbidden(f"{path}.{containers}[{i}].volumeDevices", detail))
